import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';

import { temporaryFolder } from './temporary-folder.ts';

describe.sequential('a temporary folder', () => {
  const forAll = temporaryFolder(afterAll);
  const used: string[] = [];

  test('is there, empty and new for each test', () => {
    const folder = temporaryFolder();
    expect(readdirSync(folder)).toEqual([]);
    expect(temporaryFolder()).not.toBe(folder);
    mkdirSync(join(folder, 'deep'));
    writeFileSync(join(folder, 'deep', 'file'), 'text');
    used.push(folder);
  });

  test('is removed after the test, with all in it, while one for the whole group stays', () => {
    expect(used.map((folder) => existsSync(folder))).toEqual([false]);
    expect(statSync(forAll).isDirectory()).toBe(true);
  });
});

test('what is to be done afterwards can be taken over, as hooks and concurrent tests must', () => {
  const removals: (() => void)[] = [];
  const folder = temporaryFolder((remove) => removals.push(remove));
  expect(existsSync(folder)).toBe(true);
  for (const remove of removals) remove();
  expect(existsSync(folder)).toBe(false);
});
