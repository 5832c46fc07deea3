import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';

import { readAsset } from '../../src/assets/read.ts';
import type { AssetReference, Packaging } from '../../src/definition/assembly.ts';
import { openS3 } from '../../src/s3/client.ts';
import { getObject } from '../../src/s3/get.ts';
import { listObjects } from '../../src/s3/list.ts';
import { type PublishedAsset, publishAssets } from '../../src/s3/publish.ts';
import { putObject } from '../../src/s3/put.ts';
import { bytesOf, runOver, treeOnDisk } from '../assets/tree-on-disk.ts';
import { errorAnswer, startFaultProxy } from '../fakes/fault-proxy.ts';
import { describeWithPython } from '../support/python-environment.ts';
import { KEYS, expectNoUploads, s3OnMoto } from './s3-on-moto.ts';

function reference(path: string, packaging: Packaging, name: string): AssetReference {
  const { hash } = readAsset(path);
  return { hash, path, packaging, key: `assets/${hash}/${name}` };
}

describeWithPython('publishing', () => {
  const there = s3OnMoto();
  let bucket = '';
  let number = 0;
  beforeEach(async () => {
    bucket = `artefacts-${(number += 1)}`;
    await there.s3.createBucket({ Bucket: bucket });
  });

  const assets = () => {
    const folder = treeOnDisk({
      'preprocess.py': 'print("hello")\n',
      'src/train.py': 'import model\n',
      'src/lib/model.py': '',
      'src/run.sh': { content: '#!/bin/sh\n', executable: true },
      'data/ü 1.csv': '1,2\n',
      'data/deep/2.csv': '3,4\n',
    });
    return [
      reference(join(folder, 'preprocess.py'), 'file', 'preprocess.py'),
      reference(join(folder, 'src'), 'archive', 'sourcedir.tar.gz'),
      reference(join(folder, 'data'), 'folder', ''),
    ] as const;
  };
  const keysThere = async (): Promise<string[]> => {
    const keys: string[] = [];
    for await (const { key } of listObjects(there.s3, { bucket, key: '' })) keys.push(key);
    return keys;
  };
  const content = async (key: string) => bytesOf(await getObject(there.s3, { bucket, key }));
  const states = (published: readonly PublishedAsset[]) => published.map(({ state }) => state);

  test('puts a file, a bundle and a folder where the document says they are', async () => {
    const [file, archive, folder] = assets();
    const published = await publishAssets({ assets: [file, archive, folder] }, { s3: there.s3, bucket });
    expect(states(published)).toEqual(['uploaded', 'uploaded', 'uploaded']);
    expect(published.map(({ uri }) => uri)).toEqual([file, archive, folder].map(({ key }) => `s3://${bucket}/${key}`));
    expect(published.map(({ objects }) => objects.length)).toEqual([1, 1, 2]);

    expect((await content(file.key)).toString()).toBe('print("hello")\n');
    expect((await content(`${folder.key}ü 1.csv`)).toString()).toBe('1,2\n');
    expect((await content(`${folder.key}deep/2.csv`)).toString()).toBe('3,4\n');
    const body = await getObject(there.s3, { bucket, key: archive.key });
    const listed = await runOver(body, 'tar', 'tvzf', '-');
    expect(listed.toString().replaceAll(/ \d{4}-\d\d-\d\d \d\d:\d\d /g, ' '))
      .toBe(`-rw-r--r-- 0/0               0 lib/model.py
-rwxr-xr-x 0/0              10 run.sh
-rw-r--r-- 0/0              13 train.py
`);
  });

  test('uploads nothing that is there, and asks once for each', async () => {
    const wanted = assets();
    await publishAssets({ assets: wanted }, { s3: there.s3, bucket });
    const proxy = await startFaultProxy(there.moto.endpoint);
    const s3 = await openS3({ endpoint: proxy.endpoint, region: 'us-east-1', credentials: KEYS });
    const again = await publishAssets({ assets: wanted }, { s3, bucket });
    s3.destroy();
    await proxy.stop();
    expect(states(again)).toEqual(['there', 'there', 'there']);
    expect(proxy.requests.map(({ method }) => method).toSorted()).toEqual(['GET', 'HEAD', 'HEAD', 'HEAD']);
  });

  test('uploads what is missing of a folder, and what is there with another size', async () => {
    const [file, , folder] = assets();
    await putObject(there.s3, { bucket, key: `${folder.key}deep/2.csv` }, '3,4\n');
    await putObject(there.s3, { bucket, key: file.key }, 'somebody was here');
    const published = await publishAssets({ assets: [file, folder] }, { s3: there.s3, bucket });
    expect(states(published)).toEqual(['uploaded', 'uploaded']);
    expect(published[1]!.objects.map(({ state }) => state)).toEqual(['there', 'uploaded']);
    expect((await content(file.key)).toString()).toBe('print("hello")\n');
  });

  test('writes nothing in a dry run, and says what it would write', async () => {
    const wanted = assets();
    const published = await publishAssets({ assets: wanted }, { s3: there.s3, bucket }, { dryRun: true });
    expect(states(published)).toEqual(['missing', 'missing', 'missing']);
    expect(await keysThere()).toEqual([]);
  });

  test('tells how far it is', async () => {
    const told: string[] = [];
    const [file] = assets();
    await publishAssets(
      { assets: [file] },
      { s3: there.s3, bucket },
      {
        progress: ({ uri, bytes, of }) => told.push(`${uri} ${bytes} of ${of}`),
      },
    );
    expect(told).toEqual([`s3://${bucket}/${file.key} 15 of 15`]);
  });

  test('refuses a file that is no longer what the document names, before it writes anything', async () => {
    const [file, archive] = assets();
    writeFileSync(file.path, 'print("bye")\n');
    await expect(publishAssets({ assets: [archive, file] }, { s3: there.s3, bucket })).rejects.toMatchObject({
      code: 'asset-changed',
    });
    expect(await keysThere()).toEqual([]);
  });

  test('lets nothing be seen of a bundle whose files change while they are read', async () => {
    const folder = treeOnDisk({ 'a.bin': 'x'.repeat(1000), 'z.bin': 'z' });
    const archive = reference(folder, 'archive', 'sourcedir.tar.gz');
    const proxy = await startFaultProxy(there.moto.endpoint);
    const s3 = await openS3({ endpoint: proxy.endpoint, region: 'us-east-1', credentials: KEYS });
    // Between the look at what is there and the upload.
    const isHead = ({ method }: { method: string }): boolean => {
      if (method === 'HEAD') writeFileSync(join(folder, 'z.bin'), 'y');
      return false;
    };
    proxy.add({ when: isHead, fault: { kind: 'lose' } });
    const publishing = publishAssets({ assets: [archive] }, { s3, bucket });
    await expect(publishing).rejects.toMatchObject({ code: 'asset-changed' });
    s3.destroy();
    await proxy.stop();
    expect(await keysThere()).toEqual([]);
    await expectNoUploads(there.s3, bucket);
  });

  test('tries to write where it may not look', async () => {
    const [file] = assets();
    const proxy = await startFaultProxy(there.moto.endpoint);
    const s3 = await openS3({ endpoint: proxy.endpoint, region: 'us-east-1', credentials: KEYS });
    const denied = errorAnswer(403, 'AccessDenied', 'no s3:ListBucket');
    proxy.add({ when: ({ method }) => method === 'HEAD' || method === 'GET', fault: denied, times: 100 });
    expect(states(await publishAssets({ assets: [file] }, { s3, bucket }))).toEqual(['uploaded']);
    s3.destroy();
    await proxy.stop();
    expect(await keysThere()).toEqual([file.key]);
  });

  test('refuses a bucket that is not there, and one in another region', async () => {
    const [file] = assets();
    const publish = (name: string) => publishAssets({ assets: [file] }, { s3: there.s3, bucket: name });
    await expect(publish('nowhere-at-all')).rejects.toMatchObject({ code: 'aws-bucket-absent' });
    const LocationConstraint = 'eu-west-1';
    await there.s3.createBucket({ Bucket: 'far-away', CreateBucketConfiguration: { LocationConstraint } });
    await expect(publish('far-away')).rejects.toMatchObject({
      failure: 'usage',
      code: 'bucket-elsewhere',
      message: 'The bucket far-away is in eu-west-1',
      detail: 'the pipeline is for us-east-1, and SageMaker reads nothing from another region',
    });
  });

  test('asks AWS nothing when the document names no files', async () => {
    const s3 = await openS3({ endpoint: 'http://127.0.0.1:1', region: 'us-east-1', credentials: KEYS });
    expect(await publishAssets({ assets: [] }, { s3, bucket: 'nowhere-at-all' })).toEqual([]);
    s3.destroy();
  });

  test('by many at once writes the same', async () => {
    const wanted = assets();
    const all = await Promise.all([1, 2, 3, 4].map(() => publishAssets({ assets: wanted }, { s3: there.s3, bucket })));
    expect(new Set(all.flatMap(states)).has('missing')).toBe(false);
    expect((await keysThere()).length).toBe(4);
    await expectNoUploads(there.s3, bucket);
  });
});
