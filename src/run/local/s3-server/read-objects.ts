import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { Place } from '../store/place.ts';
import { type StoredObject, findObject } from '../store/store.ts';
import { listObjects } from '../store/listing.ts';
import { S3Fault, noSuchBucket, noSuchKey, preconditionFailed } from './fault.ts';
import { conditionsOf, rangeOf } from './request.ts';
import { type Exchange, type Service, answerEmpty, headerOf } from './service.ts';

/** Whether a bucket is there: it was named or made, it has objects, or a folder stands for a part of it. */
export async function hasBucket({ store, buckets }: Service, bucket: string): Promise<boolean> {
  if (buckets.has(bucket) || store.mounts.some(({ place }) => place.bucket === bucket)) return true;
  const { done } = await listObjects(store, { bucket, prefix: '' }).next();
  return done !== true;
}

/** The object at a place, which may have to be brought from S3 first. */
export async function needObject(service: Service, place: Place): Promise<StoredObject> {
  const found = await findObject(service.store, place);
  if (found !== undefined) return found;
  if (service.fetch !== undefined) {
    await service.fetch(place);
    const fetched = await findObject(service.store, place);
    if (fetched !== undefined) return fetched;
  }
  throw (await hasBucket(service, place.bucket)) ? noSuchKey(place.key) : noSuchBucket(place.bucket);
}

/** GetObject and HeadObject. */
export async function giveObject(service: Service, exchange: Exchange): Promise<void> {
  const { request, response, query } = exchange;
  const object = await needObject(service, exchange);
  const file = await open(object.path);
  let isHanded = false;
  try {
    // What is open stays what it is, also when the object is written anew while it is read.
    const { size, mtime: modified } = await file.stat();
    const { etag, headers } = service.traits.get({ ...object, size, modified });
    const outcome = conditionsOf(request.headers, { etag, modified });
    if (outcome === 'failed') throw preconditionFailed('If-Match');
    const about = { etag, 'last-modified': modified.toUTCString(), 'accept-ranges': 'bytes' };
    if (outcome === 'same') return answerEmpty(exchange, 304, about);
    const part = partOf(query.get('partNumber'), size);
    const range = part ?? rangeOf(headerOf(exchange, 'range'), size);
    const { first, last } = range ?? { first: 0, last: size - 1 };
    response.writeHead(range === undefined ? 200 : 206, {
      'content-type': 'binary/octet-stream',
      // A checksum is of the whole.
      ...Object.fromEntries(Object.entries(headers).filter(([name]) => isFitting(name, exchange, range !== undefined))),
      ...wishes(query),
      ...about,
      'content-length': last - first + 1,
      ...(range === undefined ? {} : { 'content-range': `bytes ${first}-${last}/${size}` }),
    });
    if (request.method === 'HEAD' || last < first) {
      response.end();
      return;
    }
    isHanded = true;
    await pipeline(file.createReadStream({ start: first, end: last }), response);
  } finally {
    if (!isHanded) await file.close();
  }
}

/** Every object has one part here. */
function partOf(number: string | null, size: number): { first: number; last: number } | undefined {
  if (number === null || number === '1') return undefined;
  throw new S3Fault(416, 'InvalidPartNumber', 'The requested partnumber is not satisfiable', {
    PartNumberRequested: number,
    ActualPartCount: size === 0 ? '0' : '1',
  });
}

function isFitting(name: string, exchange: Exchange, isPart: boolean): boolean {
  if (!name.startsWith('x-amz-checksum-')) return true;
  return !isPart && headerOf(exchange, 'x-amz-checksum-mode')?.toUpperCase() === 'ENABLED';
}

/** A presigned URL may say what the answer's headers are to be. */
function wishes(query: URLSearchParams): Record<string, string> {
  const wanted = [...query].filter(([name]) => name.startsWith('response-'));
  return Object.fromEntries(wanted.map(([name, value]) => [name.slice('response-'.length), value]));
}
