import type { Place } from '../store/place.ts';
import { deleteObject, findObject, needObject as needStored, putFile, writeObject } from '../store/store.ts';
import { bodyOf, textBody } from './body.ts';
import { S3Fault, faultOf, malformed, preconditionFailed } from './fault.ts';
import { needObject } from './read-objects.ts';
import { conditionsOf, isAmong } from './request.ts';
import { type Exchange, type Service, answerEmpty, answerXml, headerOf } from './service.ts';
import { keptHeaders } from './traits.ts';
import { contentsOf, documentOf, textOf } from './xml.ts';

/** PutObject. */
export async function putObject(service: Service, exchange: Exchange): Promise<void> {
  const { bucket, key, request } = exchange;
  await mayReplace(service, exchange, async () => {
    const body = bodyOf(request);
    await writeObject(service.store, { bucket, key }, body.content);
    const { md5, checksums } = body.sums();
    const etag = `"${md5}"`;
    await service.traits.set(await needStored(service.store, exchange), {
      etag,
      headers: { ...keptHeaders(request.headers), ...checksums },
    });
    answerEmpty(exchange, 200, { etag, ...checksums });
  });
}

/** CopyObject. */
export async function copyObject(service: Service, exchange: Exchange): Promise<void> {
  const { bucket, key, request } = exchange;
  const from = sourceOf(exchange);
  await mayReplace(service, exchange, async () => {
    const source = await needObject(service, from);
    const { etag, headers } = service.traits.get(source);
    checkSource(exchange, { etag, modified: source.modified });
    const isReplaced = headerOf(exchange, 'x-amz-metadata-directive')?.toUpperCase() === 'REPLACE';
    if (from.bucket === bucket && from.key === key) {
      const message =
        'This copy request is illegal because it is trying to copy an object to itself without changing the object’s metadata.';
      if (!isReplaced) throw new S3Fault(400, 'InvalidRequest', message);
    } else await putFile(service.store, { bucket, key }, source.path);
    const copy = await needStored(service.store, exchange);
    await service.traits.set(copy, { etag, headers: isReplaced ? keptHeaders(request.headers) : headers });
    const LastModified = copy.modified.toISOString();
    answerXml(exchange, documentOf('CopyObjectResult', { LastModified, ETag: etag }));
  });
}

/** `bucket/key`, perhaps with a slash before it and a version behind it. */
export function sourceOf(exchange: Exchange): Place {
  const given = headerOf(exchange, 'x-amz-copy-source') ?? '';
  const [, bucket, key] = /^\/?([^/]+)\/(.+?)(?:\?versionId=.*)?$/s.exec(given) ?? [];
  if (bucket === undefined || key === undefined) {
    const message = 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey';
    throw new S3Fault(400, 'InvalidArgument', message, { ArgumentName: 'x-amz-copy-source', ArgumentValue: given });
  }
  return { bucket: decodeURIComponent(bucket), key: decodeURIComponent(key) };
}

/** The conditions on the source of a copy are those of reading it, under other names. */
export function checkSource({ request }: Exchange, state: { etag: string; modified: Date }): void {
  const prefix = 'x-amz-copy-source-if-';
  const conditions = Object.entries(request.headers).flatMap(([name, value]) =>
    name.startsWith(prefix) ? [[`if-${name.slice(prefix.length)}`, value] as const] : [],
  );
  if (conditionsOf(Object.fromEntries(conditions), state) !== 'go on') throw preconditionFailed(prefix);
}

/** Writes an object, unless a condition forbids to; of several that must be the first, one is. */
export async function mayReplace(service: Service, exchange: Exchange, write: () => Promise<void>): Promise<void> {
  const [none, match] = [headerOf(exchange, 'if-none-match'), headerOf(exchange, 'if-match')];
  service.buckets.add(exchange.bucket);
  if (none === undefined && match === undefined) return write();
  await service.inTurn(exchange, async () => {
    const there = await findObject(service.store, exchange);
    if (none !== undefined && there !== undefined) throw preconditionFailed('If-None-Match');
    if (match !== undefined && there === undefined)
      throw new S3Fault(404, 'NoSuchKey', 'The specified key does not exist.');
    if (match !== undefined && !isAmong(match, service.traits.get(there!).etag)) throw preconditionFailed('If-Match');
    await write();
  });
}

/** DeleteObject. */
export async function removeObject({ store }: Service, exchange: Exchange): Promise<void> {
  await deleteObject(store, exchange);
  answerEmpty(exchange, 204);
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
const MOST_KEYS = 1000;
/** As many keys of the greatest length, in the longest spelling. */
const LIST_LIMIT = 8 * 2 ** 20;

/** DeleteObjects. */
export async function removeObjects({ store }: Service, exchange: Exchange): Promise<void> {
  const xml = await textBody(exchange.request, LIST_LIMIT);
  const keys = contentsOf(xml, 'Object').map((object) => textOf(object, 'Key'));
  if (keys.length === 0 || keys.length > MOST_KEYS || keys.includes(undefined)) throw malformed();
  const isQuiet = textOf(xml, 'Quiet')?.trim() === 'true';
  const deleted: { Key: string }[] = [];
  const errors: { Key: string; Code: string; Message: string }[] = [];
  for (const Key of keys as string[]) {
    try {
      await deleteObject(store, { bucket: exchange.bucket, key: Key });
      if (!isQuiet) deleted.push({ Key });
    } catch (error) {
      const { code, message } = faultOf(error);
      errors.push({ Key, Code: code, Message: message });
    }
  }
  answerXml(exchange, documentOf('DeleteResult', { Deleted: deleted, Error: errors }));
}
