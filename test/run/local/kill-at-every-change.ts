import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { build } from 'rolldown';
import { expect } from 'vitest';

import { runCommand } from '../../support/run-command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { type WorkName, work } from './survivable-work.ts';

/** Every file that counts of a project's state: what a run made, not what it told on the way. */
function madeIn(folder: string): Record<string, string> {
  const state = join(folder, '.sagemaker-pipelines');
  const files = ['store', 'registry']
    .filter((part) => existsSync(join(state, part)))
    .flatMap((part) =>
      readdirSync(join(state, part), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name)),
    );
  // What a killed writer had not finished has a name that no reader looks for.
  const finished = files.filter(
    (file) => !file.includes('/.incoming/') && !/(?:\/\.[0-9a-f]{16}|\.[0-9a-f]{16}\.unfinished)$/.test(file),
  );
  return Object.fromEntries(finished.map((file) => [file.slice(state.length), readFileSync(file, 'latin1')]));
}

async function bundledRunner(): Promise<string> {
  const file = join(temporaryFolder(), 'killed-runner.mjs');
  await build({
    input: join(import.meta.dirname, 'killed-runner.ts'),
    platform: 'node',
    logLevel: 'silent',
    output: { file, format: 'esm', codeSplitting: false },
  });
  return file;
}

/**
 * Kills a run before each change of the disk in turn, or before the first and every so many, resumes each, and holds what they
 * leave to what one leaves that was not killed.
 */
export async function killAtEveryChange(
  name: WorkName,
  every = 1,
): Promise<{ readonly changes: number; readonly made: readonly string[] }> {
  const runner = await bundledRunner();
  const whole = temporaryFolder();
  const { stdout, stderr } = await runCommand(process.execPath, [runner, name, whole]);
  expect(stderr).toBe('');
  const { state, changes } = JSON.parse(stdout) as { state: string; changes: number };
  expect(state).toBe('succeeded');
  const wanted = madeIn(whole);
  const killedAt = async (nth: number): Promise<void> => {
    const folder = temporaryFolder();
    const { signal } = await runCommand(process.execPath, [runner, name, folder, String(nth)]);
    expect({ nth, signal }).toEqual({ nth, signal: 'SIGKILL' });
    const resumed = await work(name, folder);
    expect({ nth, state: resumed.state, made: madeIn(folder) }).toEqual({ nth, state: 'succeeded', made: wanted });
    rmSync(folder, { recursive: true });
  };
  const waiting = Array.from({ length: Math.ceil(changes / every) }, (_, index) => index * every + 1);
  const inTurn = async (): Promise<void> => {
    for (let nth = waiting.shift(); nth !== undefined; nth = waiting.shift()) await killedAt(nth);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, inTurn));
  return { changes, made: Object.keys(wanted) };
}
