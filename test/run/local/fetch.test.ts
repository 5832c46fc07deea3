import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';

import { fetchFrom } from '../../../src/run/local/fetch.ts';
import type { LocalSettings } from '../../../src/run/local/settings.ts';
import { openS3 } from '../../../src/s3/client.ts';
import { errorAnswer, startFaultProxy } from '../../fakes/fault-proxy.ts';
import { type MotoServer, startMoto } from '../../support/moto-server.ts';
import { PYTHON_ENVIRONMENT_TIME_LIMIT, describeWithPython } from '../../support/python-environment.ts';
import { bench, documentOf, shellStep } from './run-document.ts';

describeWithPython('a run with --fetch', () => {
  let moto: MotoServer;
  beforeAll(async () => {
    moto = await startMoto();
  }, PYTHON_ENVIRONMENT_TIME_LIMIT);
  afterAll(async () => moto.stop());

  const open = (endpoint = moto.endpoint) =>
    openS3({
      region: 'us-east-1',
      endpoint,
      credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
    });

  test('reads from S3 what the store lacks, once, and never writes there', async () => {
    const s3 = await open();
    await s3.createBucket({ Bucket: 'data' });
    for (const name of ['in/a', 'in/sub/b']) await s3.putObject({ Bucket: 'data', Key: name, Body: name });
    const { run, get: read } = bench();
    const script = 'cat /opt/ml/processing/in/d/a /opt/ml/processing/in/d/sub/b > /opt/ml/processing/out/o/all';
    const document = documentOf([
      shellStep('Read', { script, inputs: { d: 's3://data/in' }, outputs: { o: 's3://data/out' } }),
    ]);
    const told: string[] = [];
    const fetch = (tell: (message: string) => void) =>
      fetchFrom({
        open: () => open(),
        tell: (message) => {
          told.push(message);
          tell(message);
        },
      });
    const first = await run(document, { settings: { fetch } });
    expect(first.reasons).toEqual({ Read: undefined });
    expect(await read('s3://data/out/all')).toBe('in/ain/sub/b');
    const second = await run(document, { settings: { fetch } });
    expect(second.state).toBe('succeeded');
    expect(told).toEqual(['fetching s3://data/in from S3: 2 objects, 12 bytes']);
    const { Contents = [] } = await s3.listObjectsV2({ Bucket: 'data' });
    expect(Contents.map(({ Key }) => Key)).toEqual(['in/a', 'in/sub/b']);
    s3.destroy();
  });

  test('fetches all of a place of which an earlier run could fetch a part only, and of what is within it or around it', async () => {
    const s3 = await open();
    await s3.createBucket({ Bucket: 'parted' });
    for (const name of ['in/a', 'in/sub/b', 'in/sub/c']) {
      await s3.putObject({ Bucket: 'parted', Key: name, Body: name });
    }
    s3.destroy();
    const proxy = await startFaultProxy(moto.endpoint);
    onTestFinished(() => proxy.stop());
    const fetch: LocalSettings['fetch'] = (tell) => fetchFrom({ open: () => open(proxy.endpoint), tell });
    const { run, get: read } = bench();
    const readStep = (uri: string) => {
      const script = 'cd /opt/ml/processing/in/d && find . -type f | sort > /opt/ml/processing/out/o/names';
      return documentOf([shellStep('Read', { script, inputs: { d: uri }, outputs: { o: 's3://out/o' } })]);
    };
    const denied = errorAnswer(403, 'AccessDenied', 'Access Denied');
    proxy.add({ when: ({ path }) => path === '/parted/in/sub/c', fault: denied, times: 4 });
    const first = await run(readStep('s3://parted/in'), { settings: { fetch } });
    expect(first.reasons['Read']).toMatch(/^Cannot .*s3:\/\/parted\/in\/sub\/c/);
    const unfetched = await run(readStep('s3://parted/in/sub'));
    expect(unfetched.reasons['Read']).toMatch(/^Only a part of s3:\/\/parted\/in was fetched from S3/);
    proxy.clear();
    expect((await run(readStep('s3://parted/in/sub'), { settings: { fetch } })).state).toBe('succeeded');
    expect(await read('s3://out/o/names')).toBe('./b\n./c\n');
    expect((await run(readStep('s3://parted/in'), { settings: { fetch } })).state).toBe('succeeded');
    expect(await read('s3://out/o/names')).toBe('./a\n./sub/b\n./sub/c\n');
    proxy.clear();
    for (const uri of ['s3://parted/in', 's3://parted/in/sub']) await run(readStep(uri), { settings: { fetch } });
    expect(proxy.requests).toEqual([]);
  });

  test.each([
    ['data2', 's3://data2/in', /^There are no objects at s3:\/\/data2\/in/],
    ['other', 's3://nobodys/in', /^Cannot list s3:\/\/nobodys\/in: there is no such bucket/],
  ])('says what S3 does not have either (bucket %s, %s)', async (Bucket, uri, reason) => {
    const s3 = await open();
    await s3.createBucket({ Bucket });
    s3.destroy();
    const { run } = bench();
    const document = documentOf([shellStep('Read', { script: 'true', inputs: { d: uri } })]);
    const ran = await run(document, { settings: { fetch: (tell) => fetchFrom({ open: () => open(), tell }) } });
    expect(ran.reasons['Read']).toMatch(reason);
  });
});
