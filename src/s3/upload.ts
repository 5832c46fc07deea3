import { createHash } from 'node:crypto';
import { isPipelineError } from '../definition/error.ts';
import { ownerOf, sendingOf } from './access.ts';
import type { S3 } from './client.ts';
import { type Begun, type MultipartOptions, type SentPart, writeInParts } from './multipart.ts';
import { type BufferPool, type Part, bufferPool, cutIntoParts } from './parts.ts';
import { type Written, putObject } from './put.ts';
import type { S3Location } from './uri.ts';

/** What is uploaded: a stream of any length, or what makes one, which can then be asked a second time. */
export type Source = AsyncIterable<Uint8Array> | (() => AsyncIterable<Uint8Array>);

/**
 * Uploads a stream: with one request when it is short, else in parts side by side. Its length need not be known, and
 * memory does not grow with it.
 *
 * @example await upload(s3, parseS3Uri('s3://models/a.tar.gz'), createReadStream('a.tar.gz'))
 */
export async function upload(s3: S3, to: S3Location, source: Source, options: MultipartOptions = {}): Promise<Written> {
  if (typeof source !== 'function') return uploadOnce(s3, to, source, options);
  try {
    return await uploadOnce(s3, to, source(), options);
  } catch (error) {
    // Whoever began the upload that was gone on with has ended it meanwhile.
    if (options.resume !== true || !isLostUpload(error)) throw error;
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
  const parts = cutIntoParts(source, pool);
  try {
    const first = await parts.next();
    if (first.done === true) return await putObject(s3, to, '', options);
    const second = await parts.next();
    if (second.done === true) {
      const written = await putObject(s3, to, first.value.bytes, options);
      options.progress?.(written.size);
      return written;
    }
    const all = followedBy([first.value, second.value], parts);
    const { sha256, ...written } = await writeInParts(s3, to, all, partSender(s3, to, pool, options), options);
    return { ...written, sha256: sha256! };
  } finally {
    await parts.return();
  }
}

function partSender(s3: S3, to: S3Location, pool: BufferPool, options: MultipartOptions) {
  return async ({ number, bytes }: Part, { id, there }: Begun, signal: AbortSignal): Promise<SentPart> => {
    const sha256 = createHash('sha256').update(bytes).digest('base64');
    const before = there.get(number);
    const sent =
      before?.sha256 === sha256 && before.size === bytes.length
        ? before
        : await sendPart(s3, to, { number, bytes }, sha256, id, { ...options, signal });
    pool.give(bytes);
    return sent;
  };
}

/** Sends one part, whose checksum S3 compares with what arrived. */
export async function sendPart(
  s3: S3,
  { bucket, key }: S3Location,
  { number, bytes }: Part,
  sha256: string,
  uploadId: string,
  options: MultipartOptions,
): Promise<SentPart> {
  const request = {
    Bucket: bucket,
    Key: key,
    UploadId: uploadId,
    PartNumber: number,
    Body: bytes,
    ChecksumSHA256: sha256,
    ...ownerOf(options),
  };
  const { ETag } = await s3.uploadPart(request, sendingOf(options));
  return { number, size: bytes.length, etag: ETag!, sha256 };
}

async function* followedBy<T>(first: readonly T[], rest: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
  yield* first;
  yield* rest;
}

function isLostUpload(error: unknown): boolean {
  return isPipelineError(error) && error.cause instanceof Error && error.cause.name === 'NoSuchUpload';
}
