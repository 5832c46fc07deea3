import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Place, checkPlace, formatPlace } from '../store/place.ts';
import type { Store } from '../store/store.ts';
import { S3Fault, faultOf, faultXml, noSuchBucket, notImplemented } from './fault.ts';
import { giveBuckets, giveListing, giveOldListing } from './list-objects.ts';
import { giveObject, hasBucket, needObject } from './read-objects.ts';
import { targetOf } from './request.ts';
import { type Exchange, type Service, answerEmpty, answerXml, headerOf } from './service.ts';
import { noUploads } from './open-uploads.ts';
import { emptyTraits } from './traits.ts';
import { abortUpload, beginUpload, completeUpload, copyPart, giveParts, giveUploads, putPart } from './uploads.ts';
import { copyObject, putObject, removeObject, removeObjects } from './write-objects.ts';
import { documentOf } from './xml.ts';

/** What is served, and as what. */
export interface S3ServerOptions {
  readonly store: Store;
  readonly region: string;
  readonly now: () => Date;
  /** Buckets that the run names: they are there before anything is in them. */
  readonly buckets?: readonly string[];
  /** Brings an object that is missing from S3 itself. */
  readonly fetch?: (s3Uri: string) => Promise<void>;
}

/** A running server. */
export interface S3Server {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  /** What makes a child's boto3 or AWS CLI talk to this server, with credentials that are none. */
  readonly environment: Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
}

/** Clients keep connections for long, and find out too late that they were closed. */
const KEEP_ALIVE = 600_000;

/**
 * Serves a store as S3 to whoever is on this machine: what scripts do with boto3, the AWS CLI and the SDKs. Any signature
 * is good, none is needed; a browser is refused, since any page could send it here.
 */
export async function startS3Server(options: S3ServerOptions): Promise<S3Server> {
  const { store, region, now, buckets = [], fetch } = options;
  const uploads = noUploads(store.folder, store.unique(16));
  const service: Service = {
    store,
    region,
    now,
    traits: emptyTraits(),
    uploads,
    buckets: new Set(buckets),
    fetch: fetch && ((place) => fetch(formatPlace(place))),
    inTurn: inTurn(),
  };
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE, requestTimeout: 0 }, (request, response) => {
    void answer(service, request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    endpoint,
    environment: environmentOf(endpoint, region),
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      await rm(uploads.folder, { recursive: true, force: true });
    },
  };
}

function environmentOf(endpoint: string, region: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_EC2_METADATA_DISABLED: 'true',
    // A profile of whoever is at this machine must neither be needed nor be used.
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  };
}

async function answer(service: Service, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const id = service.store.unique(16).toUpperCase();
  response.setHeader('x-amz-request-id', id);
  try {
    refuseBrowsers(request);
    const exchange = { ...targetOf(request), request, response };
    await operationOf(exchange)(service, exchange);
  } catch (error) {
    refuse(request, response, faultOf(error), id);
  }
}

function refuse(request: IncomingMessage, response: ServerResponse, fault: S3Fault, id: string): void {
  // What was begun cannot be taken back: the client sees that it ends too early.
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const xml = faultXml(fault, request.url ?? '', id);
  response.writeHead(fault.status, { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(xml) });
  response.end(request.method === 'HEAD' ? undefined : xml);
  // A body that nobody wants must not keep the connection busy.
  if (!request.complete) request.resume();
}

function refuseBrowsers({ headers }: IncomingMessage): void {
  if (headers.origin === undefined && headers['sec-fetch-mode'] === undefined) return;
  throw new S3Fault(403, 'AccessDenied', 'S3 on this machine is for its programs, not for pages in a browser');
}

type Operation = (service: Service, exchange: Exchange) => Promise<void>;

/** Which operation of S3's API a request is. */
function operationOf(exchange: Exchange): Operation {
  const { bucket, key, request } = exchange;
  const method = request.method ?? '';
  if (bucket === '') return method === 'GET' ? giveBuckets : unknown(exchange);
  checkPlace({ bucket, key });
  return (key === '' ? bucketOperation(method, exchange) : objectOperation(method, exchange)) ?? unknown(exchange);
}

function bucketOperation(method: string, { query }: Exchange): Operation | undefined {
  const about = [...query.keys()].find((name) => SUBRESOURCES.has(name));
  if (method === 'GET' && about === 'location') return giveLocation;
  if (method === 'GET' && about === 'uploads') return giveUploads;
  if (method === 'POST' && about === 'delete') return removeObjects;
  if (method === 'GET' && about === 'versioning') return giveVersioning;
  if (about !== undefined) return undefined;
  if (method === 'HEAD') return lookAtBucket;
  if (method === 'PUT') return makeBucket;
  if (method === 'DELETE') return removeBucket;
  if (method !== 'GET') return undefined;
  return query.get('list-type') === '2' ? giveListing : giveOldListing;
}

function objectOperation(method: string, exchange: Exchange): Operation | undefined {
  const { query } = exchange;
  const isCopy = headerOf(exchange, 'x-amz-copy-source') !== undefined;
  if (query.has('uploads')) return method === 'POST' ? beginUpload : undefined;
  if (query.has('uploadId')) {
    if (method === 'PUT') return isCopy ? copyPart : putPart;
    if (method === 'POST') return completeUpload;
    if (method === 'DELETE') return abortUpload;
    return method === 'GET' ? giveParts : undefined;
  }
  if (query.has('tagging')) return method === 'GET' ? giveTags : undefined;
  if ([...query.keys()].some((name) => SUBRESOURCES.has(name))) return undefined;
  if (method === 'GET' || method === 'HEAD') return giveObject;
  if (method === 'DELETE') return removeObject;
  if (method === 'PUT') return isCopy ? copyObject : putObject;
  return undefined;
}

/** What a query names beside the listing or the object itself. */
const SUBRESOURCES: ReadonlySet<string> = new Set(
  `accelerate acl analytics attributes cors delete encryption intelligent-tiering inventory legal-hold lifecycle location
  logging metrics notification object-lock ownershipControls policy policyStatus publicAccessBlock replication
  requestPayment restore retention select session tagging torrent uploads versioning versions website`.split(/\s+/),
);

function unknown({ request, query }: Exchange): Operation {
  const names = [...query.keys()].filter((name) => SUBRESOURCES.has(name));
  throw notImplemented([request.method, ...names].join(' '));
}

async function lookAtBucket(service: Service, exchange: Exchange): Promise<void> {
  if (!(await hasBucket(service, exchange.bucket))) throw noSuchBucket(exchange.bucket);
  answerEmpty(exchange, 200, { 'x-amz-bucket-region': service.region });
}

function makeBucket({ buckets }: Service, exchange: Exchange): Promise<void> {
  exchange.request.resume();
  buckets.add(exchange.bucket);
  answerEmpty(exchange, 200, { location: `/${exchange.bucket}` });
  return Promise.resolve();
}

async function removeBucket(service: Service, exchange: Exchange): Promise<void> {
  const { bucket } = exchange;
  if (!(await hasBucket(service, bucket))) throw noSuchBucket(bucket);
  service.buckets.delete(bucket);
  const isEmpty = !(await hasBucket(service, bucket));
  if (!isEmpty) {
    // It stays when what is in it goes.
    service.buckets.add(bucket);
    throw new S3Fault(409, 'BucketNotEmpty', 'The bucket you tried to delete is not empty');
  }
  answerEmpty(exchange, 204);
}

/** The first of all regions is not named. */
function giveLocation({ region }: Service, exchange: Exchange): Promise<void> {
  const xml = documentOf('LocationConstraint', {});
  answerXml(exchange, region === 'us-east-1' ? xml : xml.replace('></', `>${region}</`));
  return Promise.resolve();
}

function giveVersioning(_: Service, exchange: Exchange): Promise<void> {
  answerXml(exchange, documentOf('VersioningConfiguration', {}));
  return Promise.resolve();
}

/** Objects have no tags here; whoever copies one asks for them. */
async function giveTags(service: Service, exchange: Exchange): Promise<void> {
  await needObject(service, exchange);
  answerXml(exchange, documentOf('Tagging', { TagSet: '' }));
}

/** A queue for each object. */
function inTurn(): Service['inTurn'] {
  const last = new Map<string, Promise<unknown>>();
  return async (place: Place, work) => {
    const name = createHash('sha256').update(formatPlace(place)).digest('hex');
    const before = last.get(name) ?? Promise.resolve();
    const mine = before.then(work, work);
    last.set(name, mine);
    try {
      return await mine;
    } finally {
      if (last.get(name) === mine) last.delete(name);
    }
  };
}
