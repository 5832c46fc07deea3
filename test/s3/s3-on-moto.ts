import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect } from 'vitest';

import { type S3, openS3 } from '../../src/s3/client.ts';
import { getObject } from '../../src/s3/get.ts';
import type { S3Location } from '../../src/s3/uri.ts';
import { type MotoServer, startMoto } from '../support/moto-server.ts';
import { PYTHON_ENVIRONMENT_TIME_LIMIT } from '../support/python-environment.ts';

export const KEYS = { accessKeyId: 'testing', secretAccessKey: 'testing' };

/** An S3 for the tests of a `describe`, with the buckets `models` and `other`. */
export interface S3OnMoto {
  readonly s3: S3;
  readonly moto: MotoServer;
}

/** Starts moto before the tests and ends it after them. */
export function s3OnMoto(settings: Readonly<Record<string, string>> = {}): S3OnMoto {
  const there: { s3?: S3; moto?: MotoServer } = {};
  beforeAll(async () => {
    there.moto = await startMoto({ S3_UPLOAD_PART_MIN_SIZE: String(LEAST_PART), ...settings });
    there.s3 = await openS3({ endpoint: there.moto.endpoint, region: 'us-east-1', credentials: KEYS });
    for (const Bucket of ['models', 'other']) await there.s3.createBucket({ Bucket });
  }, PYTHON_ENVIRONMENT_TIME_LIMIT);
  afterAll(async () => {
    there.s3?.destroy();
    await there.moto?.stop();
  });
  return {
    get s3() {
      return there.s3!;
    },
    get moto() {
      return there.moto!;
    },
  };
}

/** An S3 that goes on at once where it was told to slow down: the SDK's own pace is then a request in two seconds. */
export async function openHurriedS3(endpoint: string, attempts: number): Promise<S3> {
  const s3 = await openS3({ endpoint, region: 'us-east-1', credentials: KEYS, attempts });
  const strategy = (await s3.config.retryStrategy()) as unknown as { rateLimiter: { minFillRate: number } };
  strategy.rateLimiter.minFillRate = 100;
  return s3;
}

const MIB = 2 ** 20;

/** The least part that this peer takes, where S3 takes five: what a test of several parts is about is not their size. */
export const LEAST_PART = MIB;

/** Bytes that differ from place to place, in pieces of a size that fits no part. */
export async function* generated(size: number, seed = 1): AsyncGenerator<Buffer, void, undefined> {
  const piece = Buffer.alloc(MIB - 7);
  for (let at = 0; at < size; at += piece.length) {
    piece.fill(`${seed} ${at} `);
    yield piece.subarray(0, Math.min(piece.length, size - at));
  }
}

/** SHA-256 of a stream, in hexadecimal. */
export async function hashOf(source: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of source) hash.update(piece);
  return hash.digest('hex');
}

/** SHA-256 of an object. */
export async function hashOfObject(s3: S3, at: S3Location): Promise<string> {
  return hashOf(await getObject(s3, at));
}

/** Fails unless nothing of an upload is left in a bucket that is no object. */
export async function expectNoUploads(s3: S3, bucket: string): Promise<void> {
  expect((await s3.listMultipartUploads({ Bucket: bucket })).Uploads ?? []).toEqual([]);
}
