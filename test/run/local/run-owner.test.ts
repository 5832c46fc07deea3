import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'rolldown';
import { describe, expect, test } from 'vitest';

import { thisProcess } from '../../../src/cli/this-process.ts';
import { takeRun } from '../../../src/run/local/run-owner.ts';
import { runCommand } from '../../support/run-command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { unique } from './run-document.ts';

const owner = (id: string, alive: readonly string[]) => ({ id, isAlive: (each: string) => alive.includes(each) });

describe('a run', () => {
  test('that somebody runs is taken by nobody else, and is free when they let go of it', () => {
    const folder = temporaryFolder();
    const release = takeRun(folder, 'r1', owner('one', []), unique);
    expect(() => takeRun(folder, 'r1', owner('two', ['one']), unique)).toThrow('The run r1 still goes on');
    release();
    for (let turn = 0; turn < 20; turn++) takeRun(folder, 'r1', owner('two', ['one', 'two']), unique)();
    expect(readdirSync(folder)).toHaveLength(1);
  });

  test('whose runner is dead is free, whatever it has left', () => {
    const folder = temporaryFolder();
    takeRun(folder, 'r1', owner('dead', []), unique);
    writeFileSync(join(folder, 'owner.0123abcd.unfinished'), 'dead');
    const release = takeRun(folder, 'r1', owner('two 4711', []), unique);
    expect(() => takeRun(folder, 'r1', owner('three', ['two 4711']), unique)).toThrow(
      /still goes on, in the process two$/,
    );
    rmSync(folder, { recursive: true });
    expect(release).not.toThrow();
  });

  test('of a dead runner that many processes want at once is taken by one', async () => {
    const [folder, ready] = [temporaryFolder(), temporaryFolder()];
    writeFileSync(join(folder, 'owner.7'), '999999999 1');
    const file = join(temporaryFolder(), 'run-taker.mjs');
    await build({
      input: join(import.meta.dirname, 'run-taker.ts'),
      platform: 'node',
      logLevel: 'silent',
      output: { file, format: 'esm', codeSplitting: false },
    });
    const tries = Array.from({ length: 6 }, () => runCommand(process.execPath, [file, folder, ready, '6']));
    const words = (await Promise.all(tries)).map(({ stdout, stderr }) => stdout + stderr);
    expect(words.toSorted()).toEqual([...Array.from({ length: 5 }, () => 'run-goes-on'), 'taken']);
  });
});

test('a process is alive as long as it is the same one, not by its number alone', async () => {
  const { id, isAlive } = thisProcess();
  expect(isAlive(id)).toBe(true);
  const { stdout } = await runCommand(process.execPath, ['-e', 'console.log(process.pid)']);
  expect([stdout.trim(), `${process.pid} 1`, 'nonsense', '-1'].map(isAlive)).toEqual([false, false, false, false]);
});
