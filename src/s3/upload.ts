import { PipelineError, isPipelineError } from '../definition/error.ts';
import { type WriteAccess, ownerOf, sendingOf } from './access.ts';
import { isContent, sha256Of } from './checksum.ts';
import type { S3 } from './client.ts';
import { headObject } from './head.ts';
import { type MultipartOptions, writeInParts } from './multipart.ts';
import { type Begun, type BufferPool, type Part, type SentPart, bufferPool, cutIntoParts } from './parts.ts';
import { type Written, putObject } from './put.ts';
import { type S3Location, formatS3Uri } from './uri.ts';

/** What is uploaded: a stream of any length, or what makes one, which can then be asked a second time. */
export type Source = AsyncIterable<Uint8Array> | (() => AsyncIterable<Uint8Array>);

/**
 * Uploads a stream: with one request when it is short, else in parts side by side. Its length need not be known, and
 * memory does not grow with it.
 *
 * @example await upload(s3, parseS3Uri('s3://models/a.tar.gz'), createReadStream('a.tar.gz'))
 */
export async function upload(s3: S3, to: S3Location, source: Source, options: MultipartOptions = {}): Promise<Written> {
  // What cannot be asked a second time cannot go on with an upload that may turn out to be gone.
  if (typeof source !== 'function') return uploadOnce(s3, to, source, { ...options, resume: false });
  try {
    return await uploadOnce(s3, to, source(), options);
  } catch (error) {
    if (options.resume !== true || !isLost(error)) throw error;
    const head = await headObject(s3, to, options);
    if (head.state === 'there') return { state: 'there', size: head.size, sha256: head.sha256 };
    return uploadOnce(s3, to, source(), { ...options, resume: false });
  }
}

async function uploadOnce(
  s3: S3,
  to: S3Location,
  source: AsyncIterable<Uint8Array>,
  options: MultipartOptions,
): Promise<Written> {
  const pool = bufferPool();
  const parts = cutIntoParts(source, pool, options.partSize);
  try {
    const first = await parts.next();
    if (first.done === true) return await putObject(s3, to, '', options);
    const second = await parts.next();
    if (second.done !== true) {
      const all = followedBy([first.value, second.value], parts);
      return await writeInParts(s3, to, all, partSender(s3, to, pool, options), options);
    }
    const written = await putObject(s3, to, first.value.bytes, options);
    options.progress?.(written.size);
    return written;
  } finally {
    await parts.return();
  }
}

function partSender(s3: S3, to: S3Location, pool: BufferPool, options: MultipartOptions) {
  return async (part: Part, begun: Begun, signal: AbortSignal): Promise<SentPart> => {
    const sent = await sendPart(s3, to, part, begun, { ...options, signal });
    pool.give(part.bytes);
    return sent;
  };
}

/** Sends one part with its checksum, which S3 compares with what arrived; one that S3 has already is not sent again. */
export async function sendPart(
  s3: S3,
  to: S3Location,
  { number, bytes }: Part,
  begun: Begun,
  options: MultipartOptions,
): Promise<SentPart> {
  const before = begun.there.get(number);
  // Its key is seen in the answer to a part alone: the first is always sent.
  const isSure = options.kmsKeyId === undefined || number > 1;
  if (before !== undefined && isSure && isContent(before, bytes)) return before;
  const sha256 = sha256Of(bytes);
  const request = {
    Bucket: to.bucket,
    Key: to.key,
    UploadId: begun.id,
    PartNumber: number,
    Body: bytes,
    ChecksumSHA256: sha256,
    ...ownerOf(options),
  };
  const { ETag, SSEKMSKeyId } = await s3.uploadPart(request, sendingOf(options));
  refuseOtherKey(to, begun, options, SSEKMSKeyId);
  return { number, size: bytes.length, etag: ETag!, sha256 };
}

const LOST = 'upload-lost';

/** How an upload encrypts is said when it is begun, and then in the answers to its parts and nowhere else. */
export function refuseOtherKey(
  to: S3Location,
  { isOld }: Begun,
  { kmsKeyId }: WriteAccess,
  used: string | undefined,
): void {
  if (!isOld || kmsKeyId === undefined || isSameKey(kmsKeyId, used)) return;
  throw new PipelineError('aws', LOST, `The upload of ${formatS3Uri(to)} that was begun uses another KMS key`);
}

/** Whoever began the upload that was gone on with has ended it meanwhile, or began it otherwise. */
export function isLost(error: unknown): boolean {
  if (!isPipelineError(error)) return false;
  return error.code === LOST || (error.cause instanceof Error && error.cause.name === 'NoSuchUpload');
}

/** An alias names a key that only KMS knows, so that it is never found to be the same. */
function isSameKey(wanted: string, used: string | undefined): boolean {
  return used !== undefined && (used === wanted || used.endsWith(`/${wanted}`));
}

async function* followedBy<T>(first: readonly T[], rest: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
  yield* first;
  yield* rest;
}
