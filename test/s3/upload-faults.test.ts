import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { isPipelineError } from '../../src/definition/error.ts';
import { type S3, openS3 } from '../../src/s3/client.ts';
import { headObject } from '../../src/s3/head.ts';
import type { MultipartOptions } from '../../src/s3/multipart.ts';
import { putObject } from '../../src/s3/put.ts';
import { type Source, upload as uploadInParts } from '../../src/s3/upload.ts';
import type { S3Location } from '../../src/s3/uri.ts';
import {
  type Fault,
  type FaultProxy,
  INTERNAL_ERROR,
  SLOW_DOWN,
  type Seen,
  errorAnswer,
  startFaultProxy,
} from '../fakes/fault-proxy.ts';
import { describeWithPython } from '../support/python-environment.ts';
import { retryAtOnce } from '../support/retry-at-once.ts';
import {
  KEYS,
  LEAST_PART as PART,
  expectNoUploads,
  generated,
  hashOf,
  hashOfObject,
  openHurriedS3,
  s3OnMoto,
} from './s3-on-moto.ts';

const SIZE = 3 * PART + 12_345;

const isPart = ({ method, query }: Seen): boolean => method === 'PUT' && query.has('partNumber');
const isPartNumber = (number: number) => (request: Seen) =>
  isPart(request) && request.query.get('partNumber') === String(number);
const isComplete = ({ method, query }: Seen): boolean => method === 'POST' && query.has('uploadId');
const isBegin = ({ method, query }: Seen): boolean => method === 'POST' && query.has('uploads');
const isAny = (): boolean => true;

const upload = (s3: S3, to: S3Location, source: Source, options: MultipartOptions = {}) =>
  uploadInParts(s3, to, source, { partSize: PART, ...options });

describeWithPython('an upload over a bad connection', () => {
  const there = s3OnMoto();
  let proxy: FaultProxy;
  let s3: S3;
  let key = '';
  let number = 0;
  retryAtOnce();

  beforeAll(async () => {
    proxy = await startFaultProxy(there.moto.endpoint);
  });
  afterAll(() => proxy?.stop());
  beforeEach(async () => {
    proxy.clear();
    key = `object-${(number += 1)}`;
    s3 = await openHurriedS3(proxy.endpoint, 3);
    return () => s3.destroy();
  });

  const place = () => ({ bucket: 'models', key });

  test.each<[string, (request: Seen) => boolean, Fault]>([
    ['an internal error', isPartNumber(2), INTERNAL_ERROR],
    ['being told to slow down', isPart, SLOW_DOWN],
    ['a connection that is cut in the middle of a part', isPartNumber(3), { kind: 'cut', afterBytes: PART / 2 }],
    ['a part whose answer is lost, so that it is sent twice', isPartNumber(1), { kind: 'lose' }],
    ['a part that the network delivers twice', isPartNumber(2), { kind: 'repeat' }],
    ['a late answer', isPartNumber(1), { kind: 'delay', until: () => sleep(300) }],
    ['a lost answer to the last request', isComplete, { kind: 'lose' }],
    ['a last request that the network delivers twice', isComplete, { kind: 'repeat' }],
    ['an error within an answer that began well', isComplete, { ...INTERNAL_ERROR, status: 200 } as Fault],
  ])('arrives whole after %s', async (_, when, fault) => {
    proxy.add({ when, fault });
    const written = await upload(s3, place(), generated(SIZE));
    expect(written).toMatchObject({ state: 'written', size: SIZE });
    expect(proxy.requests.filter((request) => request.fault !== undefined).length).toBe(1);
    expect(await hashOfObject(there.s3, place())).toBe(await hashOf(generated(SIZE)));
    await expectNoUploads(there.s3, 'models');
  });

  test.each<[string, (request: Seen) => boolean, Fault, string]>([
    ['a part that always fails', isPartNumber(3), INTERNAL_ERROR, 'aws-server-failed'],
    ['a part that is always throttled', isPartNumber(3), SLOW_DOWN, 'aws-throttled'],
    ['a part that is always cut', isPartNumber(2), { kind: 'cut', afterBytes: PART / 4 }, 'aws-unreachable'],
    ['a part that is refused', isPartNumber(2), errorAnswer(403, 'AccessDenied', 'Access Denied'), 'aws-access-denied'],
    ['a last request that always fails', isComplete, INTERNAL_ERROR, 'aws-server-failed'],
    [
      'credentials that expire',
      isPartNumber(3),
      errorAnswer(400, 'ExpiredToken', 'The provided token has expired.'),
      'aws-credentials-expired',
    ],
  ])('leaves nothing behind after %s', async (_, when, fault, code) => {
    proxy.add({ when, fault, times: 3 });
    const error: unknown = await upload(s3, place(), generated(SIZE)).catch((thrown: unknown) => thrown);
    expect(isPipelineError(error) && { code: error.code, failure: error.failure }).toEqual({ code, failure: 'aws' });
    expect((error as Error).message).toMatch(new RegExp(`^Cannot write s3://models/${key}: `));
    expect(await headObject(there.s3, place())).toEqual({ state: 'absent' });
    await expectNoUploads(there.s3, 'models');
  });

  test('leaves nothing behind when its source fails', async () => {
    async function* failing() {
      yield* generated(2 * PART);
      throw new Error('the disk is gone');
    }
    await expect(upload(s3, place(), failing())).rejects.toThrow('the disk is gone');
    expect(await headObject(there.s3, place())).toEqual({ state: 'absent' });
    await expectNoUploads(there.s3, 'models');
  });

  test('leaves nothing behind when it is interrupted, and its source is closed', async () => {
    const controller = new AbortController();
    let isClosed = false;
    async function* source() {
      try {
        for await (const piece of generated(100 * PART)) yield piece;
      } finally {
        isClosed = true;
      }
    }
    const interrupt = (): void => controller.abort(new Error('Ctrl-C'));
    const uploading = upload(s3, place(), source(), { signal: controller.signal, progress: interrupt });
    await expect(uploading).rejects.toThrow(/abort|Ctrl-C/i);
    expect(isClosed).toBe(true);
    expect(await headObject(there.s3, place())).toEqual({ state: 'absent' });
    await expectNoUploads(there.s3, 'models');
  });

  test('cannot be seen before it is whole', async () => {
    const seen: Promise<string>[] = [];
    const look = (): void => void seen.push(headObject(there.s3, place()).then(({ state }) => state));
    proxy.add({ when: isComplete, fault: { kind: 'delay', until: () => Promise.all(seen) } });
    await upload(s3, place(), generated(SIZE), { progress: look });
    expect((await Promise.all(seen)).slice(0, 3)).toEqual(['absent', 'absent', 'absent']);
    expect((await headObject(there.s3, place())).state).toBe('there');
  });

  test('that is to leave what is there alone does so, also when its own answer is lost', async () => {
    for (const size of [100, SIZE]) {
      const to = { bucket: 'models', key: `${key}-${size}` };
      proxy.add({
        when: (request) => (size === 100 ? request.method === 'PUT' : isComplete(request)),
        fault: { kind: 'lose' },
      });
      expect(await upload(s3, to, generated(size), { onlyIfAbsent: true })).toMatchObject({ state: 'written' });
      expect(await upload(s3, to, generated(size, 2), { onlyIfAbsent: true })).toMatchObject({ state: 'there' });
      expect(await hashOfObject(there.s3, to)).toBe(await hashOf(generated(size)));
    }
    await expectNoUploads(there.s3, 'models');
  });

  test('of two writers of one key that must not be there, exactly one has written', async () => {
    const states = await Promise.all(
      [1, 2, 3, 4].map(async (seed) => (await putObject(s3, place(), `${seed}`, { onlyIfAbsent: true })).state),
    );
    expect(states.toSorted()).toEqual(['there', 'there', 'there', 'written']);
  });

  test('says what was attempted when nobody answers', async () => {
    const nowhere = await openS3({
      endpoint: 'http://127.0.0.1:1',
      region: 'us-east-1',
      credentials: KEYS,
      attempts: 1,
    });
    const error: unknown = await upload(nowhere, place(), generated(10)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'aws-unreachable',
      message: `Cannot write s3://models/${key}: AWS cannot be reached`,
      detail: 'ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:1',
    });
    nowhere.destroy();
  });

  test('is told how many requests it takes, and the SDK keeps the number', async () => {
    proxy.add({ when: isAny, fault: SLOW_DOWN, times: 9 });
    await expect(putObject(s3, place(), 'x')).rejects.toThrow('AWS wants fewer requests');
    expect(proxy.requests.length).toBe(3);
  });

  const repeatable = () => generated(SIZE);
  const partsSent = () => proxy.requests.filter(isPart).map(({ query }) => Number(query.get('partNumber')));

  test('is gone on with where it was cut', async () => {
    proxy.add({ when: isPartNumber(4), fault: { kind: 'cut', afterBytes: 10 }, times: 3 });
    // One after the other: a part that is on its way when another fails may be there or not.
    await expect(upload(s3, place(), repeatable, { resume: true, parallel: 1 })).rejects.toMatchObject({
      code: 'aws-unreachable',
    });
    expect((await there.s3.listMultipartUploads({ Bucket: 'models' })).Uploads?.map(({ Key }) => Key)).toEqual([key]);
    expect(await headObject(there.s3, place())).toEqual({ state: 'absent' });

    proxy.clear();
    expect(await upload(s3, place(), repeatable, { resume: true })).toMatchObject({ state: 'written', size: SIZE });
    expect(partsSent()).toEqual([4]);
    expect(await hashOfObject(there.s3, place())).toBe(await hashOf(generated(SIZE)));
    await expectNoUploads(there.s3, 'models');
  });

  test('that is gone on with sends again what is not the same', async () => {
    proxy.add({ when: isPartNumber(4), fault: { kind: 'cut', afterBytes: 10 }, times: 3 });
    await expect(upload(s3, place(), () => generated(SIZE, 7), { resume: true, parallel: 1 })).rejects.toThrow(
      'Cannot write',
    );
    proxy.clear();
    await upload(s3, place(), repeatable, { resume: true });
    expect(partsSent().toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4]);
    expect(await hashOfObject(there.s3, place())).toBe(await hashOf(generated(SIZE)));
  });

  test('that somebody else ended meanwhile is begun again, unless the object is there', async () => {
    const ended = errorAnswer(404, 'NoSuchUpload', 'The specified upload does not exist.');
    proxy.add({ when: isPartNumber(2), fault: ended });
    expect(await upload(s3, place(), repeatable, { resume: true })).toMatchObject({ state: 'written' });
    expect(proxy.requests.filter(isBegin).length).toBe(2);
    expect(await hashOfObject(there.s3, place())).toBe(await hashOf(generated(SIZE)));

    proxy.clear();
    proxy.add({ when: isPartNumber(2), fault: ended });
    expect(await upload(s3, place(), repeatable, { resume: true })).toMatchObject({ state: 'there', size: SIZE });
    expect(proxy.requests.filter(isBegin).length).toBe(1);
    await expectNoUploads(there.s3, 'models');
  });

  test('of the same content by two at once ends with one object and nothing else', async () => {
    const both = await Promise.all([1, 2].map(() => upload(s3, place(), repeatable, { resume: true })));
    expect(both.map(({ size }) => size)).toEqual([SIZE, SIZE]);
    expect(await hashOfObject(there.s3, place())).toBe(await hashOf(generated(SIZE)));
    await expectNoUploads(there.s3, 'models');
  });
});
