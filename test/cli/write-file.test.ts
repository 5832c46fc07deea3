import {
  chmodSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { writeTextFile } from '../../src/cli/write-file.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const present = (text: string): { folder: string; file: string } => {
  const folder = temporaryFolder();
  const file = join(folder, 'definition.json');
  writeFileSync(file, text);
  return { folder, file };
};

test('a new file is written, and nothing beside it', () => {
  const folder = temporaryFolder();
  expect(writeTextFile(join(folder, 'ä b.json'), '{}\n')).toBe('written');
  expect(readFileSync(join(folder, 'ä b.json'), 'utf8')).toBe('{}\n');
  expect(readdirSync(folder)).toEqual(['ä b.json']);
});

test('a file that says the same is left alone', () => {
  const { file } = present('ä\n');
  utimesSync(file, 1, 1);
  expect(writeTextFile(file, 'ä\n')).toBe('unchanged');
  expect(statSync(file).mtimeMs).toBe(1000);
});

test('a file keeps its mode, and is replaced rather than written over', () => {
  const { file, folder } = present('old');
  chmodSync(file, 0o640);
  const before = statSync(file).ino;
  expect(writeTextFile(file, 'new')).toBe('written');
  expect(readFileSync(file, 'utf8')).toBe('new');
  expect(statSync(file).mode & 0o777).toBe(0o640);
  expect(statSync(file).ino).not.toBe(before);
  expect(readdirSync(folder)).toEqual(['definition.json']);
});

test('behind a link it is the file that changes', () => {
  const { file, folder } = present('old');
  const link = join(folder, 'link.json');
  symlinkSync('definition.json', link);
  writeTextFile(link, 'new');
  expect(readlinkSync(link)).toBe('definition.json');
  expect(readFileSync(file, 'utf8')).toBe('new');
});

test('a device takes the text', () => {
  expect(writeTextFile('/dev/null', 'text')).toBe('written');
  expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
});

test('a folder that is not there is a usage error, without the temporary name', () => {
  const file = join(temporaryFolder(), 'no', 'definition.json');
  expect(() => writeTextFile(file, '')).toThrow(
    expect.objectContaining({
      failure: 'usage',
      code: 'cannot-write',
      message: `${file} cannot be written`,
      detail: 'ENOENT: no such file or directory',
    }),
  );
});

test('a folder in the place of the file is a usage error that names a file', () => {
  const folder = temporaryFolder();
  expect(() => writeTextFile(folder, '')).toThrow(
    expect.objectContaining({ code: 'cannot-write', fix: 'it is a folder: give a file in it' }),
  );
});
