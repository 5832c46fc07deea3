// @ts-check
// Takes whatever is put into it as S3 would, and keeps nothing: writes its port to a file, and ends when stdin does.
import { renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

const file = process.argv[2] ?? '';

const XML = { 'content-type': 'application/xml' };
const ETAG = '"d41d8cd98f00b204e9800998ecf8427e"';

/** @param {string} method @param {URL} url @returns {readonly [number, Record<string, string>, string?]} */
function answerTo(method, { pathname, searchParams }) {
  const isObject = /^\/[^/]+\/./.test(pathname);
  if (method === 'HEAD') return isObject ? [404, {}] : [200, { 'x-amz-bucket-region': 'us-east-1' }];
  if (method === 'GET') return [200, XML, '<ListMultipartUploadsResult></ListMultipartUploadsResult>'];
  if (method === 'PUT') return [200, { etag: ETAG }];
  if (searchParams.has('uploads')) {
    const said = '<Bucket>b</Bucket><Key>k</Key><UploadId>u</UploadId>';
    return [200, XML, `<InitiateMultipartUploadResult>${said}</InitiateMultipartUploadResult>`];
  }
  return [200, XML, `<CompleteMultipartUploadResult><ETag>${ETAG}</ETag></CompleteMultipartUploadResult>`];
}

const server = createServer({ requestTimeout: 0 }, (request, response) => {
  request.resume();
  request.on('end', () => {
    const [status, headers, body] = answerTo(request.method ?? '', new URL(request.url ?? '', 'http://sink'));
    response.writeHead(status, headers).end(body);
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  writeFileSync(`${file}.part`, String(typeof address === 'object' ? address?.port : ''));
  renameSync(`${file}.part`, file);
});
process.stdin.resume().on('end', () => process.exit());
