import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { needObject as needStored, putFile, writeObject } from '../store/store.ts';
import { bodyOf, textBody } from './body.ts';
import { S3Fault, invalidArgument, malformed, noSuchUpload } from './fault.ts';
import type { OpenUpload, StoredPart } from './open-uploads.ts';
import { needObject } from './read-objects.ts';
import { rangeOf } from './request.ts';
import { type Exchange, type Service, answerEmpty, answerXml, headerOf } from './service.ts';
import { keptHeaders } from './traits.ts';
import { checkSource, mayReplace, sourceOf } from './write-objects.ts';
import { type Content, contentsOf, documentOf, textOf } from './xml.ts';

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
const MOST_PARTS = 10_000;
const SMALLEST_PART = 5 * 2 ** 20;
const PAGE = 1000;
const COMPLETION_LIMIT = 8 * 2 ** 20;

/** CreateMultipartUpload. */
export async function beginUpload({ store, uploads, buckets, now }: Service, exchange: Exchange): Promise<void> {
  const { bucket, key, request } = exchange;
  const id = store.unique(32);
  const folder = join(uploads.folder, id);
  await mkdir(folder, { recursive: true });
  buckets.add(bucket);
  const algorithm = headerOf(exchange, 'x-amz-checksum-algorithm')?.toUpperCase();
  const headers = keptHeaders(request.headers);
  uploads.open.set(id, { id, bucket, key, initiated: now(), headers, algorithm, parts: new Map(), folder });
  answerXml(exchange, documentOf('InitiateMultipartUploadResult', { Bucket: bucket, Key: key, UploadId: id }));
}

/** UploadPart. */
export async function putPart(service: Service, exchange: Exchange): Promise<void> {
  const upload = openUpload(service, exchange);
  const body = bodyOf(exchange.request);
  const part = await keepPart(service, exchange, upload, Readable.from(body.content), () => body.sums());
  answerEmpty(exchange, 200, { etag: `"${part.md5}"`, ...part.checksums });
}

/** UploadPartCopy. */
export async function copyPart(service: Service, exchange: Exchange): Promise<void> {
  const upload = openUpload(service, exchange);
  const source = await needObject(service, sourceOf(exchange));
  checkSource(exchange, { etag: service.traits.get(source).etag, modified: source.modified });
  const wanted = headerOf(exchange, 'x-amz-copy-source-range');
  const range = rangeOf(wanted, source.size) ?? { first: 0, last: source.size - 1 };
  if (wanted !== undefined && !wanted.endsWith(`-${range.last}`)) {
    const message = 'The x-amz-copy-source-range value must be of the form bytes=first-last within the source';
    throw invalidArgument(message, 'x-amz-copy-source-range', wanted);
  }
  const md5 = createHash('md5');
  let size = 0;
  async function* bytes(): AsyncGenerator<Buffer> {
    if (range.last < range.first) return;
    const stream = createReadStream(source.path, { start: range.first, end: range.last });
    for await (const piece of stream as AsyncIterable<Buffer>) {
      md5.update(piece);
      size += piece.length;
      yield piece;
    }
  }
  const sums = () => ({ size, md5: md5.digest('hex'), checksums: {} });
  const part = await keepPart(service, exchange, upload, Readable.from(bytes()), sums);
  const LastModified = part.modified.toISOString();
  answerXml(exchange, documentOf('CopyPartResult', { LastModified, ETag: `"${part.md5}"` }));
}

async function keepPart(
  { store, uploads, now }: Service,
  exchange: Exchange,
  upload: OpenUpload,
  content: Readable,
  sums: () => Pick<StoredPart, 'size' | 'md5' | 'checksums'>,
): Promise<StoredPart> {
  const text = exchange.query.get('partNumber') ?? '';
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > MOST_PARTS) {
    const message = `Part number must be an integer between 1 and ${MOST_PARTS}, inclusive`;
    throw invalidArgument(message, 'partNumber', text);
  }
  const file = join(upload.folder, `${number}-${store.unique(8)}`);
  try {
    await pipeline(content, createWriteStream(file, { flags: 'wx' }));
    const part = { file, ...sums(), modified: now() };
    const before = upload.parts.get(number);
    upload.parts.set(number, part);
    if (before !== undefined) await rm(before.file, { force: true });
    return part;
  } catch (error) {
    await rm(file, { force: true });
    throw uploads.open.has(upload.id) ? error : noSuchUpload(upload.id);
  }
}

/** CompleteMultipartUpload. */
export async function completeUpload(service: Service, exchange: Exchange): Promise<void> {
  const { bucket, key, request } = exchange;
  const upload = openUpload(service, exchange);
  const wanted = partsIn(await textBody(request, COMPLETION_LIMIT));
  const isInOrder = wanted.every(({ number }, at) => at === 0 || number > wanted[at - 1]!.number);
  if (!isInOrder) throw new S3Fault(400, 'InvalidPartOrder', 'The list of parts was not in ascending order.');
  const parts = wanted.map((part, at) => storedPart(upload, part, at === wanted.length - 1));
  await mayReplace(service, exchange, async () => {
    async function* bytes(): AsyncGenerator<Buffer> {
      for (const { file } of parts) yield* createReadStream(file) as AsyncIterable<Buffer>;
    }
    const [first] = parts;
    // On most disks a file of the same content costs nothing.
    if (parts.length === 1 && first !== undefined) await putFile(service.store, { bucket, key }, first.file);
    else await writeObject(service.store, { bucket, key }, bytes());
    const sums = createHash('md5');
    for (const { md5 } of parts) sums.update(Buffer.from(md5, 'hex'));
    const etag = `"${sums.digest('hex')}-${parts.length}"`;
    const checksums = wholeChecksums(parts);
    await service.traits.set(await needStored(service.store, exchange), {
      etag,
      headers: { ...upload.headers, ...checksums },
    });
    await endUpload(service, upload);
    const spelled = Object.entries(checksums).map(([name, value]) => [checksumMember(name), value] as const);
    answerXml(
      exchange,
      documentOf('CompleteMultipartUploadResult', {
        Location: `http://${request.headers.host ?? ''}/${bucket}/${encodeURIComponent(key)}`,
        Bucket: bucket,
        Key: key,
        ETag: etag,
        ...Object.fromEntries(spelled),
      }),
    );
  });
}

interface WantedPart {
  readonly number: number;
  readonly etag: string;
}

function partsIn(xml: string): WantedPart[] {
  const parts = contentsOf(xml, 'Part').map((part) => ({
    number: Number(textOf(part, 'PartNumber')),
    etag: (textOf(part, 'ETag') ?? '').replaceAll('"', ''),
  }));
  if (parts.length === 0 || parts.some(({ number }) => !Number.isInteger(number))) throw malformed();
  return parts;
}

function storedPart({ parts }: OpenUpload, { number, etag }: WantedPart, isLast: boolean): StoredPart {
  const part = parts.get(number);
  if (part === undefined || part.md5 !== etag) {
    const message =
      'One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part’s entity tag.';
    throw new S3Fault(400, 'InvalidPart', message, { PartNumber: String(number), ETag: etag });
  }
  if (part.size < SMALLEST_PART && !isLast) {
    const message = 'Your proposed upload is smaller than the minimum allowed size';
    const sizes = { ProposedSize: String(part.size), MinSizeAllowed: String(SMALLEST_PART) };
    throw new S3Fault(400, 'EntityTooSmall', message, { PartNumber: String(number), ...sizes });
  }
  return part;
}

/**
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html: of several parts the
 * checksum is that of their checksums, where S3 has one of its own for that.
 */
function wholeChecksums(parts: readonly StoredPart[]): Record<string, string> {
  const whole: Record<string, string> = {};
  for (const algorithm of ['sha1', 'sha256']) {
    const name = `x-amz-checksum-${algorithm}`;
    const sums = parts.map(({ checksums }) => checksums[name]);
    if (sums.includes(undefined)) continue;
    const hash = createHash(algorithm);
    for (const sum of sums) hash.update(Buffer.from(sum!, 'base64'));
    whole[name] = `${hash.digest('base64')}-${parts.length}`;
  }
  return whole;
}

function checksumMember(name: string): string {
  return `Checksum${name.slice('x-amz-checksum-'.length).toUpperCase()}`;
}

/** AbortMultipartUpload. */
export async function abortUpload(service: Service, exchange: Exchange): Promise<void> {
  await endUpload(service, openUpload(service, exchange));
  answerEmpty(exchange, 204);
}

/** ListParts. */
export async function giveParts(service: Service, exchange: Exchange): Promise<void> {
  const { bucket, key, query } = exchange;
  const { id, parts, algorithm } = openUpload(service, exchange);
  const marker = Number(query.get('part-number-marker') ?? '0');
  const most = Math.min(PAGE, Number(query.get('max-parts') ?? PAGE));
  const after = [...parts].filter(([number]) => number > marker).toSorted(([one], [other]) => one - other);
  const page = after.slice(0, most);
  const Part = page.map(([PartNumber, { size, md5, modified, checksums }]): Content => {
    const sums = Object.entries(checksums).map(([name, value]) => [checksumMember(name), value] as const);
    const LastModified = modified.toISOString();
    return { PartNumber, LastModified, ETag: `"${md5}"`, Size: size, ...Object.fromEntries(sums) };
  });
  answerXml(
    exchange,
    documentOf('ListPartsResult', {
      Bucket: bucket,
      Key: key,
      UploadId: id,
      PartNumberMarker: marker,
      NextPartNumberMarker: page.at(-1)?.[0],
      MaxParts: most,
      IsTruncated: after.length > page.length,
      ChecksumAlgorithm: algorithm,
      StorageClass: 'STANDARD',
      Part,
    }),
  );
}

/** ListMultipartUploads. */
export function giveUploads({ uploads }: Service, exchange: Exchange): Promise<void> {
  const { bucket, query } = exchange;
  const prefix = query.get('prefix') ?? '';
  const found = [...uploads.open.values()].filter((one) => one.bucket === bucket && one.key.startsWith(prefix));
  const Upload = found.map(({ key, id, initiated, algorithm }): Content => {
    const Initiated = initiated.toISOString();
    return { Key: key, UploadId: id, Initiated, StorageClass: 'STANDARD', ChecksumAlgorithm: algorithm };
  });
  const IsTruncated = false;
  answerXml(
    exchange,
    documentOf('ListMultipartUploadsResult', { Bucket: bucket, Prefix: prefix, IsTruncated, Upload }),
  );
  return Promise.resolve();
}

function openUpload({ uploads }: Service, { bucket, key, query }: Exchange): OpenUpload {
  const id = query.get('uploadId') ?? '';
  const upload = uploads.open.get(id);
  if (upload === undefined || upload.bucket !== bucket || upload.key !== key) throw noSuchUpload(id);
  return upload;
}

async function endUpload({ uploads }: Service, { id, folder }: OpenUpload): Promise<void> {
  uploads.open.delete(id);
  await rm(folder, { recursive: true, force: true });
}
