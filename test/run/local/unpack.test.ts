import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { tarEnd, tarHeader, tarPadding } from '../../../src/assets/tar.ts';
import { archiveOf } from '../../../src/run/local/archive.ts';
import { unpack } from '../../../src/run/local/unpack.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = join(temporaryFolder(), 'content');
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

async function unpacked(archive: Uint8Array): Promise<string> {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'model.tar.gz'), archive);
  await unpack(join(folder, 'model.tar.gz'), join(folder, 'to'));
  return join(folder, 'to');
}

/** An archive as tar itself makes it. */
function tar(folder: string, ...words: string[]): Uint8Array {
  return execFileSync('tar', ['-C', folder, '-czf', '-', ...words]);
}

/** A USTAR header with a type and a target of its own, and the right sum. */
function entry(name: string, type: string, target = ''): Uint8Array {
  const header = tarHeader({ name, mode: 0o644, size: 0 });
  header.write(type, 156, 'latin1');
  header.write(target, 157, 'latin1');
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0`, 148, 'latin1');
  return header;
}

const archive = (...parts: Uint8Array[]): Uint8Array => gzipSync(Buffer.concat([...parts, tarEnd()]));

describe('an archive', () => {
  const long = `${'d'.repeat(90)}/${'e'.repeat(90)}/${'ü'.repeat(60)}.txt`;
  test.each(['gnu', 'pax', 'ustar'])('of tar in the format %s comes out as it went in', async (format) => {
    const name = format === 'ustar' ? `${'d'.repeat(90)}/${'e'.repeat(90)}` : long;
    const folder = folderOf({ 'a.txt': 'a', 'sub dir/ü.txt': 'u'.repeat(100_000), [name]: 'long' });
    symlinkSync('../a.txt', join(folder, 'sub dir/link'));
    execFileSync('chmod', ['755', join(folder, 'a.txt')]);
    execFileSync('ln', [join(folder, 'a.txt'), join(folder, 'hard')]);
    const to = await unpacked(tar(folder, `--format=${format}`, '.'));
    expect(readFileSync(join(to, 'sub dir/ü.txt'), 'utf8')).toBe('u'.repeat(100_000));
    expect(readFileSync(join(to, name), 'utf8')).toBe('long');
    expect(readFileSync(join(to, 'sub dir/link'), 'utf8')).toBe('a');
    expect(readFileSync(join(to, 'hard'), 'utf8')).toBe('a');
    expect(statSync(join(to, 'a.txt')).mode & 0o111).not.toBe(0);
  });

  test('of ours comes out as it went in, and has the same bytes each time', async () => {
    const files = { 'm.bin': 'm'.repeat(3000), 'code/inference.py': 'x = 1\n', 'ä/ö': '' };
    const pack = async (): Promise<Buffer> => {
      const pieces: Uint8Array[] = [];
      const folder = folderOf(files);
      for await (const piece of (await archiveOf({ path: folder, job: folder }))!) pieces.push(piece);
      return Buffer.concat(pieces);
    };
    const [first, second] = [await pack(), await pack()];
    expect(first.equals(second)).toBe(true);
    const to = await unpacked(first);
    for (const [name, text] of Object.entries(files)) expect(readFileSync(join(to, name), 'utf8')).toBe(text);
  });
});

describe('an archive is refused, and nothing of it is left, when', () => {
  test.each<[string, Uint8Array, string]>([
    ['a name leads out', archive(entry('../x', '0')), '../x leads out of it'],
    ['a name leads out on a detour', archive(entry('a/../../x', '0')), 'a/../../x leads out of it'],
    ['a name is absolute', archive(entry('/tmp/x', '0')), '/tmp/x is an absolute name'],
    ['a link leads out', archive(entry('l', '2', '../..')), 'l is a link to ../.., outside the archive'],
    ['a link is absolute', archive(entry('l', '2', '/etc/passwd')), 'l is a link to /etc/passwd, outside the archive'],
    [
      'a link leads out by another',
      archive(entry('a/b/', '5'), entry('a/b/up', '2', '../..'), entry('l', '2', 'a/b/up/../x')),
      'l is a link to a/b/up/../x, outside the archive',
    ],
    ['a hard link leads out', archive(entry('l', '1', '../../etc/passwd')), '../../etc/passwd leads out of it'],
    ['it holds a device', archive(entry('null', '3')), 'null is no file, no folder and no link'],
    ['it is a bomb', bomb(), 'it is '],
  ])('%s', async (_, bytes, why) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'model.tar.gz'), bytes);
    const to = join(folder, 'to');
    await expect(unpack(join(folder, 'model.tar.gz'), to)).rejects.toMatchObject({
      code: 'archive-refused',
      message: expect.stringContaining(`is not unpacked: ${why}`) as string,
    });
    expect({ left: existsSync(to), beside: readdirSync(folder) }).toEqual({ left: false, beside: ['model.tar.gz'] });
  });

  test.each<[string, Uint8Array, string]>([
    ['it is no gzip', Buffer.from('not at all'), 'incorrect header check'],
    [
      'it is cut',
      gzipSync(Buffer.concat([tarHeader({ name: 'a', mode: 0o644, size: 5000 }), Buffer.alloc(100)])),
      'it ends in the middle of a file',
    ],
    ['it is no tar', gzipSync(Buffer.alloc(1024, 'x')), 'its headers are not those of a tar archive'],
  ])('%s', async (_, bytes, detail) => {
    await expect(unpacked(bytes)).rejects.toMatchObject({ code: 'archive-broken', detail });
  });
});

/** Two gigabytes of zeros: refused by what the header says, before they are written. */
function bomb(): Uint8Array {
  const size = 2 ** 31;
  return gzipSync(
    Buffer.concat([tarHeader({ name: 'zeros', mode: 0o644, size }), tarPadding(size), Buffer.alloc(4096)]),
  );
}
