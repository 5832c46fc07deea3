import { cpSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, expect, test } from 'vitest';

import { isStale } from './build.ts';
import { temporaryFolder } from './temporary-folder.ts';

let root = '';
const programs = [
  ...['get-pipeline-definition', 'run-pipeline', 'sagemaker-pipelines', 'build-deployment'].map(
    (name) => `dist/bin/${name}.js`,
  ),
  'dist/index.js',
];

/** Writes a file whose last change was at that second. */
function write(path: string, second: number): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), '');
  utimesSync(join(root, path), second, second);
}

/** The folders change with the files in them; this puts them back to a known second. */
function settle(second: number): void {
  for (const folder of ['src/emit', 'src']) utimesSync(join(root, folder), second, second);
}

beforeEach(({ onTestFinished }) => {
  root = temporaryFolder(onTestFinished);
  cpSync(fileURLToPath(new URL('../../package.json', import.meta.url)), join(root, 'package.json'));
  utimesSync(join(root, 'package.json'), 100, 100);
  for (const path of ['src/index.ts', 'src/emit/json.ts', 'scripts/bundle.mjs']) write(path, 100);
  for (const path of [...programs, 'dist/index.d.ts']) write(path, 200);
  settle(100);
});

test('what is built after the last change of a source is good', () => {
  expect(isStale(root)).toBe(false);
});

test.each(['src/emit/json.ts', 'src/index.ts', 'scripts/bundle.mjs', 'package.json'])(
  'a newer %s asks for a build',
  (path) => {
    utimesSync(join(root, path), 300, 300);
    expect(isStale(root)).toBe(true);
  },
);

test.each([...programs, 'dist/index.d.ts'])('so does a missing %s', (path) => {
  rmSync(join(root, path));
  expect(isStale(root)).toBe(true);
});

test('so does a source that was removed', () => {
  rmSync(join(root, 'src/emit/json.ts'));
  expect(isStale(root)).toBe(true);
});

test('types that came out the same keep their age', () => {
  utimesSync(join(root, 'dist/index.d.ts'), 50, 50);
  expect(isStale(root)).toBe(false);
});
