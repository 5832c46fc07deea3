import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { describeWithPython } from '../../../support/python-environment.ts';
import { clients } from './clients.ts';
import { served } from './served.ts';

describeWithPython('uploads to S3 on this machine', () => {
  const { python } = clients();

  test('large files go in parts and come back the same, in parallel', async () => {
    const there = await served();
    const said = await python(
      there,
      `
import os
from boto3.s3.transfer import TransferConfig
config = TransferConfig(multipart_threshold=5 * 2**20, multipart_chunksize=5 * 2**20, max_concurrency=4)
data = os.urandom(2**20) * 17 + b'end'
s3.upload_fileobj(io.BytesIO(data), 'jobs', 'large', Config=config, ExtraArgs={'ContentType': 'x/y', 'Metadata': {'a': 'b'}})
back = io.BytesIO()
s3.download_fileobj('jobs', 'large', back, Config=config)
s3.copy({'Bucket': 'jobs', 'Key': 'large'}, 'jobs', 'copy', Config=config)
copied = s3.get_object(Bucket='jobs', Key='copy')['Body'].read()
head = s3.head_object(Bucket='jobs', Key='large')
say([back.getvalue() == data, copied == data, head['ContentLength'], head['ContentType'], head['Metadata'], head['ETag'][-3:]])
`,
    );
    expect(said).toEqual([true, true, 17 * 2 ** 20 + 3, 'x/y', { a: 'b' }, '-4"']);
    expect(
      readdirSync(join(there.store.folder, '.uploads')).flatMap((name) =>
        readdirSync(join(there.store.folder, '.uploads', name)),
      ),
    ).toEqual([]);
  });

  test('uploads in parts are listed, ended and refused as S3 does it', async () => {
    const there = await served();
    const said = await python(
      there,
      `
up = s3.create_multipart_upload(Bucket='jobs', Key='k', ChecksumAlgorithm='SHA256')['UploadId']
five = b'5' * (5 * 2**20)
parts = [s3.upload_part(Bucket='jobs', Key='k', UploadId=up, PartNumber=n, Body=b, ChecksumAlgorithm='SHA256') for n, b in [(1, five), (2, b'two'), (3, b'three')]]
listed = s3.list_parts(Bucket='jobs', Key='k', UploadId=up, MaxParts=2)
rest = s3.list_parts(Bucket='jobs', Key='k', UploadId=up, PartNumberMarker=listed['NextPartNumberMarker'])
def complete(numbers, etag=None):
    parts_ = [{'PartNumber': n, 'ETag': etag or parts[n - 1]['ETag']} for n in numbers]
    return code(s3.complete_multipart_upload, Bucket='jobs', Key='k', UploadId=up, MultipartUpload={'Parts': parts_})
uploads = [u['Key'] for u in s3.list_multipart_uploads(Bucket='jobs')['Uploads']]
said = {
  'listed': [[p['PartNumber'], p['Size'], 'ChecksumSHA256' in p] for p in listed['Parts'] + rest['Parts']],
  'truncated': [listed['IsTruncated'], rest['IsTruncated']],
  'uploads': uploads,
  'small': complete([1, 2, 3]),
  'order': complete([3, 1]),
  'unknown': complete([1], etag='"0"'),
  'unseen': code(s3.head_object, Bucket='jobs', Key='k'),
  'done': complete([1, 3]),
  'twice': complete([1, 3]),
  'text': s3.get_object(Bucket='jobs', Key='k', Range='bytes=-8')['Body'].read().decode(),
  'part': [code(s3.upload_part, Bucket='jobs', Key='k', UploadId='nope', PartNumber=1, Body=b'')],
}
other = s3.create_multipart_upload(Bucket='jobs', Key='k2')['UploadId']
s3.upload_part(Bucket='jobs', Key='k2', UploadId=other, PartNumber=1, Body=b'x')
said['bad number'] = code(s3.upload_part, Bucket='jobs', Key='k2', UploadId=other, PartNumber=10001, Body=b'')
s3.abort_multipart_upload(Bucket='jobs', Key='k2', UploadId=other)
said['aborted'] = [code(s3.list_parts, Bucket='jobs', Key='k2', UploadId=other), 'Uploads' in s3.list_multipart_uploads(Bucket='jobs')]
say(said)
`,
    );
    const size = 5 * 2 ** 20;
    expect(said).toEqual({
      listed: [
        [1, size, true],
        [2, 3, true],
        [3, 5, true],
      ],
      truncated: [true, false],
      uploads: ['k'],
      small: [400, 'EntityTooSmall'],
      order: [400, 'InvalidPartOrder'],
      unknown: [400, 'InvalidPart'],
      unseen: [404, '404'],
      done: null,
      twice: [404, 'NoSuchUpload'],
      text: '555three',
      part: [[404, 'NoSuchUpload']],
      'bad number': [400, 'InvalidArgument'],
      aborted: [[404, 'NoSuchUpload'], false],
    });
  });

  test('checksums are compared in every way that boto3 sends them', async () => {
    const there = await served();
    const said = await python(
      there,
      `
class Unseekable(io.RawIOBase):
    def __init__(self, data): self.data = io.BytesIO(data)
    def readable(self): return True
    def read(self, n=-1): return self.data.read(n)
import urllib.request
results = []
for algorithm in ['CRC32', 'SHA1', 'SHA256']:
    s3.put_object(Bucket='jobs', Key=algorithm, Body=b'hello', ChecksumAlgorithm=algorithm)
    results.append('Checksum' + algorithm in s3.get_object(Bucket='jobs', Key=algorithm, ChecksumMode='ENABLED'))
def raw(body, **headers):
    request = urllib.request.Request(s3.meta.endpoint_url + '/jobs/raw', data=body, method='PUT', headers={k.replace('_', '-'): v for k, v in headers.items()})
    try:
        return urllib.request.urlopen(request).status
    except urllib.error.HTTPError as error:
        return error.read().decode().split('Code>')[1][:-2]
import base64, zlib
crc = base64.b64encode(zlib.crc32(b'hello').to_bytes(4, 'big')).decode()
chunked = b'3;chunk-signature=abc\\r\\nhel\\r\\n2\\r\\nlo\\r\\n0\\r\\nx-amz-checksum-crc32:%s\\r\\n\\r\\n'
streaming = dict(x_amz_content_sha256='STREAMING-UNSIGNED-PAYLOAD-TRAILER', x_amz_trailer='x-amz-checksum-crc32', content_encoding='aws-chunked', x_amz_decoded_content_length='5')
results += [
  raw(b'hello', x_amz_checksum_crc32=crc),
  raw(b'hellO', x_amz_checksum_crc32=crc),
  raw(b'hello', content_md5=base64.b64encode(hashlib.md5(b'hello').digest()).decode()),
  raw(b'hello', content_md5=base64.b64encode(hashlib.md5(b'other').digest()).decode()),
  raw(chunked % crc.encode(), **streaming),
  raw(chunked % b'AAAAAA==', **streaming),
  raw(b'3\\r\\nhel', **streaming),
  raw(b'zzz\\r\\n', **streaming),
]
got = s3.get_object(Bucket='jobs', Key='raw')
say([results, got['Body'].read().decode(), got.get('ContentEncoding')])
`,
    );
    const outcomes = [200, 'BadDigest', 200, 'BadDigest', 200, 'BadDigest', 'IncompleteBody', 'IncompleteBody'];
    expect(said).toEqual([[true, true, true, ...outcomes], 'hello', null]);
  });

  test('a request that is cut leaves no object', async () => {
    const there = await served();
    const said = await python(
      there,
      `
import socket
host, port = s3.meta.endpoint_url.split('//')[1].split(':')
with socket.create_connection((host, int(port))) as connection:
    connection.sendall(b'PUT /jobs/cut HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 1000000\\r\\n\\r\\n' + b'x' * 1000)
s3.put_object(Bucket='jobs', Key='after', Body=b'')
say([o['Key'] for o in s3.list_objects_v2(Bucket='jobs')['Contents']])
`,
    );
    expect(said).toEqual(['after']);
  });
});
