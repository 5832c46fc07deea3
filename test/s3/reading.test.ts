import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { headBucket, requireBucket } from '../../src/s3/bucket.ts';
import type { S3 } from '../../src/s3/client.ts';
import { getText, readObject } from '../../src/s3/get.ts';
import { headObject, requireObject } from '../../src/s3/head.ts';
import { listObjects } from '../../src/s3/list.ts';
import { putObject } from '../../src/s3/put.ts';
import { below, formatS3Uri, parseS3Uri, readS3Uri } from '../../src/s3/uri.ts';
import { type Fault, type FaultProxy, type Seen, errorAnswer, startFaultProxy } from '../fakes/fault-proxy.ts';
import { describeWithPython } from '../support/python-environment.ts';
import { retryAtOnce } from '../support/retry-at-once.ts';
import { generated, hashOf, openHurriedS3, s3OnMoto } from './s3-on-moto.ts';

const isGet = ({ method }: Seen): boolean => method === 'GET';
const isAny = (): boolean => true;

describe('an S3 URI', () => {
  test.each([
    ['s3://models/a/b.tar.gz', { bucket: 'models', key: 'a/b.tar.gz' }],
    ['s3://models', { bucket: 'models', key: '' }],
    ['s3://models/', { bucket: 'models', key: '' }],
    ['s3://models//a//b/', { bucket: 'models', key: '/a//b/' }],
    ['s3://models/a b+%20ü?#\n', { bucket: 'models', key: 'a b+%20ü?#\n' }],
  ])('%s is taken as it stands', (uri, location) => {
    expect(parseS3Uri(uri)).toEqual(location);
    expect(formatS3Uri(location)).toBe(uri.replace(/^(s3:\/\/models)\/$/, '$1'));
  });

  test.each(['models/a', 'S3://models', 's3:///a', 'https://models.s3.amazonaws.com/a', ''])('is not %s', (text) => {
    expect(readS3Uri(text)).toBe(undefined);
    expect(() => parseS3Uri(text, 'ModelDataUrl')).toThrow('is no S3 URI');
  });

  test('goes one name down with one slash', () => {
    expect(['', 'a', 'a/'].map((key) => formatS3Uri(below({ bucket: 'b', key }, 'x')))).toEqual([
      's3://b/x',
      's3://b/a/x',
      's3://b/a/x',
    ]);
  });
});

describeWithPython('reading', () => {
  // A hundred names to a page, where S3 gives a thousand.
  const there = s3OnMoto({ MOTO_S3_DEFAULT_MAX_KEYS: '100' });
  let proxy: FaultProxy;
  let s3: S3;
  retryAtOnce();

  beforeAll(async () => {
    proxy = await startFaultProxy(there.moto.endpoint);
    s3 = await openHurriedS3(proxy.endpoint, 2);
  });
  afterAll(async () => {
    s3?.destroy();
    await proxy?.stop();
  });
  beforeEach(() => proxy.clear());

  test('an object that is there, one that is not and one that nobody may know of are three things', async () => {
    const at = { bucket: 'models', key: 'here/ü +%.txt' };
    const metadata = { origin: 'here' };
    await putObject(s3, at, 'hello', { contentType: 'text/plain', metadata });
    expect(await headObject(s3, at)).toMatchObject({ state: 'there', size: 5, contentType: 'text/plain', metadata });
    expect(await headObject(s3, { bucket: 'models', key: 'here' })).toEqual({ state: 'absent' });
    const denied = errorAnswer(403, 'AccessDenied', 'Access Denied');
    proxy.add({ when: isAny, fault: denied, times: 2 });
    expect(await headObject(s3, at)).toMatchObject({
      state: 'denied',
      error: {
        code: 'aws-access-denied',
        message: 'Cannot look at s3://models/here/ü +%.txt: access is denied',
        detail: 'AccessDenied: Access Denied (request FAULT00000000001)',
      },
    });
    await expect(requireObject(s3, { bucket: 'models', key: 'here' })).rejects.toMatchObject({
      code: 'aws-absent',
      message: 'Cannot read s3://models/here: it is not there',
      fix: 'look at the URI: nothing is stored under it',
    });
  });

  test.each([
    [
      403,
      'InvalidAccessKeyId',
      'The AWS Access Key Id you provided does not exist in our records.',
      'credentials-unknown',
    ],
    [403, 'SignatureDoesNotMatch', 'The request signature we calculated does not match …', 'credentials-unknown'],
    [400, 'ExpiredToken', 'The provided token has expired.', 'credentials-expired'],
  ])(
    'a HEAD of an object or a bucket that is refused with %i without a word is said as %s',
    async (status, name, message, fault) => {
      const said = { code: `aws-${fault}`, detail: `${name}: ${message} (request FAULT00000000001)` };
      proxy.add({ when: isAny, fault: errorAnswer(status, name, message), times: 4 });
      await expect(headObject(s3, { bucket: 'models', key: 'a' })).rejects.toMatchObject(said);
      await expect(requireBucket(s3, 'models')).rejects.toMatchObject(said);
    },
  );

  test('a bucket is there, is not there, or belongs to somebody else', async () => {
    expect(await headBucket(s3, 'models')).toEqual({ state: 'there', region: 'us-east-1' });
    expect(await headBucket(s3, 'nowhere-at-all')).toEqual({ state: 'absent' });
    await expect(requireBucket(s3, 'nowhere-at-all')).rejects.toMatchObject({
      code: 'aws-bucket-absent',
      message: 'Cannot use the bucket nowhere-at-all: there is no such bucket',
      fix: 'create the bucket, or name another one',
    });
    const isExpecting = ({ headers }: Seen): boolean => headers['x-amz-expected-bucket-owner'] !== undefined;
    proxy.add({ when: isExpecting, fault: errorAnswer(403, 'AccessDenied', 'Access Denied'), times: 2 });
    await expect(requireBucket(s3, 'models', { expectedOwner: '999988887777' })).rejects.toMatchObject({
      code: 'aws-bucket-owner',
      message: 'Cannot use the bucket models: the bucket belongs to another account',
      fix: '999988887777 was expected to own it: name a bucket of that account',
    });
  });

  test('a listing goes through all pages, also through empty ones, in order', async () => {
    const keys = ['a//b', 'a/ü', 'a/', 'a/x y', ...Array.from({ length: 110 }, (_, at) => `a/n${at}`)];
    for (const key of keys) await putObject(there.s3, { bucket: 'other', key }, key);
    await putObject(there.s3, { bucket: 'other', key: 'ab' }, 'not below a/');
    const listed = async () => {
      const found: string[] = [];
      for await (const { key, size } of listObjects(s3, { bucket: 'other', key: 'a/' })) {
        expect(size).toBe(Buffer.byteLength(key));
        found.push(key);
      }
      return found;
    };
    expect(await listed()).toEqual(keys.toSorted());
    expect(proxy.requests.length).toBe(2);
    proxy.clear();
    const page = (content: string): Fault => {
      return { kind: 'answer', status: 200, body: `<ListBucketResult>${content}</ListBucketResult>` };
    };
    const more = '<IsTruncated>true</IsTruncated><NextContinuationToken>TOKEN</NextContinuationToken>';
    proxy.add({ when: isAny, fault: page(more) });
    proxy.add({ when: isAny, fault: page('<Contents><Key>a/b</Key><Size>3</Size></Contents>') });
    expect(await listed()).toEqual(['a/b']);
    expect(proxy.requests.map(({ query }) => query.get('continuation-token'))).toEqual([null, 'TOKEN']);
  });

  test('a listing that may not be made says so', async () => {
    proxy.add({ when: isAny, fault: errorAnswer(403, 'AccessDenied', 'no s3:ListBucket') });
    const listing = listObjects(s3, { bucket: 'other', key: 'a/' });
    await expect(listing.next()).rejects.toThrow('Cannot list s3://other/a/: access is denied');
  });

  test('a small text is given whole, a large one is refused', async () => {
    const at = { bucket: 'models', key: 'text' };
    await putObject(s3, at, 'žluťoučký');
    expect(await getText(s3, at)).toBe('žluťoučký');
    await expect(getText(s3, at, { limit: 5 })).rejects.toMatchObject({ code: 'object-too-large' });
    await expect(getText(s3, { bucket: 'models', key: 'nothing' })).rejects.toThrow(
      'Cannot read s3://models/nothing: it is not there',
    );
  });

  const LARGE = { bucket: 'models', key: 'large' };
  const SIZE = 5_000_000;
  const large = async () => {
    const content = generated(SIZE);
    const pieces: Buffer[] = [];
    for await (const piece of content) pieces.push(Buffer.from(piece));
    await putObject(there.s3, LARGE, Buffer.concat(pieces));
  };

  test('an object whose connection is cut is taken up where it was', async () => {
    await large();
    proxy.add({ when: isGet, fault: { kind: 'lose', afterBytes: 1_000_000 }, times: 2 });
    expect(await hashOf(readObject(s3, LARGE))).toBe(await hashOf(generated(SIZE)));
    const ranges = proxy.requests.filter(isGet).map(({ headers }) => headers['range']);
    expect(ranges.length).toBe(3);
    expect(ranges[0]).toBe('bytes=0-4999999');
    expect(Number(/\d+/.exec(String(ranges[2]))?.[0])).toBeGreaterThan(0);
  });

  test('an object that was replaced while it was read is an error', async () => {
    await large();
    const reading = readObject(s3, LARGE);
    proxy.add({ when: isGet, fault: { kind: 'lose', afterBytes: 1_000_000 } });
    await reading.next();
    await putObject(there.s3, LARGE, Buffer.alloc(SIZE, 'other'));
    await expect(hashOf(reading)).rejects.toMatchObject({ code: 'aws-refused', detail: /PreconditionFailed/ });
  });

  test('a connection that is cut again and again is given up', async () => {
    await large();
    proxy.add({ when: isGet, fault: { kind: 'lose', afterBytes: 0 }, times: 50 });
    await expect(hashOf(readObject(s3, LARGE))).rejects.toMatchObject({ code: 'aws-unreachable' });
    expect(proxy.requests.filter(isGet).length).toBeLessThan(20);
  });
});
