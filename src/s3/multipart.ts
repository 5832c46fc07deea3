import type { CompletedPart } from '@aws-sdk/client-s3';
import { awsFault, explainAwsError, isPassing } from '../aws/failure.ts';
import { asking, ownerOf, sendingOf } from './access.ts';
import { isMadeOf, sha256OfParts } from './checksum.ts';
import type { S3 } from './client.ts';
import { headObject } from './head.ts';
import { inParallel } from './parallel.ts';
import type { Begun, SentPart } from './parts.ts';
import { type WriteOptions, conditionOf, isThereAlready, traitsOf } from './put.ts';
import { abortOthers, findUpload } from './unfinished.ts';
import { type S3Location, formatS3Uri } from './uri.ts';

const PARALLEL_PARTS = 4;

/** How an object is written in parts. */
export interface MultipartOptions extends WriteOptions {
  /** How many parts are on their way at a time. */
  readonly parallel?: number | undefined;
  /** Bytes of a part that is sent from here; an upload is gone on with by one who cuts as it was cut. */
  readonly partSize?: number | undefined;
  /**
   * Go on with an upload of the same key that was cut. Only for a key whose content is always the same: one who is there
   * first has written it for all.
   */
  readonly resume?: boolean | undefined;
  /** Told how many bytes S3 has so far. */
  readonly progress?: ((bytes: number) => void) | undefined;
}

/** What sends a part: the answer says what S3 holds now. */
type SendPart<P> = (part: P, begun: Begun, signal: AbortSignal) => Promise<SentPart>;

/**
 * Writes an object in parts, side by side. It is visible when all of it is there, and not before. After a failure no part
 * of it is left, but for an upload that can be gone on with when the network or the credentials are back.
 */
export async function writeInParts<P>(
  s3: S3,
  to: S3Location,
  parts: AsyncIterable<P> | Iterable<P>,
  send: SendPart<P>,
  options: MultipartOptions,
): Promise<{ state: 'written' | 'there'; size: number; sha256: string | undefined }> {
  const { parallel = PARALLEL_PARTS, resume = false, progress, signal } = options;
  const begun = (resume ? await findUpload(s3, to, options) : undefined) ?? (await begin(s3, to, options));
  const sent: SentPart[] = [];
  let size = 0;
  const sendOne = async (part: P, either: AbortSignal): Promise<void> => {
    const one = await send(part, begun, either);
    sent.push(one);
    size += one.size;
    progress?.(size);
  };
  try {
    await inParallel(parts, parallel, sendOne, signal);
    sent.sort((one, other) => one.number - other.number);
    const state = await complete(s3, to, begun.id, sent, options);
    if (state === 'there') await abort(s3, to, begun.id, options);
    if (resume) await abortOthers(s3, to, options, (id) => abort(s3, to, id, options));
    return { state, size, sha256: sha256OfParts(sent) };
  } catch (error) {
    if (!resume || !mayBeGoneOnWith(error)) await abort(s3, to, begun.id, options);
    throw explainAwsError(error, { doing: `write ${formatS3Uri(to)}` });
  }
}

function mayBeGoneOnWith(error: unknown): boolean {
  return isPassing(error) || awsFault(error) === 'credentials-expired';
}

async function begin(s3: S3, { bucket, key }: S3Location, options: MultipartOptions): Promise<Begun> {
  const request = { Bucket: bucket, Key: key, ChecksumAlgorithm: 'SHA256' as const, ...traitsOf(options) };
  const doing = `write ${formatS3Uri({ bucket, key })}`;
  const { UploadId } = await asking(doing, s3.createMultipartUpload(request, sendingOf(options)));
  return { id: UploadId!, there: new Map(), isOld: false };
}

async function complete(
  s3: S3,
  to: S3Location,
  id: string,
  sent: readonly SentPart[],
  options: MultipartOptions,
): Promise<'written' | 'there'> {
  const request = {
    Bucket: to.bucket,
    Key: to.key,
    UploadId: id,
    MultipartUpload: { Parts: sent.map(completedPart) },
    ...conditionOf(options),
    ...ownerOf(options),
  };
  try {
    await s3.completeMultipartUpload(request, sendingOf(options));
    return 'written';
  } catch (error) {
    // An answer that was lost leaves open whether it was done: the object says so itself.
    const isLost = isPassing(error) || awsFault(error) === 'absent' || isThereAlready(error);
    const head = isLost ? await headObject(s3, to, options) : undefined;
    if (head?.state === 'there' && isMadeOf(head, sent)) return 'written';
    if (isThereAlready(error)) return 'there';
    throw error;
  }
}

function completedPart({ number, etag, sha256 }: SentPart): CompletedPart {
  return { PartNumber: number, ETag: etag, ...(sha256 === undefined ? {} : { ChecksumSHA256: sha256 }) };
}

const ABORTS = 3;

/**
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html: a part that was under way may still
 * arrive, so that it may take several. What fails here is not worth more words than the failure before it.
 */
async function abort(s3: S3, { bucket, key }: S3Location, id: string, options: MultipartOptions): Promise<void> {
  const request = { Bucket: bucket, Key: key, UploadId: id, ...ownerOf(options) };
  try {
    for (let attempt = 0; attempt < ABORTS; attempt++) {
      await s3.abortMultipartUpload(request);
      await s3.listParts(request);
    }
  } catch {
    // `NoSuchUpload` is the answer that was wanted.
  }
}
