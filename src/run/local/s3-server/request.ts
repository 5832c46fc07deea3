import type { IncomingMessage } from 'node:http';
import { S3Fault } from './fault.ts';

/** What a request is about, whatever style it was written in. */
export interface Target {
  /** Empty for the service itself. */
  readonly bucket: string;
  /** Empty for the bucket itself. */
  readonly key: string;
  readonly query: URLSearchParams;
}

/** Hosts that are the server and no bucket. */
const HOST = /^(?:localhost|\[.*\]|[\d.]+)$/;

/**
 * Reads `http://127.0.0.1/bucket/key` and `http://bucket.localhost/key`. The path is taken as it was sent: a URL would
 * tidy away what keys may hold (`a//b`, `a/./b`).
 */
export function targetOf({ url = '/', headers }: IncomingMessage): Target {
  const mark = url.indexOf('?');
  const path = (mark < 0 ? url : url.slice(0, mark)).replace(/^\//, '');
  const query = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
  const owner = bucketInHost(headers.host ?? '');
  if (owner !== undefined) return { bucket: owner, key: decode(path), query };
  const slash = path.indexOf('/');
  if (slash < 0) return { bucket: decode(path), key: '', query };
  return { bucket: decode(path.slice(0, slash)), key: decode(path.slice(slash + 1)), query };
}

function bucketInHost(host: string): string | undefined {
  const name = host.replace(/:\d+$/, '');
  if (HOST.test(name)) return undefined;
  return /^(.+)\.(?:localhost|\d+\.\d+\.\d+\.\d+)$/.exec(name)?.[1];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Fault(400, 'InvalidURI', "Couldn't parse the specified URI.");
  }
}

/** A range of an object: the first and the last byte, both included; undefined for all of it. */
export function rangeOf(header: string | undefined, size: number): { first: number; last: number } | undefined {
  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html: only one range; what is no range is passed over.
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  const range =
    first === ''
      ? { first: Math.max(0, size - Number(last)), last: size - 1 }
      : { first: Number(first), last: Math.min(last === '' ? size - 1 : Number(last), size - 1) };
  const isBackwards = first !== '' && last !== '' && Number(last) < Number(first);
  if (isBackwards) return undefined;
  if (range.first >= size || (first === '' && Number(last) === 0)) {
    throw new S3Fault(416, 'InvalidRange', 'The requested range is not satisfiable', {
      RangeRequested: header ?? '',
      ActualObjectSize: String(size),
    });
  }
  return range;
}

/** What an object is like, as far as conditions ask. */
export interface State {
  readonly etag: string;
  readonly modified: Date;
}

/** Which answer the conditions of a reading request leave (https://www.rfc-editor.org/rfc/rfc7232#section-6). */
export function conditionsOf(
  headers: IncomingMessage['headers'],
  { etag, modified }: State,
): 'go on' | 'failed' | 'same' {
  const seconds = Math.floor(modified.getTime() / 1000);
  const at = (name: string): number => Math.floor(Date.parse(String(headers[name])) / 1000);
  if (headers['if-match'] !== undefined) {
    if (!isAmong(headers['if-match'], etag)) return 'failed';
  } else if (headers['if-unmodified-since'] !== undefined && seconds > at('if-unmodified-since')) return 'failed';
  if (headers['if-none-match'] !== undefined) return isAmong(headers['if-none-match'], etag) ? 'same' : 'go on';
  return headers['if-modified-since'] !== undefined && seconds <= at('if-modified-since') ? 'same' : 'go on';
}

/** Whether an ETag is one of a list; quotes may be left away. */
export function isAmong(list: string, etag: string): boolean {
  const bare = (text: string): string => text.trim().replace(/^W\//, '').replaceAll('"', '');
  return list.split(',').some((one) => one.trim() === '*' || bare(one) === bare(etag));
}
