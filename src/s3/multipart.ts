import { createHash } from 'node:crypto';
import type { CompletedPart } from '@aws-sdk/client-s3';
import { awsFault, explainAwsError, isPassing } from '../aws/failure.ts';
import { asking, ownerOf, sendingOf } from './access.ts';
import type { S3 } from './client.ts';
import { headObject } from './head.ts';
import { inParallel } from './parallel.ts';
import { type WriteOptions, conditionOf, isThereAlready, traitsOf } from './put.ts';
import { type S3Location, formatS3Uri } from './uri.ts';

/** How many parts of one object are on their way at a time. */
export const PARALLEL_PARTS = 4;

/** A part that S3 holds. */
export interface SentPart {
  readonly number: number;
  readonly size: number;
  readonly etag: string;
  /** Base64. */
  readonly sha256?: string | undefined;
}

/** How an object is written in parts. */
export interface MultipartOptions extends WriteOptions {
  readonly parallel?: number | undefined;
  /**
   * Go on with an upload of the same key that was cut. Only for content that is always the same under its key, and
   * written with the same options: what is there already is compared, how it is stored is not.
   */
  readonly resume?: boolean | undefined;
  /** Told how many bytes S3 has so far. */
  readonly progress?: ((bytes: number) => void) | undefined;
}

/** An upload that has begun, and the parts that S3 has of it. */
export interface Begun {
  readonly id: string;
  readonly there: ReadonlyMap<number, SentPart>;
}

/** What sends a part: the answer says what S3 holds now. */
export type SendPart<P> = (part: P, begun: Begun, signal: AbortSignal) => Promise<SentPart>;

/**
 * Writes an object in parts, side by side. It is visible when all of it is there, and not before; after a failure no
 * part of it is left.
 */
export async function writeInParts<P>(
  s3: S3,
  to: S3Location,
  parts: AsyncIterable<P> | Iterable<P>,
  send: SendPart<P>,
  options: MultipartOptions,
): Promise<{ state: 'written' | 'there'; size: number; sha256: string | undefined }> {
  const begun = (options.resume === true ? await findUpload(s3, to, options) : undefined) ?? {
    id: await begin(s3, to, options),
    there: new Map<number, SentPart>(),
  };
  const sent: SentPart[] = [];
  let size = 0;
  try {
    await inParallel(
      parts,
      options.parallel ?? PARALLEL_PARTS,
      async (part, signal) => {
        const one = await send(part, begun, signal);
        sent.push(one);
        size += one.size;
        options.progress?.(size);
      },
      options.signal,
    );
    sent.sort((one, other) => one.number - other.number);
    const state = await complete(s3, to, begun.id, sent, options);
    if (state === 'there') await abort(s3, to, begun.id, options);
    return { state, size, sha256: sha256Of(sent) };
  } catch (error) {
    await abort(s3, to, begun.id, options);
    throw explainAwsError(error, { doing: `write ${formatS3Uri(to)}` });
  }
}

async function begin(s3: S3, { bucket, key }: S3Location, options: MultipartOptions): Promise<string> {
  const request = { Bucket: bucket, Key: key, ChecksumAlgorithm: 'SHA256' as const, ...traitsOf(options) };
  const doing = `write ${formatS3Uri({ bucket, key })}`;
  return (await asking(doing, s3.createMultipartUpload(request, sendingOf(options)))).UploadId!;
}

/** The newest upload of this key that was begun and not ended, unless nobody may know. */
async function findUpload(s3: S3, to: S3Location, options: MultipartOptions): Promise<Begun | undefined> {
  try {
    const page = { Bucket: to.bucket, Prefix: to.key, ...ownerOf(options) };
    const { Uploads = [] } = await s3.listMultipartUploads(page, sendingOf(options));
    const [newest] = Uploads.filter(({ Key, ChecksumAlgorithm }) => Key === to.key && ChecksumAlgorithm === 'SHA256')
      .filter(({ UploadId }) => UploadId !== undefined)
      .toSorted((one, other) => (other.Initiated?.getTime() ?? 0) - (one.Initiated?.getTime() ?? 0));
    if (newest === undefined) return undefined;
    return { id: newest.UploadId!, there: await listParts(s3, to, newest.UploadId!, options) };
  } catch (error) {
    const fault = awsFault(error);
    if (fault === 'access-denied' || fault === 'absent') return undefined;
    throw explainAwsError(error, { doing: `look for an upload of ${formatS3Uri(to)} that was cut` });
  }
}

async function listParts(
  s3: S3,
  { bucket, key }: S3Location,
  id: string,
  options: MultipartOptions,
): Promise<Map<number, SentPart>> {
  const there = new Map<number, SentPart>();
  let marker: string | undefined;
  do {
    const request = {
      Bucket: bucket,
      Key: key,
      UploadId: id,
      ...(marker === undefined ? {} : { PartNumberMarker: marker }),
      ...ownerOf(options),
    };
    const page = await s3.listParts(request, sendingOf(options));
    for (const { PartNumber: number, Size: size, ETag: etag, ChecksumSHA256: sha256 } of page.Parts ?? []) {
      if (number !== undefined && size !== undefined && etag !== undefined)
        there.set(number, { number, size, etag, sha256 });
    }
    marker = page.IsTruncated === true ? page.NextPartNumberMarker : undefined;
  } while (marker !== undefined);
  return there;
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
    if (isLost && (await isComplete(s3, to, sent, options))) return 'written';
    if (isThereAlready(error)) return 'there';
    throw error;
  }
}

async function isComplete(
  s3: S3,
  to: S3Location,
  sent: readonly SentPart[],
  options: MultipartOptions,
): Promise<boolean> {
  const head = await headObject(s3, to, options);
  if (head.state !== 'there') return false;
  const sha256 = sha256Of(sent);
  // Other servers leave the number of parts away.
  if (head.sha256 !== undefined && sha256 !== undefined) return withoutParts(head.sha256) === withoutParts(sha256);
  return (
    head.etag ===
    `"${digestOf(
      'md5',
      'hex',
      sent.map(({ etag }) => Buffer.from(etag.replaceAll('"', ''), 'hex')),
    )}-${sent.length}"`
  );
}

/** What S3 says of a whole whose parts have checksums: a checksum of theirs. */
function sha256Of(sent: readonly SentPart[]): string | undefined {
  const sums = sent.flatMap(({ sha256 }) => (sha256 === undefined ? [] : [Buffer.from(sha256, 'base64')]));
  return sums.length === sent.length ? `${digestOf('sha256', 'base64', sums)}-${sums.length}` : undefined;
}

function digestOf(algorithm: string, encoding: 'hex' | 'base64', sums: readonly Buffer[]): string {
  const hash = createHash(algorithm);
  for (const sum of sums) hash.update(sum);
  return hash.digest(encoding);
}

function withoutParts(checksum: string): string {
  return checksum.replace(/-\d+$/, '');
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
