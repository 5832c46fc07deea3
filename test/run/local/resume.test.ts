import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { build } from 'rolldown';
import { describe, expect, test } from 'vitest';

import { runCommand } from '../../support/run-command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { listRuns } from '../../../src/run/local/read-runs.ts';
import { type Bench, bench, documentOf, get, shellStep } from './run-document.ts';
import { work } from './survivable-work.ts';

/** Every file that counts of a project's state: what a run made, not what it told on the way. */
function madeIn(folder: string): Record<string, string> {
  const state = join(folder, '.sagemaker-pipelines');
  const files = ['store', 'registry'].flatMap((part) =>
    readdirSync(join(state, part), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  const finished = files.filter((file) => !file.includes('/.incoming/') && !/\/\.[0-9a-f]{16}$/.test(file));
  return Object.fromEntries(finished.map((file) => [file.slice(state.length), readFileSync(file, 'utf8')]));
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

test(
  'a runner that is killed before any change of the disk finishes, resumed, with the same bytes',
  { timeout: 600_000 },
  async () => {
    const runner = await bundledRunner();
    const whole = temporaryFolder();
    const { stdout, stderr } = await runCommand(process.execPath, [runner, whole]);
    expect(stderr).toBe('');
    const { state, changes } = JSON.parse(stdout) as { state: string; changes: number };
    expect({ state, isEnough: changes > 40 }).toEqual({ state: 'succeeded', isEnough: true });
    const wanted = madeIn(whole);
    expect(Object.keys(wanted).filter((file) => file.includes('/groups/'))).toHaveLength(1);
    const killedAt = async (nth: number): Promise<void> => {
      const folder = temporaryFolder();
      const { signal } = await runCommand(process.execPath, [runner, folder, String(nth)]);
      expect({ nth, signal }).toEqual({ nth, signal: 'SIGKILL' });
      const resumed = await work(folder);
      expect({ nth, state: resumed.state, made: madeIn(folder) }).toEqual({ nth, state: 'succeeded', made: wanted });
      rmSync(folder, { recursive: true });
    };
    const waiting = Array.from({ length: changes }, (_, index) => index + 1);
    const inTurn = async (): Promise<void> => {
      for (let nth = waiting.shift(); nth !== undefined; nth = waiting.shift()) await killedAt(nth);
    };
    await Promise.all(Array.from({ length: availableParallelism() }, inTurn));
  },
);

const OUT = '/opt/ml/processing/out';

async function resumed(project: Bench, document: Parameters<Bench['run']>[0]) {
  const [resume] = listRuns(project.stateFolder);
  return await project.run(document, { settings: { resume: resume! } });
}

describe('a run that goes on', () => {
  const made = (script: string) => shellStep('Make', { script, outputs: { o: 's3://b/made' } });
  const use = (script: string) =>
    shellStep('Use', {
      script,
      inputs: { i: get("Steps.Make.ProcessingOutputConfig.Outputs['o'].S3Output.S3Uri") },
      outputs: { o: 's3://b/used' },
    });
  const side = shellStep('Side', { script: `echo side > ${OUT}/o/s`, outputs: { o: 's3://b/side' } });
  const MAKE = `echo one > ${OUT}/o/one`;

  test('runs what failed and what comes after it, and leaves the rest as it is', async () => {
    const project = bench();
    const failed = await project.run(documentOf([made(MAKE), use('exit 1')]));
    expect(failed.states).toEqual({ Make: 'succeeded', Use: 'failed' });
    const again = await resumed(project, documentOf([made(MAKE), use('exit 0')]));
    expect(again).toMatchObject({ run: failed.run, state: 'succeeded' });
    expect(again.events.flatMap((event) => (event.type === 'step-started' ? [event.step] : []))).toEqual(['Use']);
    expect(again.reasons).toMatchObject({ Make: 'was done before the run went on' });
    expect(listRuns(project.stateFolder)).toMatchObject([{ run: failed.run, state: 'succeeded' }]);
  });

  test('says which steps run again, and why', async () => {
    const project = bench();
    await project.run(documentOf([made(MAKE), use('true'), side]));
    const again = await resumed(project, documentOf([made(`${MAKE} # anew`), use('true'), side]));
    const told = again.events.flatMap((event) => (event.type === 'progress' ? [event.message] : []));
    expect(told).toEqual([
      `Make runs again: Arguments.AppSpecification.ContainerEntrypoint[2] was ${JSON.stringify(MAKE)} and is ${JSON.stringify(`${MAKE} # anew`)}`,
      'Use runs again: Make, which it waits for, ran again',
    ]);
    expect(again.reasons['Side']).toBe('was done before the run went on');
  });

  test('makes again what is not there any more', async () => {
    const project = bench();
    await project.run(documentOf([side]));
    rmSync(join(project.stateFolder, 'store/b/side'), { recursive: true });
    const again = await resumed(project, documentOf([side]));
    expect(again.events).toContainEqual(
      expect.objectContaining({ message: 'Side runs again: what it made at s3://b/side is not there any more' }),
    );
    expect(await project.get('s3://b/side/s')).toBe('side\n');
  });

  test('is left alone as long as another process runs it', async () => {
    const project = bench();
    const ran = await project.run(documentOf([side]));
    writeFileSync(join(ran.folder, 'owner.9'), '4711');
    const [resume] = listRuns(project.stateFolder);
    const owner = { id: '12', isAlive: (id: string) => id === '4711' };
    await expect(project.run(documentOf([side]), { settings: { resume: resume!, owner } })).rejects.toMatchObject({
      code: 'run-goes-on',
      message: `The run ${ran.run} still goes on, in the process 4711`,
    });
  });

  test('is one of the same pipeline', async () => {
    const project = bench();
    await project.run(documentOf([side]));
    const [resume] = listRuns(project.stateFolder);
    const other = { ...resume!, pipeline: 'other' };
    await expect(project.run(documentOf([side]), { settings: { resume: other } })).rejects.toMatchObject({
      code: 'other-pipeline',
    });
  });
});
