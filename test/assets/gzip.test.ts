import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { gzipStored, gzipStoredSize } from '../../src/assets/gzip.ts';
import { bytesOf } from './tree-on-disk.ts';

async function* piecesOf(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

/** Bytes that do not repeat at any of the lengths that matter. */
function sample(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 7 + (index >> 8)) % 251);
}

test.each([0, 1, 65_534, 65_535, 65_536, 131_070, 131_071, 200_000])(
  '%i bytes come back whole, in the size that was foretold',
  async (length) => {
    const bytes = sample(length);
    const packed = await bytesOf(gzipStored(piecesOf(bytes, 10_000)));
    expect(packed.length).toBe(gzipStoredSize(length));
    expect(gunzipSync(packed).equals(bytes)).toBe(true);
  },
);

test('the pieces that bytes arrive in do not show', async () => {
  const bytes = sample(140_000);
  const whole = await bytesOf(gzipStored(piecesOf(bytes, bytes.length)));
  for (const length of [1, 999, 65_534, 65_535, 65_536, 131_070]) {
    expect((await bytesOf(gzipStored(piecesOf(bytes, length)))).equals(whole)).toBe(true);
  }
});

test('the header has no time and no operating system', async () => {
  const packed = await bytesOf(gzipStored(piecesOf(sample(1), 1)));
  expect(packed.toString('hex')).toBe('1f8b08000000000000ff010100feff008def02d201000000');
});
