import type { Readable } from 'node:stream';
import { PipelineError } from '../definition/error.ts';
import { type Access, asking, ownerOf, sendingOf } from './access.ts';
import type { S3 } from './client.ts';
import { type S3Location, formatS3Uri } from './uri.ts';

/** Which bytes of which state of an object. */
export interface GetOptions extends Access {
  /** The first and the last byte, both included. */
  readonly range?: readonly [number, number] | undefined;
  /** Refuse any other state of the object than the one with this ETag. */
  readonly ifMatch?: string | undefined;
}

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
