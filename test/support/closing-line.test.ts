import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

import { runCommand } from './run-command.ts';
import { temporaryFolder } from './temporary-folder.ts';

const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
const reporter = fileURLToPath(new URL('closing-line.ts', import.meta.url));

/** Runs these test files by themselves and gives back the last line on stdout and the exit code. */
async function closing(files: Record<string, string>): Promise<[string, number | null]> {
  const root = temporaryFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
  const args = [vitest, 'run', '--globals', '--root', root, '--reporter', 'default', '--reporter', reporter];
  const { stdout, exitCode } = await runCommand(process.execPath, args);
  expect(stdout.endsWith('\n')).toBe(true);
  return [stdout.split('\n').at(-2) ?? '', exitCode];
}

test('the last line counts the tests of all files', async () => {
  const files = {
    'a.test.js': `test('a', () => {}); test.skip('b', () => {}); describe('c', () => { test('d', () => {}); test.todo('e'); });`,
    'b.test.js': `test('a', () => { throw new Error('no'); }); test('b', () => {});`,
  };
  expect(await closing(files)).toEqual(['3 passed, 1 failed, 2 skipped', 1]);
});

test('nothing that makes a run fail is left out of it: neither a file that does not load, nor a hook, nor a stray error', async () => {
  expect(await closing({ 'a.test.js': `throw new Error('no');`, 'b.test.js': `test('a', () => {});` })).toEqual([
    '1 passed, 1 failed, 0 skipped',
    1,
  ]);
  const hook = `describe('a', () => { afterAll(() => { throw new Error('no'); }); test('b', () => {}); });`;
  expect(await closing({ 'a.test.js': hook })).toEqual(['1 passed, 1 failed, 0 skipped', 1]);
  const stray = `test('a', async () => { void Promise.reject(new Error('no')); await new Promise((done) => setTimeout(done, 50)); });`;
  expect(await closing({ 'a.test.js': stray })).toEqual(['1 passed, 1 failed, 0 skipped', 1]);
});

test('a run that fails before its tests has failed', async () => {
  const config = `export default { test: { globalSetup: './setup.js' } };`;
  const setup = `export default () => { throw new Error('no'); };`;
  const files = { 'vitest.config.js': config, 'setup.js': setup, 'a.test.js': `test('a', () => {});` };
  expect(await closing(files)).toEqual(['0 passed, 1 failed, 0 skipped', 1]);
  expect(await closing({})).toEqual(['0 passed, 1 failed, 0 skipped', 1]);
});

test('a good run ends with its line and nothing behind it', async () => {
  expect(await closing({ 'a.test.js': `test('a', () => {});` })).toEqual(['1 passed, 0 failed, 0 skipped', 0]);
});
