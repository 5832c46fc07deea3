import { expect, test } from 'vitest';
import { tarHeader, tarSize } from '../../src/assets/tar.ts';

/** The records of the PAX header in front of a file's own, or undefined when it has none. */
function recordsOf(header: Buffer): string | undefined {
  if (header.length === 512) return undefined;
  const length = Number.parseInt(header.toString('latin1', 124, 135), 8);
  return header.toString('utf8', 512, 512 + length);
}

test('a name of up to 100 ASCII characters needs one block, any other a PAX record', () => {
  expect(tarHeader({ name: 'x'.repeat(100), mode: 0o644, size: 0 })).toHaveLength(512);
  expect(recordsOf(tarHeader({ name: 'x'.repeat(101), mode: 0o644, size: 0 }))).toBe(`111 path=${'x'.repeat(101)}\n`);
  expect(recordsOf(tarHeader({ name: 'é', mode: 0o644, size: 0 }))).toBe('11 path=é\n');
});

test('a PAX record begins with its own length in bytes, at whichever length of name', () => {
  for (let length = 1; length <= 1100; length++) {
    const record = recordsOf(tarHeader({ name: `é${'x'.repeat(length)}`, mode: 0o644, size: 0 }))!;
    expect(Number.parseInt(record, 10)).toBe(Buffer.byteLength(record));
  }
});

test('a size of 8 GiB and more is a PAX record, one byte less is not', () => {
  const limit = 2 ** 33;
  expect(recordsOf(tarHeader({ name: 'x', mode: 0o644, size: limit - 1 }))).toBeUndefined();
  expect(recordsOf(tarHeader({ name: 'x', mode: 0o644, size: limit }))).toBe('19 size=8589934592\n');
});

test('an archive is headers, content in whole blocks, and two blocks of zeros', () => {
  expect(tarSize([])).toBe(1024);
  expect(tarSize([{ name: 'x', mode: 0o644, size: 0 }])).toBe(1024 + 512);
  expect(tarSize([{ name: 'x', mode: 0o644, size: 512 }])).toBe(1024 + 1024);
  expect(tarSize([{ name: 'x', mode: 0o644, size: 513 }])).toBe(1024 + 1536);
  expect(tarSize([{ name: 'é', mode: 0o644, size: 0 }])).toBe(1024 + 1536);
});
