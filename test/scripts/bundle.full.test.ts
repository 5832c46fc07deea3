import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

import { temporaryFolder } from '../support/temporary-folder.ts';
import { build, copyToBuild } from './build-elsewhere.ts';

const dist = fileURLToPath(new URL('../../dist', import.meta.url));
const listed = (folder: string) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted();

test('a build is the same in another folder, and one whose types fail leaves it as it was', async () => {
  const folder = copyToBuild(temporaryFolder());
  const made = join(folder, 'dist');
  expect(await build(folder)).toMatchObject({ exitCode: 0 });
  const files = listed(made);
  expect(files).toEqual(listed(dist));
  const read = (place: string, file: string) => readFileSync(join(place, file), 'utf8');
  expect(files.filter((file) => /\.\w+$/.test(file) && read(made, file) !== read(dist, file))).toEqual([]);

  const before = read(made, 'index.js');
  writeFileSync(join(folder, 'src/emit/json.ts'), 'export const toJson: number = "text";\n');
  const { exitCode, stdout } = await build(folder);
  expect(exitCode).toBe(1);
  expect(stdout).toContain('src/emit/json.ts(1,14): error TS2322');
  expect(listed(made)).toEqual(files);
  expect(read(made, 'index.js')).toBe(before);
  expect(readdirSync(folder).filter((name) => name.startsWith('.dist'))).toEqual([]);
});
