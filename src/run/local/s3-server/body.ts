import { type Hash, createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { crc32 } from 'node:zlib';
import { S3Fault } from './fault.ts';

/** What is known of a body once all of it was read. */
interface BodySums {
  readonly size: number;
  /** Hexadecimal. */
  readonly md5: string;
  /** What the client sent, by the headers' names: `x-amz-checksum-sha256`. */
  readonly checksums: Readonly<Record<string, string>>;
}

/** The bytes of a body, and afterwards what they came to. */
export interface Body {
  readonly content: AsyncIterable<Buffer>;
  readonly sums: () => BodySums;
}

const CHECKSUM = /^x-amz-checksum-(?:crc32|crc32c|crc64nvme|sha1|sha256)$/;

/**
 * A request's content without the chunks that it may come in, compared with the checksums that came with it, before or
 * behind it. CRC32C and CRC64NVME are kept as they were sent.
 */
export function bodyOf(request: IncomingMessage): Body {
  const { headers } = request;
  const trailers: Record<string, string> = {};
  const isChunked =
    /\baws-chunked\b/.test(headers['content-encoding'] ?? '') ||
    String(headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-');
  const source = isChunked ? unchunked(request, trailers) : request;
  const sums = { size: 0, md5: createHash('md5') };
  let done: BodySums | undefined;

  async function* content(): AsyncGenerator<Buffer, void, undefined> {
    const wanted = [...namesIn(headers), ...declared(headers)];
    const checks = new Map(wanted.map((name) => [name, checkerOf(name)]));
    for await (const piece of source as AsyncIterable<Buffer>) {
      sums.size += piece.length;
      sums.md5.update(piece);
      for (const check of checks.values()) check?.update(piece);
      yield piece;
    }
    const md5 = sums.md5.digest();
    const sent = { ...pick(headers), ...pick(trailers) };
    for (const [name, value] of Object.entries(sent)) {
      const found = checks.get(name)?.digest();
      if (found !== undefined && found !== value) throw badDigest(name, value, found);
    }
    const expected = headers['content-md5'];
    if (typeof expected === 'string' && expected !== md5.toString('base64')) {
      throw badDigest('Content-MD5', expected, md5.toString('base64'));
    }
    const decoded = headers['x-amz-decoded-content-length'];
    if (decoded !== undefined && Number(decoded) !== sums.size) throw incomplete();
    done = { size: sums.size, md5: md5.toString('hex'), checksums: sent };
  }

  return {
    content: content(),
    sums: () => {
      if (done === undefined) throw new Error('the body was not read');
      return done;
    },
  };
}

/** A small body as text. */
export async function textBody(request: IncomingMessage, limit: number): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of bodyOf(request).content) {
    size += piece.length;
    if (size > limit) throw new S3Fault(400, 'MaxMessageLengthExceeded', 'Your request was too large.');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

interface Checker {
  update(piece: Buffer): unknown;
  /** Base64. */
  digest(): string;
}

function checkerOf(name: string): Checker | undefined {
  if (name === 'x-amz-checksum-crc32') {
    let sum = 0;
    return {
      update: (piece) => (sum = crc32(piece, sum)),
      digest: () => {
        const bytes = Buffer.alloc(4);
        bytes.writeUInt32BE(sum);
        return bytes.toString('base64');
      },
    };
  }
  const algorithm = /sha1$|sha256$/.exec(name)?.[0];
  if (algorithm === undefined) return undefined;
  const hash: Hash = createHash(algorithm);
  return { update: (piece) => hash.update(piece), digest: () => hash.digest('base64') };
}

type Headers = IncomingMessage['headers'];

function namesIn(headers: Headers): string[] {
  return Object.keys(headers).filter((name) => CHECKSUM.test(name));
}

/** Those that come behind the body. */
function declared(headers: Headers): string[] {
  const names = String(headers['x-amz-trailer'] ?? '').split(',');
  return names.map((name) => name.trim().toLowerCase()).filter((name) => CHECKSUM.test(name));
}

function pick(headers: Headers): Record<string, string> {
  return Object.fromEntries(namesIn(headers).map((name) => [name, String(headers[name])]));
}

const LINE_LIMIT = 4096;

/**
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html: each chunk is its length in hexadecimal,
 * perhaps a signature, and its bytes; after an empty one come lines of trailers.
 */
async function* unchunked(
  source: AsyncIterable<Buffer>,
  trailers: Record<string, string>,
): AsyncGenerator<Buffer, void, undefined> {
  /** Bytes of the chunk that are still to come; before it and after it are lines. */
  let left = 0;
  let state: 'length' | 'bytes' | 'end' | 'trailers' = 'length';
  let line = '';
  for await (const piece of source) {
    for (let at = 0; at < piece.length;) {
      if (state === 'bytes') {
        const part = piece.subarray(at, at + left);
        yield part;
        at += part.length;
        left -= part.length;
        if (left === 0) state = 'end';
        continue;
      }
      const newline = piece.indexOf(10, at);
      line += piece.subarray(at, newline < 0 ? piece.length : newline).toString('latin1');
      at = newline < 0 ? piece.length : newline + 1;
      if (line.length > LINE_LIMIT) throw incomplete();
      if (newline < 0) continue;
      const text = line.trim();
      line = '';
      if (state === 'length') {
        if (!/^[0-9a-f]+(?:;.*)?$/i.test(text)) throw incomplete();
        left = Number.parseInt(text, 16);
        state = left === 0 ? 'trailers' : 'bytes';
      } else if (state === 'end') state = 'length';
      else {
        const [, name, value] = /^([^:]+):(.*)$/.exec(text) ?? [];
        if (name !== undefined && value !== undefined) trailers[name.trim().toLowerCase()] = value.trim();
      }
    }
  }
  if (state !== 'trailers') throw incomplete();
}

function incomplete(): S3Fault {
  const message = 'You did not provide the number of bytes specified by the Content-Length HTTP header';
  return new S3Fault(400, 'IncompleteBody', message);
}

function badDigest(name: string, sent: string, found: string): S3Fault {
  const message = `The ${name} you specified did not match the calculated checksum.`;
  return new S3Fault(400, 'BadDigest', message, { ExpectedDigest: sent, CalculatedDigest: found });
}
