import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { readPlace } from '../../../../src/run/local/store/place.ts';
import { findObject, writeObject } from '../../../../src/run/local/store/store.ts';
import { describeWithPython } from '../../../support/python-environment.ts';
import { clients } from './clients.ts';
import { type Served, served } from './served.ts';

describeWithPython('objects of S3 on this machine', () => {
  const { python, aws } = clients();

  const textAt = async ({ store }: Served, uri: string): Promise<string | undefined> => {
    const object = await findObject(store, readPlace(uri));
    return object && readFileSync(object.path, 'utf8');
  };

  test('boto3 writes, looks, reads and removes an object', async () => {
    const there = await served();
    const said = await python(
      there,
      `
key = 'a folder/ü +%&?=#.txt'
put = s3.put_object(Bucket='jobs', Key=key, Body=b'hello', ContentType='text/plain', Metadata={'origin': 'here'})
head = s3.head_object(Bucket='jobs', Key=key)
got = s3.get_object(Bucket='jobs', Key=key)
body = got['Body'].read().decode()
same = put['ETag'] == head['ETag'] == got['ETag'] == '"%s"' % hashlib.md5(b'hello').hexdigest()
gone = [s3.delete_object(Bucket='jobs', Key=key)['ResponseMetadata']['HTTPStatusCode'] for _ in range(2)]
say([body, same, head['ContentLength'], head['ContentType'], head['Metadata'], gone, code(s3.get_object, Bucket='jobs', Key=key)])
`,
    );
    expect(said).toEqual(['hello', true, 5, 'text/plain', { origin: 'here' }, [204, 204], [404, 'NoSuchKey']]);
  });

  test('what a job writes is in the store, and what is in the store a job reads', async () => {
    const there = await served();
    await writeObject(there.store, readPlace('s3://input/data.csv'), '1,2\n');
    writeFileSync(join(there.mapped, 'mine.csv'), '3,4\n');
    const said = await python(
      there,
      `
s3.upload_fileobj(io.BytesIO(b'out'), 'new-bucket', 'x/y.csv')
say([s3.get_object(Bucket=b, Key=k)['Body'].read().decode() for b, k in [('input', 'data.csv'), ('mapped', 'data/mine.csv')]])
`,
    );
    expect(said).toEqual(['1,2\n', '3,4\n']);
    expect(await textAt(there, 's3://new-bucket/x/y.csv')).toBe('out');
  });

  test('ranges and conditions are those of S3', async () => {
    const there = await served();
    await writeObject(there.store, readPlace('s3://jobs/ten'), '0123456789');
    await writeObject(there.store, readPlace('s3://jobs/none'), '');
    const said = await python(
      there,
      `
def read(range):
    got = s3.get_object(Bucket='jobs', Key='ten', Range=range)
    return [got['Body'].read().decode(), got.get('ContentRange'), got['ResponseMetadata']['HTTPStatusCode']]
head = s3.head_object(Bucket='jobs', Key='ten')
etag, modified = head['ETag'], head['LastModified']
say({
  'ranges': [read(r) for r in ['bytes=0-0', 'bytes=3-5', 'bytes=7-', 'bytes=-2', 'bytes=5-100', 'bytes=5-3', 'lines=1-2']],
  'refused': [code(s3.get_object, Bucket='jobs', Key=k, Range=r) for k, r in [('ten', 'bytes=10-'), ('ten', 'bytes=-0'), ('none', 'bytes=0-0')]],
  'empty': s3.get_object(Bucket='jobs', Key='none')['Body'].read().decode(),
  'if': [
    code(s3.get_object, Bucket='jobs', Key='ten', IfMatch=etag),
    code(s3.get_object, Bucket='jobs', Key='ten', IfMatch='"other"'),
    code(s3.get_object, Bucket='jobs', Key='ten', IfNoneMatch=etag),
    code(s3.get_object, Bucket='jobs', Key='ten', IfModifiedSince=modified),
    code(s3.get_object, Bucket='jobs', Key='ten', IfUnmodifiedSince=modified),
    code(s3.get_object, Bucket='jobs', Key='ten', IfUnmodifiedSince='2001-01-01T00:00:00Z'),
  ],
})
`,
    );
    expect(said).toEqual({
      ranges: [
        ['0', 'bytes 0-0/10', 206],
        ['345', 'bytes 3-5/10', 206],
        ['789', 'bytes 7-9/10', 206],
        ['89', 'bytes 8-9/10', 206],
        ['56789', 'bytes 5-9/10', 206],
        ['0123456789', null, 200],
        ['0123456789', null, 200],
      ],
      refused: [
        [416, 'InvalidRange'],
        [416, 'InvalidRange'],
        [416, 'InvalidRange'],
      ],
      empty: '',
      if: [null, [412, 'PreconditionFailed'], [304, '304'], [304, '304'], null, [412, 'PreconditionFailed']],
    });
  });

  test('copies carry what objects are like, or are given it anew', async () => {
    const there = await served();
    const said = await python(
      there,
      `
s3.put_object(Bucket='jobs', Key='from ü+', Body=b'x', ContentType='a/b', Metadata={'v': '1'})
source = {'Bucket': 'jobs', 'Key': 'from ü+'}
s3.copy_object(Bucket='other', Key='to', CopySource=source)
s3.copy_object(Bucket='other', Key='new', CopySource=source, MetadataDirective='REPLACE', ContentType='c/d', Metadata={'v': '2'})
def like(key):
    head = s3.head_object(Bucket='other', Key=key)
    return [head['ContentType'], head['Metadata']]
say([like('to'), like('new'),
  code(s3.copy_object, Bucket='other', Key='z', CopySource={'Bucket': 'jobs', 'Key': 'gone'}),
  code(s3.copy_object, Bucket='other', Key='z', CopySource={'Bucket': 'nowhere', 'Key': 'gone'}),
  code(s3.copy_object, Bucket='other', Key='z', CopySource=source, CopySourceIfMatch='"no"'),
  code(s3.copy_object, Bucket='jobs', Key='from ü+', CopySource=source)])
`,
    );
    expect(said).toEqual([
      ['a/b', { v: '1' }],
      ['c/d', { v: '2' }],
      [404, 'NoSuchKey'],
      [404, 'NoSuchBucket'],
      [412, 'PreconditionFailed'],
      [400, 'InvalidRequest'],
    ]);
  });

  test('many objects are removed at once', async () => {
    const there = await served();
    writeFileSync(join(there.mapped, 'mine.csv'), '3,4\n');
    const keys = Array.from({ length: 300 }, (_, at) => `k/${at} &<>"'ü`);
    for (const key of keys) await writeObject(there.store, { bucket: 'jobs', key }, key);
    const said = await python(
      there,
      `
keys = [o['Key'] for o in s3.list_objects_v2(Bucket='jobs')['Contents']]
done = s3.delete_objects(Bucket='jobs', Delete={'Objects': [{'Key': k} for k in keys + ['never there']]})
quiet = s3.delete_objects(Bucket='mapped', Delete={'Objects': [{'Key': 'data/mine.csv'}], 'Quiet': True})
say([len(done['Deleted']), s3.list_objects_v2(Bucket='jobs')['KeyCount'], 'Deleted' in quiet, quiet['Errors'][0]['Code']])
`,
    );
    expect(said).toEqual([301, 0, false, 'AccessDenied']);
    expect(existsSync(join(there.mapped, 'mine.csv'))).toBe(true);
  });

  test('of many that must write an object first, one does', async () => {
    const there = await served();
    const said = await python(
      there,
      `
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(8) as pool:
    outcomes = list(pool.map(lambda n: code(s3.put_object, Bucket='jobs', Key='lock', Body=str(n), IfNoneMatch='*'), range(16)))
etag = s3.head_object(Bucket='jobs', Key='lock')['ETag']
say([outcomes.count(None), outcomes.count([412, 'PreconditionFailed']),
  code(s3.put_object, Bucket='jobs', Key='lock', Body=b'y', IfMatch='"no"'),
  code(s3.put_object, Bucket='jobs', Key='lock', Body=b'y', IfMatch=etag)])
`,
    );
    expect(said).toEqual([1, 15, [412, 'PreconditionFailed'], null]);
  });

  test('what is missing is brought from S3, when that is wanted', async () => {
    const wanted: string[] = [];
    const there: Served = await served({
      fetch: async (uri) => {
        wanted.push(uri);
        if (uri.endsWith('there')) await writeObject(there.store, readPlace(uri), 'from afar');
      },
    });
    const said = await python(
      there,
      `say([s3.get_object(Bucket='far', Key='there')['Body'].read().decode(), code(s3.get_object, Bucket='far', Key='not')])`,
    );
    expect(said).toEqual(['from afar', [404, 'NoSuchKey']]);
    expect(wanted).toEqual(['s3://far/there', 's3://far/not']);
  });

  test('the AWS CLI copies, syncs, lists and removes', async () => {
    const there = await served();
    mkdirSync(join(there.folder, 'out'));
    writeFileSync(join(there.folder, 'out/script.sh'), 'echo hi\n');
    chmodSync(join(there.folder, 'out/script.sh'), 0o755);
    // From 8 MiB on the CLI sends parts.
    writeFileSync(join(there.folder, 'out/large.bin'), Buffer.alloc(9 * 2 ** 20, 'large'));
    const outcomes = [
      await aws(there, 's3', 'cp', '--recursive', 'out', 's3://jobs/in'),
      await aws(there, 's3', 'cp', 's3://jobs/in/large.bin', 's3://jobs/in/again.bin'),
      await aws(there, 's3', 'sync', 's3://jobs/in', 'back'),
      await aws(there, 's3', 'rm', '--recursive', 's3://jobs/in'),
    ];
    expect(outcomes.map(({ exitCode, stderr }) => ({ exitCode, stderr }))).toEqual(
      outcomes.map(() => ({ exitCode: 0, stderr: '' })),
    );
    expect(readFileSync(join(there.folder, 'back/script.sh'), 'utf8')).toBe('echo hi\n');
    for (const name of ['large.bin', 'again.bin']) {
      const sent = readFileSync(join(there.folder, 'out/large.bin'));
      const same = readFileSync(join(there.folder, 'back', name)).equals(sent);
      expect(same).toBe(true);
    }
    const { stdout } = await aws(there, 's3', 'ls', '--recursive', 's3://jobs');
    expect(stdout).toBe('');
  });
});
