import { awsFault, explainAwsError } from '../aws/failure.ts';
import { isPipelineError } from '../definition/error.ts';
import { type Access, ownerOf, sendingOf } from './access.ts';
import type { S3 } from './client.ts';
import { fillFrom } from './get.ts';
import { type ObjectHead, headObject, requireObject } from './head.ts';
import { type MultipartOptions, writeInParts } from './multipart.ts';
import { type Begun, type SentPart, bufferPool, rangesOf } from './parts.ts';
import { conditionOf, isThereAlready, putObject, traitsOf } from './put.ts';
import { isLost, refuseOtherKey, sendPart } from './upload.ts';
import { type S3Location, formatS3Uri } from './uri.ts';

/** How an object is copied. */
interface CopyOptions extends MultipartOptions {
  /** The account that must own the bucket that is read from. */
  readonly sourceOwner?: string | undefined;
  /** Larger objects are copied in parts; 5 GiB is the most that one request may copy. */
  readonly singleRequestLimit?: number | undefined;
}

/** What a copy came to. */
interface Copied {
  readonly state: 'written' | 'there';
  readonly size: number;
  /** Whether S3 copied by itself, or the bytes came through this machine. */
  readonly how: 'server-side' | 'streamed';
}

const MIB = 2 ** 20;
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
const COPY_LIMIT = 5 * 2 ** 30;
const COPY_PART = 128 * MIB;
// Half of what an upload's parts have: each is received before it is sent, and what has been received takes room a second time.
const STREAM_PART = 8 * MIB;
const PARTS_AT_MOST = 10_000;

type Range = { readonly number: number; readonly first: number; readonly last: number };

/**
 * Copies an object from one account's S3 to another's: within S3 where the target's identity may read the source, else
 * through this machine in parts, with bounded memory.
 */
export async function transferObject(
  source: S3,
  from: S3Location,
  target: S3,
  to: S3Location,
  options: CopyOptions = {},
): Promise<Copied> {
  const head = await requireObject(source, from, readAccess(options));
  try {
    return await transferOnce(source, from, head, target, to, options);
  } catch (error) {
    if (options.resume !== true || !isLost(error)) throw error;
    // Whoever copies the same at the same time was quicker, or has given up.
    const there = await headObject(target, to, options);
    if (there.state === 'there' && there.size === head.size) {
      return { state: 'there', size: head.size, how: 'server-side' };
    }
    return await transferOnce(source, from, head, target, to, { ...options, resume: false });
  }
}

async function transferOnce(
  source: S3,
  from: S3Location,
  head: ObjectHead,
  target: S3,
  to: S3Location,
  options: CopyOptions,
): Promise<Copied> {
  try {
    return await copyServerSide(target, from, head, to, options);
  } catch (error) {
    const fault = isPipelineError(error) ? awsFault(error.cause) : undefined;
    // The source's key may be one that only the source's identity may decrypt with; the target's own is asked for again.
    if (fault !== 'access-denied' && fault !== 'kms-denied') throw error;
    return await copyThroughHere(source, from, head, target, to, options);
  }
}

async function copyServerSide(
  s3: S3,
  from: S3Location,
  head: ObjectHead,
  to: S3Location,
  options: CopyOptions,
): Promise<Copied> {
  const { singleRequestLimit = COPY_LIMIT, sourceOwner } = options;
  const source = {
    CopySource: `${from.bucket}/${from.key.split('/').map(encodeURIComponent).join('/')}`,
    CopySourceIfMatch: head.etag,
    ...(sourceOwner === undefined ? {} : { ExpectedSourceBucketOwner: sourceOwner }),
  };
  const target = { Bucket: to.bucket, Key: to.key };
  // Not every server knows the condition on what is copied to.
  if (options.onlyIfAbsent === true && (await headObject(s3, to, options)).state === 'there') {
    return { state: 'there', size: head.size, how: 'server-side' };
  }
  if (head.size > singleRequestLimit) {
    const send = async ({ number, first, last }: Range, begun: Begun, signal: AbortSignal): Promise<SentPart> => {
      const request = {
        ...target,
        ...source,
        UploadId: begun.id,
        PartNumber: number,
        CopySourceRange: `bytes=${first}-${last}`,
        ...ownerOf(options),
      };
      const sent = await s3.uploadPartCopy(request, sendingOf({ ...options, signal }));
      refuseOtherKey(to, begun, options, sent.SSEKMSKeyId);
      const { CopyPartResult: result } = sent;
      return { number, size: last - first + 1, etag: result!.ETag!, sha256: result?.ChecksumSHA256 };
    };
    const ranges = rangesOf(head.size, partSizeOf(head.size, COPY_PART));
    const { state, size } = await writeInParts(s3, to, ranges, send, { ...options, ...likeSource(head, options) });
    return { state, size, how: 'server-side' };
  }
  try {
    const isChanged = options.metadata !== undefined || options.contentType !== undefined;
    const request = {
      ...target,
      ...source,
      ChecksumAlgorithm: 'SHA256' as const,
      ...(isChanged ? { MetadataDirective: 'REPLACE' as const, ...likeSource(head, options) } : {}),
      ...traitsOf(options),
      ...conditionOf(options),
    };
    await s3.copyObject(request, sendingOf(options));
    options.progress?.(head.size);
    return { state: 'written', size: head.size, how: 'server-side' };
  } catch (error) {
    if (isThereAlready(error) && options.onlyIfAbsent === true) {
      return { state: 'there', size: head.size, how: 'server-side' };
    }
    throw explainAwsError(error, { doing: `copy ${formatS3Uri(from)} to ${formatS3Uri(to)}` });
  }
}

async function copyThroughHere(
  source: S3,
  from: S3Location,
  head: ObjectHead,
  target: S3,
  to: S3Location,
  options: CopyOptions,
): Promise<Copied> {
  const { partSize = STREAM_PART } = options;
  const like = { ...options, ...likeSource(head, options) };
  if (head.size <= partSize) {
    const bytes = Buffer.alloc(head.size);
    if (head.size > 0) await fillFrom(source, from, bytes, { ...readAccess(options), ifMatch: head.etag });
    const { state, size } = await putObject(target, to, bytes, like);
    options.progress?.(size);
    return { state, size, how: 'streamed' };
  }
  const pool = bufferPool();
  const send = async ({ number, first, last }: Range, begun: Begun, signal: AbortSignal): Promise<SentPart> => {
    const buffer = pool.take(last - first + 1);
    const bytes = buffer.subarray(0, last - first + 1);
    const range = { range: [first, last] as const, ifMatch: head.etag };
    await fillFrom(source, from, bytes, { ...readAccess(options), ...range, signal });
    const sent = await sendPart(target, to, { number, bytes }, begun, { ...options, signal });
    pool.give(buffer);
    return sent;
  };
  const ranges = rangesOf(head.size, partSizeOf(head.size, partSize));
  const { state, size } = await writeInParts(target, to, ranges, send, like);
  return { state, size, how: 'streamed' };
}

function readAccess({ sourceOwner, signal }: CopyOptions): Access {
  return { expectedOwner: sourceOwner, signal };
}

/** A copy in parts is a new object: what the source was like has to be said again. */
function likeSource(head: ObjectHead, { contentType, metadata }: CopyOptions) {
  return { contentType: contentType ?? head.contentType, metadata: metadata ?? head.metadata };
}

function partSizeOf(size: number, least: number): number {
  return Math.max(least, Math.ceil(size / PARTS_AT_MOST / MIB) * MIB);
}
