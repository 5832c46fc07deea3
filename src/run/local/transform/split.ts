import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';

import { TransformFault } from './fault.ts';
import { NEWLINE, type Pieces, lengthOf, view } from './pieces.ts';

/** Consecutive records of one object that go to the model in one request. */
export interface Batch {
  readonly pieces: Pieces;
  readonly length: number;
  /** Where it begins in the object's decompressed content. */
  readonly start: number;
}

/** How an object becomes requests. */
export interface Splitting {
  readonly split: 'None' | 'Line';
  readonly strategy: 'MultiRecord' | 'SingleRecord';
  /** Infinity for a `MaxPayloadInMB` of 0. */
  readonly bytesAtMost: number;
}

const UNZIPPED_PIECE = 256 * 1024;

/** `CompressionType: Gzip`: the input is decompressed before it is split. */
export async function* decompress(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const gunzip = createGunzip({ chunkSize: UNZIPPED_PIECE });
  // What goes wrong on either side is thrown where the result is read.
  pipeline(source, gunzip, () => {});
  try {
    for await (const piece of gunzip) yield piece as Buffer;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('Z_'))) throw error;
    throw new TransformFault('not-gzip', 'CompressionType is Gzip, and the object is not whole gzip', {
      detail: error.message,
      cause: error,
    });
  }
}

/**
 * The requests of one object, in order; requests never hold records of two objects.
 *
 * `SplitType` and `BatchStrategy`: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_TransformInput.html,
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTransformJob.html. A record keeps its newline.
 */
export function split(source: AsyncIterable<Uint8Array>, how: Splitting): AsyncGenerator<Batch, void, undefined> {
  if (how.split === 'None') return whole(source, how.bytesAtMost);
  return how.strategy === 'SingleRecord' ? one(source, how.bytesAtMost) : many(source, how.bytesAtMost);
}

async function* whole(source: AsyncIterable<Uint8Array>, bytesAtMost: number): AsyncGenerator<Batch, void, undefined> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of source) {
    pieces.push(piece);
    length += piece.length;
    if (length > bytesAtMost) throw tooLarge('the object is', bytesAtMost, undefined);
  }
  yield { pieces, length, start: 0 };
}

async function* one(source: AsyncIterable<Uint8Array>, bytesAtMost: number): AsyncGenerator<Batch, void, undefined> {
  let pieces: Uint8Array[] = [];
  let [length, start] = [0, 0];
  for await (const piece of source) {
    const bytes = view(piece);
    for (let at = 0; at < bytes.length;) {
      const found = bytes.indexOf(NEWLINE, at);
      const end = found < 0 ? bytes.length : found + 1;
      pieces.push(bytes.subarray(at, end));
      length += end - at;
      at = end;
      if (length > bytesAtMost) throw tooLarge('a record is', bytesAtMost, start);
      if (found < 0) continue;
      yield { pieces, length, start };
      [pieces, start, length] = [[], start + length, 0];
    }
  }
  if (length > 0) yield { pieces, length, start };
}

async function* many(source: AsyncIterable<Uint8Array>, bytesAtMost: number): AsyncGenerator<Batch, void, undefined> {
  let pieces: Uint8Array[] = [];
  let [length, start] = [0, 0];
  for await (const piece of source) {
    let rest = view(piece);
    while (length + rest.length > bytesAtMost) {
      // The batch is full: it ends after the last newline that still fits.
      const fits = rest.subarray(0, bytesAtMost - length);
      const cut = fits.lastIndexOf(NEWLINE) + 1;
      const [head, tail] = cut > 0 ? [[...pieces, rest.subarray(0, cut)], []] : cutAtLastNewline(pieces);
      if (head.length === 0) throw tooLarge('a record is', bytesAtMost, start);
      const [headLength, tailLength] = [lengthOf(head), lengthOf(tail)];
      yield { pieces: head, length: headLength, start };
      start += headLength;
      [pieces, length] = [tail, tailLength];
      rest = rest.subarray(cut);
    }
    if (rest.length === 0) continue;
    pieces.push(rest);
    length += rest.length;
  }
  if (length > 0) yield { pieces, length, start };
}

/** Everything up to the last newline, and what stands behind it. */
function cutAtLastNewline(pieces: Pieces): [head: Uint8Array[], tail: Uint8Array[]] {
  for (let index = pieces.length - 1; index >= 0; index--) {
    const bytes = view(pieces[index]!);
    const cut = bytes.lastIndexOf(NEWLINE) + 1;
    if (cut === 0) continue;
    const tail = [bytes.subarray(cut), ...pieces.slice(index + 1)].filter((piece) => piece.length > 0);
    return [[...pieces.slice(0, index), bytes.subarray(0, cut)], tail];
  }
  return [[], [...pieces]];
}

// https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-errors.html
function tooLarge(what: string, bytesAtMost: number, start: number | undefined): TransformFault {
  const megabytes = bytesAtMost / 1024 ** 2;
  return new TransformFault(
    'payload-too-large',
    `${what} larger than the payload allowed: MaxPayloadInMB is ${megabytes}`,
    {
      fix:
        start === undefined
          ? 'raise MaxPayloadInMB (100 at most, 0 for a stream of any length), or split the object: SplitType "Line"'
          : 'raise MaxPayloadInMB (100 at most, 0 for no limit)',
      ...(start === undefined ? {} : { place: { start, length: 1, record: 0 } }),
    },
  );
}
