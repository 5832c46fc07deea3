import { expect, test } from 'vitest';

import { writeObject } from '../../../../src/run/local/store/store.ts';
import { describeWithPython } from '../../../support/python-environment.ts';
import { clients } from './clients.ts';
import { served } from './served.ts';

describeWithPython('listings and buckets of S3 on this machine', () => {
  const { python } = clients();

  test('listings have prefixes, delimiters, pages and any key', async () => {
    const there = await served();
    const keys = ['a', 'a/', 'a/1', 'a/2', 'a//3', 'b/x/1', 'b/x/2', 'b/y', 'ü &<>"+% 1', 'z\n'];
    for (const key of keys) await writeObject(there.store, { bucket: 'jobs', key }, key);
    const said = await python(
      there,
      `
def page(**arguments):
    pages = list(s3.get_paginator('list_objects_v2').paginate(Bucket='jobs', **arguments))
    return {
      'keys': [o['Key'] for p in pages for o in p.get('Contents', [])],
      'prefixes': [o['Prefix'] for p in pages for o in p.get('CommonPrefixes', [])],
      'counts': [p['KeyCount'] for p in pages],
    }
old = list(s3.get_paginator('list_objects').paginate(Bucket='jobs', Delimiter='/', PaginationConfig={'PageSize': 2}))
say({
  'all': page(),
  'small': page(PaginationConfig={'PageSize': 3}),
  'folders': page(Delimiter='/'),
  'folders in pages': page(Delimiter='/', PaginationConfig={'PageSize': 1}),
  'below': page(Prefix='a/', Delimiter='/'),
  'after': page(StartAfter='b/x/1'),
  'old': [o['Key'] for p in old for o in p.get('Contents', [])] + [o['Prefix'] for p in old for o in p.get('CommonPrefixes', [])],
  'none': s3.list_objects_v2(Bucket='jobs', Prefix='nothing')['KeyCount'],
  'zero': s3.list_objects_v2(Bucket='jobs', MaxKeys=0)['KeyCount'],
  'sizes': [o['Size'] for o in s3.list_objects_v2(Bucket='jobs', Prefix='b/')['Contents']],
  'wrong': [code(s3.list_objects_v2, Bucket='nowhere'), code(s3.list_objects_v2, Bucket='jobs', ContinuationToken='!')],
  'buckets': [b['Name'] for b in s3.list_buckets()['Buckets']],
})
`,
    );
    const sorted = keys.toSorted();
    const folders = { keys: ['a', 'z\n', 'ü &<>"+% 1'], prefixes: ['a/', 'b/'] };
    expect(said).toEqual({
      all: { keys: sorted, prefixes: [], counts: [10] },
      small: { keys: sorted, prefixes: [], counts: [3, 3, 3, 1] },
      folders: { ...folders, counts: [5] },
      'folders in pages': { ...folders, counts: [1, 1, 1, 1, 1] },
      below: { keys: ['a/', 'a/1', 'a/2'], prefixes: ['a//'], counts: [4] },
      after: { keys: ['b/x/2', 'b/y', 'z\n', 'ü &<>"+% 1'], prefixes: [], counts: [4] },
      old: ['a', 'z\n', 'ü &<>"+% 1', 'a/', 'b/'],
      none: 0,
      zero: 0,
      sizes: [5, 5, 3],
      wrong: [
        [404, 'NoSuchBucket'],
        [400, 'InvalidArgument'],
      ],
      buckets: ['jobs', 'mapped'],
    });
  });

  test('both styles of address, signed, presigned and unsigned, reach it; a browser does not', async () => {
    const there = await served();
    const said = await python(
      there,
      `
import urllib.request
from botocore import UNSIGNED
port = s3.meta.endpoint_url.rsplit(':', 1)[1]
s3.put_object(Bucket='jobs', Key='a//b', Body=b'hello')
def raw(path, **headers):
    request = urllib.request.Request(s3.meta.endpoint_url + path, headers=headers)
    try:
        return urllib.request.urlopen(request).read().decode()
    except urllib.error.HTTPError as error:
        return error.code
unsigned = boto3.client('s3', config=Config(signature_version=UNSIGNED))
older = boto3.client('s3', config=Config(signature_version='s3'))
say([
  raw('/jobs/a//b'),
  raw('/a//b', Host='jobs.localhost:' + port),
  raw('/a//b', Host='jobs.127.0.0.1'),
  unsigned.get_object(Bucket='jobs', Key='a//b')['Body'].read().decode(),
  older.get_object(Bucket='jobs', Key='a//b')['Body'].read().decode(),
  urllib.request.urlopen(s3.generate_presigned_url('get_object', Params={'Bucket': 'jobs', 'Key': 'a//b', 'ResponseContentType': 'q/r'})).headers['content-type'],
  raw('/jobs/a//b', Origin='https://example.com'),
  raw('/jobs/%ff'),
])
`,
    );
    expect(said).toEqual(['hello', 'hello', 'hello', 'hello', 'hello', 'q/r', 403, 400]);
  });

  test('buckets are made, found and removed, and what S3 does not do here is said', async () => {
    const there = await served();
    const said = await python(
      there,
      `
s3.create_bucket(Bucket='made', CreateBucketConfiguration={'LocationConstraint': 'eu-west-1'})
said = [
  code(s3.head_bucket, Bucket='made'), code(s3.head_bucket, Bucket='never'), s3.get_bucket_location(Bucket='made')['LocationConstraint'],
  code(s3.get_bucket_versioning, Bucket='made'), code(s3.delete_bucket, Bucket='made'), code(s3.head_bucket, Bucket='made'),
  code(s3.delete_bucket, Bucket='mapped'), code(s3.get_bucket_policy, Bucket='jobs'),
  code(s3.put_object, Bucket='mapped', Key='data/x', Body=b''), code(s3.put_object, Bucket='jobs', Key='a/../b', Body=b''),
  code(s3.put_object, Bucket='jobs', Key='k' * 1025, Body=b''),
]
s3.put_object(Bucket='full', Key='t', Body=b'')
said.append(code(s3.delete_bucket, Bucket='full'))
s3.delete_object(Bucket='full', Key='t')
said += [code(s3.head_bucket, Bucket='full'), code(s3.delete_bucket, Bucket='full'), code(s3.head_bucket, Bucket='full')]
s3.put_object(Bucket='jobs', Key='t', Body=b'')
say(said + [s3.get_object_tagging(Bucket='jobs', Key='t')['TagSet']])
`,
    );
    expect(said).toEqual([
      null,
      [404, '404'],
      'eu-west-1',
      null,
      null,
      [404, '404'],
      [409, 'BucketNotEmpty'],
      [501, 'NotImplemented'],
      [403, 'AccessDenied'],
      [400, 'InvalidURI'],
      [400, 'KeyTooLongError'],
      [409, 'BucketNotEmpty'],
      null,
      null,
      [404, '404'],
      [],
    ]);
  });
});
