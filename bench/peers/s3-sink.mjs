// @ts-check
// Takes whatever is put into it as S3 would, and keeps nothing; what is read from its bucket `source` has SIZE bytes of zeros,
// and nobody may copy it within: node s3-sink.mjs FILE [SIZE]. `DELETE /` forgets what was put. Writes its port to the file, and
// ends when stdin does.
import { renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [file = '', size = '0'] = process.argv.slice(2);

const XML = { 'content-type': 'application/xml' };
const ETAG = '"d41d8cd98f00b204e9800998ecf8427e"';

const PIECE = Buffer.alloc(2 ** 20);

/** How long the objects are that were put, by their paths, where others are read: all that is kept of them. @type {Map<string, number>} */
const lengths = new Map();

/** @param {string} method @param {URL} url @returns {readonly [number, Record<string, string>, string?]} */
function answerTo(method, { pathname, searchParams }) {
  const isObject = /^\/[^/]+\/./.test(pathname);
  if (method === 'HEAD' && isObject) {
    const length = lengths.get(pathname);
    return length === undefined ? [404, {}] : [200, { etag: ETAG, 'content-length': String(length) }];
  }
  if (method === 'HEAD') return [200, { 'x-amz-bucket-region': 'us-east-1' }];
  if (method === 'GET') return [200, XML, '<ListMultipartUploadsResult></ListMultipartUploadsResult>'];
  if (method === 'PUT') return [200, { etag: ETAG }];
  if (searchParams.has('uploads')) {
    const said = '<Bucket>b</Bucket><Key>k</Key><UploadId>u</UploadId>';
    return [200, XML, `<InitiateMultipartUploadResult>${said}</InitiateMultipartUploadResult>`];
  }
  return [200, XML, `<CompleteMultipartUploadResult><ETag>${ETAG}</ETag></CompleteMultipartUploadResult>`];
}

/** @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response */
function giveObject({ method, headers }, response) {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? [];
  const [from, to] = [Number(first ?? 0), Number((last ?? '') === '' ? Number(size) - 1 : last)];
  response.writeHead(first === undefined ? 200 : 206, {
    etag: ETAG,
    'last-modified': new Date(0).toUTCString(),
    'content-length': to - from + 1,
    ...(first === undefined ? {} : { 'content-range': `bytes ${from}-${to}/${size}` }),
  });
  if (method === 'HEAD') return response.end();
  let left = to - from + 1;
  const give = () => {
    while (left > 0) {
      const piece = PIECE.subarray(0, left);
      left -= piece.length;
      if (!response.write(piece)) return void response.once('drain', give);
    }
    response.end();
  };
  give();
}

const server = createServer({ requestTimeout: 0 }, (request, response) => {
  request.resume();
  request.on('end', () => {
    const { method = '', url = '', headers: asked } = request;
    if (asked['x-amz-copy-source'] !== undefined) {
      return void response.writeHead(403, XML).end('<Error><Code>AccessDenied</Code><Message>No</Message></Error>');
    }
    if (url.startsWith('/source/model') && (method === 'HEAD' || method === 'GET'))
      return void giveObject(request, response);
    const [path = ''] = url.split('?');
    const length = Number(asked['x-amz-decoded-content-length'] ?? asked['content-length'] ?? 0);
    if (method === 'DELETE' && path === '/') lengths.clear();
    if (method === 'PUT' && Number(size) > 0) lengths.set(path, (lengths.get(path) ?? 0) + length);
    const [status, headers, body] = answerTo(method, new URL(url, 'http://sink'));
    response.writeHead(status, headers).end(body);
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  writeFileSync(`${file}.part`, String(typeof address === 'object' ? address?.port : ''));
  renameSync(`${file}.part`, file);
});
process.stdin.resume().on('end', () => process.exit());
