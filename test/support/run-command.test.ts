import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { eventually } from './eventually.ts';
import { isRunning, runCommand } from './run-command.ts';
import { temporaryFolder } from './temporary-folder.ts';

const node = (program: string, ...args: string[]) => [process.execPath, ['-e', program, ...args]] as const;

test('a command gets arguments, a folder, an environment and input, and gives back both outputs', async () => {
  const cwd = temporaryFolder();
  const program = `
    process.stdin.on('data', (chunk) => process.stdout.write(String(chunk).toUpperCase()));
    process.stdin.on('end', () => process.stderr.write([process.argv[1], process.cwd(), process.env.WORD].join()));`;
  expect(await runCommand(...node(program, 'an argument'), { cwd, env: { WORD: 'ü' }, input: 'grüße' })).toEqual({
    stdout: 'GRÜSSE',
    stderr: `an argument,${cwd},ü`,
    exitCode: 0,
    signal: null,
    timedOut: false,
  });
});

test('a failure is a result: an exit code, or the signal that ended it', async () => {
  expect(await runCommand(...node('process.exit(3)'))).toMatchObject({ exitCode: 3, signal: null });
  expect(await runCommand(...node('process.kill(process.pid, "SIGTERM"); setInterval(() => {}, 1000)'))).toMatchObject({
    exitCode: null,
    signal: 'SIGTERM',
    timedOut: false,
  });
});

test('a program that does not read its input does no harm', async () => {
  expect(await runCommand(...node(''), { input: 'x'.repeat(1_000_000) })).toMatchObject({ exitCode: 0 });
});

test('a program that is not there is named', async () => {
  await expect(runCommand('no-such-program')).rejects.toThrow('no-such-program could not be started');
});

test('at the time limit the command is killed with all it started, and what it said so far is kept', async () => {
  const file = join(temporaryFolder(), 'pid');
  const script = 'sleep 600 & echo $! > "$0"; printf begun; wait';
  let result = await runCommand('sh', ['-c', script, file], { timeLimit: 500 });
  // How long a shell takes to begin is the machine's affair.
  for (let timeLimit = 1_000; result.stdout === '' && timeLimit < 100_000; timeLimit *= 2)
    result = await runCommand('sh', ['-c', script, file], { timeLimit });
  expect(result).toMatchObject({ stdout: 'begun', exitCode: null, signal: 'SIGKILL', timedOut: true });
  const grandchild = Number(readFileSync(file, 'utf8'));
  await eventually(() => expect(isRunning(grandchild)).toBe(false));
});
