import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readArguments } from '../../src/cli/arguments.ts';
import { localSettings } from '../../src/cli/on-this-machine.ts';
import { runPipeline } from '../../src/cli/run-pipeline.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

type LocalArguments = Parameters<typeof localSettings>[0];

async function toldWith(env: Readonly<Record<string, string>>, cwd: string): Promise<string[]> {
  const request = await readArguments(runPipeline, ['--local']);
  if (request.kind !== 'run') throw new Error('the words ask for help');
  const region = { value: 'us-east-1', from: 'default' } as const;
  const context = { cwd, env, unique: (digits: number) => '0'.repeat(digits), now: () => new Date(0) };
  const settings = localSettings(
    request.args as unknown as LocalArguments,
    { region, parallelism: undefined },
    context,
  );
  const told: string[] = [];
  await settings.containers({
    tell: (message) => told.push(message),
    interrupted: new AbortController().signal,
    fetchObject: () => Promise.resolve(),
  });
  return told;
}

test('environments are kept with the project, and that is said, where the home folder cannot be written to', async () => {
  expect(await toldWith({ HOME: '/dev/null' }, temporaryFolder())).toEqual([
    '/dev/null/.cache/sagemaker-pipelines cannot be made: environments are kept in .sagemaker-pipelines/cache',
  ]);
});

test('environments are kept in the home folder otherwise, or where the environment says', async () => {
  const home = temporaryFolder();
  expect(await toldWith({ HOME: home }, temporaryFolder())).toEqual([]);
  expect(existsSync(join(home, '.cache/sagemaker-pipelines'))).toBe(true);
  expect(await toldWith({ HOME: '/dev/null', SAGEMAKER_PIPELINES_CACHE: '/elsewhere' }, temporaryFolder())).toEqual([]);
});
