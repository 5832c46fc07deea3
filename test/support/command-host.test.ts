import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { runInHost } from './command-host.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A program that tells what it was started with, as one of ours would end. */
const TELLS = `
console.error('to stderr');
const told = { args: process.argv.slice(2), cwd: process.cwd(), env: { ...process.env } };
process.stdout.write(JSON.stringify(told), () => process.exit(told.args.length));
`;

function program(text: string): string {
  const path = join(temporaryFolder(), 'program.mjs');
  writeFileSync(path, text);
  return path;
}

test('one after another has its own arguments, folder, environment and end', async () => {
  const path = program(TELLS);
  for (const [args, env] of [
    [['one'], { A: '1' }],
    [['one', 'two'], { B: '2' }],
  ] as const) {
    const cwd = temporaryFolder();
    const { stdout, ...result } = await runInHost(path, args, { cwd, env });
    expect(JSON.parse(stdout)).toEqual({ args, cwd, env });
    expect(result).toEqual({ exitCode: args.length, stderr: 'to stderr\n', signal: null, timedOut: false });
  }
});

test('two at once are refused', async () => {
  const path = program(TELLS);
  const first = runInHost(path, []);
  await expect(runInHost(path, [])).rejects.toThrow('need processes of their own');
  expect((await first).exitCode).toBe(0);
});

test('one that never ends is killed at its limit, and one that breaks is an error; the next has a new process', async () => {
  const never = await runInHost(program('setInterval(() => {}, 1000);'), [], { timeLimit: 500 });
  expect(never).toMatchObject({ exitCode: null, timedOut: true });
  await expect(runInHost(program("throw new Error('out of reach');"), [])).rejects.toThrow('out of reach');
  expect((await runInHost(program(TELLS), ['one'])).exitCode).toBe(1);
});
