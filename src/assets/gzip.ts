import { crc32 } from 'node:zlib';

// https://www.rfc-editor.org/rfc/rfc1952: deflate, no flags, no time, no extra flags, operating system unknown.
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
const TRAILER_LENGTH = 8;
const BLOCK_HEADER_LENGTH = 5;
// The length of a stored block has sixteen bits (https://www.rfc-editor.org/rfc/rfc1951#section-3.2.4).
const BLOCK_LENGTH = 0xffff;

/**
 * Bytes as gzip, stored and not compressed: what a compressor writes depends on the version of zlib, and code is small.
 *
 * Blocks are filled to the brim whatever the pieces the bytes arrive in, so that these do not show in the output.
 */
export async function* gzipStored(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  yield HEADER;
  let checksum = 0;
  let total = 0;
  let block = emptyBlock();
  let filled = 0;
  for await (const piece of source) {
    checksum = crc32(piece, checksum);
    total += piece.length;
    for (let at = 0; at < piece.length;) {
      // A full block waits for a byte that follows it: the last block has to say that it is the last.
      if (filled === BLOCK_LENGTH) {
        yield closeBlock(block, filled, false);
        block = emptyBlock();
        filled = 0;
      }
      const part = piece.subarray(at, at + BLOCK_LENGTH - filled);
      block.set(part, BLOCK_HEADER_LENGTH + filled);
      filled += part.length;
      at += part.length;
    }
  }
  yield closeBlock(block, filled, true);
  const trailer = Buffer.alloc(TRAILER_LENGTH);
  trailer.writeUInt32LE(checksum, 0);
  trailer.writeUInt32LE(total % 2 ** 32, 4);
  yield trailer;
}

/** How many bytes `gzipStored` makes of this many. */
export function gzipStoredSize(size: number): number {
  const blocks = Math.max(1, Math.ceil(size / BLOCK_LENGTH));
  return HEADER.length + blocks * BLOCK_HEADER_LENGTH + size + TRAILER_LENGTH;
}

/** A block of its own each time: whoever took the last one may still hold it. */
function emptyBlock(): Buffer {
  return Buffer.allocUnsafe(BLOCK_HEADER_LENGTH + BLOCK_LENGTH);
}

function closeBlock(block: Buffer, length: number, isLast: boolean): Uint8Array {
  block.writeUInt8(isLast ? 1 : 0, 0);
  block.writeUInt16LE(length, 1);
  block.writeUInt16LE(length ^ 0xffff, 3);
  return block.subarray(0, BLOCK_HEADER_LENGTH + length);
}
