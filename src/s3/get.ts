import type { Readable } from 'node:stream';
import { PipelineError } from '../definition/error.ts';
import { type Access, asking, ownerOf, sendingOf } from './access.ts';
import type { S3 } from './client.ts';
import { requireObject } from './head.ts';
import { type S3Location, formatS3Uri } from './uri.ts';

/** Which bytes of which state of an object. */
interface GetOptions extends Access {
  /** The first and the last byte, both included. */
  readonly range?: readonly [number, number] | undefined;
  /** Refuse any other state of the object than the one with this ETag. */
  readonly ifMatch?: string | undefined;
}

/** The SDK repeats a request that fails, not an answer whose body is cut. */
const READ_ATTEMPTS = 5;
const TEXT_LIMIT = 16 * 2 ** 20;

/** An object's content as a stream, from one request: whoever must outlive a cut connection reads with `readObject`. */
export async function getObject(s3: S3, at: S3Location, options: GetOptions = {}): Promise<Readable> {
  const { range, ifMatch } = options;
  const request = {
    Bucket: at.bucket,
    Key: at.key,
    ...(range === undefined ? {} : { Range: `bytes=${range[0]}-${range[1]}` }),
    ...(ifMatch === undefined ? {} : { IfMatch: ifMatch }),
    ...ownerOf(options),
  };
  const { Body } = await asking(`read ${formatS3Uri(at)}`, s3.getObject(request, sendingOf(options)));
  return Body as Readable;
}

/**
 * All of an object, in order. A connection that is cut is taken up where it was; an object that was replaced meanwhile is
 * an error, and never half of each.
 */
export async function* readObject(
  s3: S3,
  at: S3Location,
  access: Access = {},
): AsyncGenerator<Buffer, void, undefined> {
  const { size, etag } = await requireObject(s3, at, access);
  let done = 0;
  for (let failures = 0; done < size;) {
    const body = await getObject(s3, at, { ...access, range: [done, size - 1], ifMatch: etag });
    const before = done;
    try {
      for await (const piece of body as AsyncIterable<Buffer>) {
        done += piece.length;
        yield piece;
      }
      if (done < size) throw new Error(`the answer ended ${size - done} bytes too early`);
    } catch (error) {
      access.signal?.throwIfAborted();
      failures = done > before ? 1 : failures + 1;
      if (failures >= READ_ATTEMPTS) throw cutAgain(at, error);
    } finally {
      body.destroy();
    }
  }
}

/** Fills a buffer with a range of an object, however often the connection is cut. */
export async function fillFrom(s3: S3, at: S3Location, buffer: Buffer, options: GetOptions): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const body = await getObject(s3, at, options);
    try {
      let filled = 0;
      for await (const piece of body as AsyncIterable<Buffer>) filled += piece.copy(buffer, filled);
      if (filled === buffer.length) return;
      throw new Error(`the answer had ${filled} of ${buffer.length} bytes`);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (attempt >= READ_ATTEMPTS) throw cutAgain(at, error);
    } finally {
      body.destroy();
    }
  }
}

function cutAgain(at: S3Location, cause: unknown): PipelineError {
  return new PipelineError(
    'aws',
    'aws-unreachable',
    `Cannot read ${formatS3Uri(at)}: the connection is cut again and again`,
    {
      detail: cause instanceof Error ? cause.message : undefined,
      fix: 'look at the network and the proxy',
      cause,
    },
  );
}

/** A small object as text; one with more bytes than the limit is refused. */
export async function getText(s3: S3, at: S3Location, options: Access & { limit?: number } = {}): Promise<string> {
  const { limit = TEXT_LIMIT } = options;
  const body = await getObject(s3, at, options);
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of body as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > limit) {
      body.destroy();
      throw new PipelineError('aws', 'object-too-large', `${formatS3Uri(at)} is larger than ${limit} bytes`, {
        fix: 'look at the URI: a small text was expected there',
      });
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}
