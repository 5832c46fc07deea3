import type { Checksums } from './checksum.ts';

const MIB = 2 ** 20;
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html: 5 MiB at least but for the last, 10,000 parts at most.
const PART_SIZE = 16 * MIB;
const GROWS_AFTER = 1000;
const SMALLEST_BUFFER = MIB;

/** A piece of a source that is uploaded by itself. */
export interface Part {
  /** From 1. */
  readonly number: number;
  readonly bytes: Buffer;
}

/** A part that S3 holds. */
export interface SentPart extends Checksums {
  readonly number: number;
}

/** An upload that has begun, and the parts that S3 has of it. */
export interface Begun {
  readonly id: string;
  readonly there: ReadonlyMap<number, SentPart>;
  /** Somebody else began it, or this program before it was cut. */
  readonly isOld: boolean;
}

/**
 * How many bytes a part has: from its number alone, so that a source of unknown length is cut as it was cut before.
 * Twice as many after every thousand parts: 10,000 of them hold more than an object may.
 */
function sizeOfPart(number: number, first: number): number {
  return first * 2 ** Math.floor((number - 1) / GROWS_AFTER);
}

/** Buffers that are used again, so that a long source needs no more memory than a short one. */
export interface BufferPool {
  /** A buffer of at least this size. */
  take(size: number): Buffer;
  give(buffer: Buffer): void;
}

/** An empty pool. */
export function bufferPool(): BufferPool {
  let free: Buffer[] = [];
  return {
    take(size) {
      free = free.filter((buffer) => buffer.length >= size);
      return free.pop() ?? Buffer.allocUnsafeSlow(size);
    },
    give(buffer) {
      free.push(buffer);
    },
  };
}

/** Cuts a source into parts, filled to the brim whatever the pieces it comes in; an empty one has none. */
export async function* cutIntoParts(
  source: AsyncIterable<Uint8Array>,
  pool: BufferPool,
  partSize: number = PART_SIZE,
): AsyncGenerator<Part, void, undefined> {
  let number = 1;
  // Most sources are small: the first buffer grows to its size, the others are of theirs at once.
  let buffer: Buffer = Buffer.allocUnsafeSlow(SMALLEST_BUFFER);
  let filled = 0;
  for await (const piece of source) {
    for (let at = 0; at < piece.length;) {
      if (filled === buffer.length && filled < sizeOfPart(number, partSize)) {
        const larger = pool.take(Math.min(sizeOfPart(number, partSize), buffer.length * 4));
        buffer.copy(larger, 0, 0, filled);
        buffer = larger;
      }
      const copied = Math.min(piece.length - at, sizeOfPart(number, partSize) - filled, buffer.length - filled);
      buffer.set(piece.subarray(at, at + copied), filled);
      filled += copied;
      at += copied;
      if (filled < sizeOfPart(number, partSize)) continue;
      yield { number, bytes: buffer.subarray(0, filled) };
      number += 1;
      buffer = pool.take(sizeOfPart(number, partSize));
      filled = 0;
    }
  }
  if (filled > 0) yield { number, bytes: buffer.subarray(0, filled) };
}

/** The parts of an object whose size is known: number, first and last byte. */
export function* rangesOf(size: number, partSize: number): Generator<{ number: number; first: number; last: number }> {
  for (let first = 0, number = 1; first < size; first += partSize, number += 1) {
    yield { number, first, last: Math.min(first + partSize, size) - 1 };
  }
}
