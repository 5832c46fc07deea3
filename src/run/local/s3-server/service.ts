import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Place } from '../store/place.ts';
import type { Store } from '../store/store.ts';
import type { Target } from './request.ts';
import type { Traits } from './traits.ts';
import type { Uploads } from './open-uploads.ts';

/** What the operations share: the objects and what only lasts as long as the server. */
export interface Service {
  readonly store: Store;
  readonly region: string;
  readonly now: () => Date;
  readonly traits: Traits;
  readonly uploads: Uploads;
  /** Buckets that are there even when nothing is in them. */
  readonly buckets: Set<string>;
  /** Brings an object that is missing from S3 itself. */
  readonly fetch: ((place: Place) => Promise<void>) | undefined;
  /** Lets one after the other write an object that must not be there, or be another one. */
  readonly inTurn: <T>(place: Place, work: () => Promise<T>) => Promise<T>;
}

/** A request and where its answer goes. */
export interface Exchange extends Target {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Answers with XML. */
export function answerXml({ response }: Exchange, xml: string): void {
  response.writeHead(200, { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(xml) });
  response.end(xml);
}

/** Answers without a body. */
export function answerEmpty(
  { response }: Exchange,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, headers);
  response.end();
}

/** A header that came at most once. */
export function headerOf({ request }: Exchange, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
