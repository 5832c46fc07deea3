import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import type { S3 } from '../../src/s3/client.ts';
import { transferObject as transferInParts } from '../../src/s3/copy.ts';
import { headObject } from '../../src/s3/head.ts';
import { upload } from '../../src/s3/upload.ts';
import {
  type FaultProxy,
  INTERNAL_ERROR,
  type Rule,
  type Seen,
  errorAnswer,
  startFaultProxy,
} from '../fakes/fault-proxy.ts';
import { describeWithPython } from '../support/python-environment.ts';
import { retryAtOnce } from '../support/retry-at-once.ts';
import { LEAST_PART, expectNoUploads, generated, hashOf, hashOfObject, openHurriedS3, s3OnMoto } from './s3-on-moto.ts';

const MIB = 2 ** 20;
const SIZE = 2 * LEAST_PART + LEAST_PART / 2 + 3;
const FROM = { bucket: 'models', key: 'from here/ü +%&?.tar.gz' };
const TO = { bucket: 'other', key: 'to there/ü +%&?.tar.gz' };
const METADATA = { 'made-by': 'a test' };

const isCopy = ({ headers }: Seen): boolean => headers['x-amz-copy-source'] !== undefined;
const isHead = ({ method }: Seen): boolean => method === 'HEAD';
const isGet = ({ method }: Seen): boolean => method === 'GET';
const isPut = ({ method }: Seen): boolean => method === 'PUT';

const transferObject: typeof transferInParts = (source, from, target, to, options) =>
  transferInParts(source, from, target, to, { partSize: LEAST_PART, ...options });

describeWithPython('a copy', () => {
  const there = s3OnMoto();
  /** The account that the object is in, and the one it goes to, each behind a proxy of its own. */
  let proxies: readonly FaultProxy[] = [];
  let source: S3;
  let target: S3;
  const add = (rule: Rule): void => proxies[1]!.add(rule);
  retryAtOnce();

  beforeAll(async () => {
    proxies = [await startFaultProxy(there.moto.endpoint), await startFaultProxy(there.moto.endpoint)];
    [source, target] = [await openHurriedS3(proxies[0]!.endpoint, 3), await openHurriedS3(proxies[1]!.endpoint, 3)];
    await upload(there.s3, FROM, generated(SIZE), { contentType: 'application/gzip', metadata: METADATA });
  });
  afterAll(async () => {
    for (const s3 of [source, target]) s3?.destroy();
    for (const proxy of proxies) await proxy.stop();
  });
  beforeEach(async () => {
    for (const proxy of proxies) proxy.clear();
    await there.s3.deleteObject({ Bucket: TO.bucket, Key: TO.key });
  });

  const expectWhole = async (): Promise<void> => {
    expect(await hashOfObject(there.s3, TO)).toBe(await hashOf(generated(SIZE)));
    expect(await headObject(there.s3, TO)).toMatchObject({ contentType: 'application/gzip', metadata: METADATA });
    await expectNoUploads(there.s3, TO.bucket);
  };

  test.each([
    ['with one request', undefined],
    ['in parts when it is too large for one', MIB],
  ])('is made by S3 itself %s, with what the object is like', async (_, singleRequestLimit) => {
    const copied = await transferObject(target, FROM, target, TO, {
      ...(singleRequestLimit && { singleRequestLimit }),
    });
    expect(copied).toEqual({ state: 'written', size: SIZE, how: 'server-side' });
    expect(proxies[1]!.requests.some(isGet)).toBe(false);
    await expectWhole();
  });

  test('can give the object another type and other metadata', async () => {
    const like = { contentType: 'application/x-model', metadata: { version: '3' } };
    for (const singleRequestLimit of [SIZE, MIB]) {
      await transferObject(target, FROM, target, TO, { ...like, singleRequestLimit });
      expect(await headObject(there.s3, TO)).toMatchObject(like);
    }
  });

  test('between accounts is made by S3 where the target may read the source', async () => {
    expect(await transferObject(source, FROM, target, TO)).toMatchObject({ how: 'server-side', state: 'written' });
    expect(proxies.flatMap(({ requests }) => requests).some(isGet)).toBe(false);
    await expectWhole();
  });

  test('between accounts goes through this machine where S3 may not make it', async () => {
    add({ when: isCopy, fault: errorAnswer(403, 'AccessDenied', 'Access Denied') });
    const told: number[] = [];
    const copied = await transferObject(source, FROM, target, TO, { progress: (bytes) => told.push(bytes) });
    expect(copied).toEqual({ state: 'written', size: SIZE, how: 'streamed' });
    expect(told.at(-1)).toBe(SIZE);
    expect(proxies[1]!.requests.some(isGet)).toBe(false);
    await expectWhole();
  });

  test('through this machine outlives cut connections and failures on both sides', async () => {
    add({ when: isCopy, fault: errorAnswer(403, 'AccessDenied', 'Access Denied') });
    proxies[0]!.add({ when: isGet, fault: { kind: 'lose', afterBytes: LEAST_PART / 2 }, times: 2 });
    proxies[0]!.add({ when: isGet, fault: INTERNAL_ERROR });
    add({ when: ({ query }) => query.get('partNumber') === '2', fault: { kind: 'cut', afterBytes: LEAST_PART / 4 } });
    add({ when: ({ method }) => method === 'POST', skip: 1, fault: { kind: 'lose' } });
    expect(await transferObject(source, FROM, target, TO)).toMatchObject({ how: 'streamed' });
    await expectWhole();
  });

  test('through this machine by two at once ends with one object and nothing else', async () => {
    add({ when: isCopy, fault: errorAnswer(403, 'AccessDenied', 'Access Denied'), times: 10 });
    const both = await Promise.all([1, 2].map(() => transferObject(source, FROM, target, TO, { resume: true })));
    expect(both.map(({ size }) => size)).toEqual([SIZE, SIZE]);
    await expectWhole();
  });

  test.each([
    ['by S3 itself', MIB],
    ['through this machine', undefined],
  ])('%s, whose upload somebody else ended meanwhile, is begun again, unless the object is there', async (_, limit) => {
    const options = { resume: true, metadata: METADATA, ...(limit && { singleRequestLimit: limit }) };
    const ended = errorAnswer(404, 'NoSuchUpload', 'The specified upload does not exist.');
    const isSecond = ({ query, method }: Seen): boolean =>
      method === 'PUT' && query.get('partNumber') === (limit === undefined ? '2' : '1');
    const lose = (): void => {
      const fault = errorAnswer(403, 'AccessDenied', 'Access Denied');
      if (limit === undefined) add({ when: isCopy, fault, times: 10 });
      add({ when: isSecond, fault: ended });
    };
    lose();
    expect(await transferObject(source, FROM, target, TO, options)).toMatchObject({ state: 'written', size: SIZE });
    await expectWhole();
    for (const proxy of proxies) proxy.clear();
    lose();
    expect(await transferObject(source, FROM, target, TO, options)).toMatchObject({ state: 'there', size: SIZE });
    await expectNoUploads(there.s3, TO.bucket);
  });

  test.each([
    ['by S3 itself', MIB],
    ['through this machine', undefined],
  ])('%s, whose upload was begun with another key, is begun again with the one that is given', async (_, limit) => {
    const keyOf = (end: string) => `arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890a${end}`;
    const { bucket: Bucket, key: Key } = TO;
    const before = { SSEKMSKeyId: keyOf('a'), ServerSideEncryption: 'aws:kms', ChecksumAlgorithm: 'SHA256' } as const;
    await there.s3.createMultipartUpload({ Bucket, Key, ...before });
    if (limit === undefined) {
      add({ when: isCopy, fault: errorAnswer(403, 'AccessDenied', 'Access Denied'), times: 10 });
    }
    const options = { resume: true, kmsKeyId: keyOf('b'), ...(limit && { singleRequestLimit: limit }) };
    expect(await transferObject(source, FROM, target, TO, options)).toMatchObject({ state: 'written', size: SIZE });
    expect(await headObject(there.s3, TO)).toMatchObject({ kmsKeyId: keyOf('b') });
    await expectWhole();
  });

  test('of an empty object through this machine is an empty object', async () => {
    const empty = { bucket: 'models', key: 'empty' };
    await upload(there.s3, empty, generated(0));
    add({ when: isCopy, fault: errorAnswer(403, 'AccessDenied', 'Access Denied') });
    expect(await transferObject(source, empty, target, TO)).toEqual({ state: 'written', size: 0, how: 'streamed' });
    expect(await headObject(there.s3, TO)).toMatchObject({ state: 'there', size: 0 });
  });

  /** What was asked before is what another object was like. */
  const replaced = (): void => {
    const headers = { etag: '"of before"', 'content-length': String(SIZE) };
    proxies[0]!.add({ when: isHead, fault: { kind: 'answer', status: 200, headers } });
  };

  test('through this machine of an object that is replaced meanwhile fails, and nothing is there', async () => {
    replaced();
    add({ when: isCopy, fault: errorAnswer(403, 'AccessDenied', 'Access Denied') });
    await expect(transferObject(source, FROM, target, TO)).rejects.toMatchObject({
      failure: 'aws',
      detail: /PreconditionFailed/,
    });
    expect(await headObject(there.s3, TO)).toEqual({ state: 'absent' });
    await expectNoUploads(there.s3, TO.bucket);
  });

  // The peer takes the condition and does not look at it.
  test.each([SIZE, MIB])('by S3 itself asks for the object as it was known (%i bytes a request)', async (limit) => {
    replaced();
    await transferObject(source, FROM, target, TO, { singleRequestLimit: limit });
    const copies = proxies[1]!.requests.filter(isCopy);
    const conditions = copies.map(({ headers }) => headers['x-amz-copy-source-if-match']);
    expect(new Set(conditions)).toEqual(new Set(['"of before"']));
  });

  test('of what is not there, or may not be read, says so before anything is written', async () => {
    const gone = { bucket: 'models', key: 'gone.tar.gz' };
    await expect(transferObject(source, gone, target, TO)).rejects.toMatchObject({
      code: 'aws-absent',
      message: 'Cannot read s3://models/gone.tar.gz: it is not there',
    });
    proxies[0]!.add({ when: () => true, fault: errorAnswer(403, 'AccessDenied', 'no s3:GetObject'), times: 2 });
    await expect(transferObject(source, FROM, target, TO)).rejects.toMatchObject({ code: 'aws-access-denied' });
    expect(proxies[1]!.requests).toEqual([]);
  });

  test('whose source only its own account may decrypt goes through this machine', async () => {
    add({ when: isCopy, fault: errorAnswer(403, 'AccessDenied', 'not authorized to perform: kms:Decrypt') });
    expect(await transferObject(source, FROM, target, TO)).toMatchObject({ how: 'streamed', state: 'written' });
    await expectWhole();
  });

  test('that the target refuses either way says why, and nothing is left', async () => {
    add({
      when: isPut,
      fault: errorAnswer(403, 'AccessDenied', 'not authorized to perform: kms:GenerateDataKey'),
      times: 50,
    });
    await expect(transferObject(source, FROM, target, TO)).rejects.toMatchObject({
      code: 'aws-kms-denied',
      message: 'Cannot write s3://other/to there/ü +%&?.tar.gz: the KMS key may not be used',
    });
    await expectNoUploads(there.s3, TO.bucket);
  });

  test('that fails on the way says from where to where', async () => {
    add({ when: isCopy, fault: errorAnswer(400, 'InvalidRequest', 'The storage class is not right') });
    await expect(transferObject(source, FROM, target, TO)).rejects.toMatchObject({
      code: 'aws-refused',
      message: 'Cannot copy s3://models/from here/ü +%&?.tar.gz to s3://other/to there/ü +%&?.tar.gz',
    });
  });

  test('leaves what is there alone when it is told to', async () => {
    await upload(there.s3, TO, generated(SIZE), { contentType: 'application/gzip', metadata: METADATA });
    for (const singleRequestLimit of [SIZE, MIB]) {
      const options = { onlyIfAbsent: true, singleRequestLimit };
      expect(await transferObject(source, FROM, target, TO, options)).toMatchObject({ state: 'there' });
    }
    await expectWhole();
  });

  test('asks with the owners and the key that were given, in one request and in parts', async () => {
    const key = 'arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab';
    const options = { sourceOwner: '111122223333', expectedOwner: '444455556666', kmsKeyId: key };
    for (const singleRequestLimit of [SIZE, MIB]) {
      for (const proxy of proxies) proxy.clear();
      await transferObject(source, FROM, target, TO, { ...options, singleRequestLimit });
      const owners = (which: 0 | 1, header: string, fitting: (request: Seen) => boolean) =>
        new Set(proxies[which]!.requests.filter(fitting).map(({ headers }) => headers[header]));
      expect(owners(0, 'x-amz-expected-bucket-owner', () => true)).toEqual(new Set(['111122223333']));
      expect(owners(1, 'x-amz-expected-bucket-owner', () => true)).toEqual(new Set(['444455556666']));
      expect(owners(1, 'x-amz-source-expected-bucket-owner', isPut)).toEqual(new Set(['111122223333']));
      expect(await headObject(there.s3, TO)).toMatchObject({ kmsKeyId: key });
    }
  });
});
