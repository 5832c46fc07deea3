import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { readFile, writeFile } from '../../../../src/run/local/transform/files.ts';

const unique = (digits: number) => '7'.repeat(digits);

test('an output is there when it is finished, and replaces the one before it', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'deep/in.csv.out');
  for (const text of ['one', 'two']) {
    const sink = await writeFile(path, unique);
    await sink.write([Buffer.from(text), Buffer.from('\n')]);
    await sink.write([Buffer.from('end')]);
    expect(readdirSync(join(folder, 'deep'))).not.toEqual(['in.csv.out']);
    await sink.commit();
    expect(readFileSync(path, 'utf8')).toBe(`${text}\nend`);
    expect(readdirSync(join(folder, 'deep'))).toEqual(['in.csv.out']);
  }
});

test('an output that is abandoned leaves nothing, not even when moving it was what failed', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'in.csv.out');
  const sink = await writeFile(path, unique);
  await sink.write([Buffer.from('half')]);
  await sink.abandon();
  expect(readdirSync(folder)).toEqual([]);

  const moved = await writeFile(join(folder, 'gone/in.csv.out'), unique);
  rmSync(join(folder, 'gone'), { recursive: true });
  await expect(moved.commit()).rejects.toThrow('ENOENT');
  await moved.abandon();
  expect(readdirSync(folder)).toEqual([]);
});

test('a file is read as often as it is asked for', async () => {
  const path = join(temporaryFolder(), 'in.csv');
  writeFileSync(path, 'x'.repeat(3_000_000));
  for (const _ of [1, 2]) {
    let length = 0;
    for await (const piece of readFile(path)) length += piece.length;
    expect(length).toBe(3_000_000);
  }
});
