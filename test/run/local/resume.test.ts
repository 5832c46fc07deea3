import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { listRuns } from '../../../src/run/local/read-runs.ts';
import { killAtEveryChange } from './kill-at-every-change.ts';
import { type Bench, bench, documentOf, get, shellStep } from './run-document.ts';

test(
  'a runner that is killed before a change of the disk finishes, resumed, with the same bytes, whether early or late',
  { timeout: 600_000 },
  async () => {
    const { changes, made } = await killAtEveryChange('small', 7);
    expect(changes).toBeGreaterThan(40);
    expect(made.filter((file) => file.includes('/groups/'))).toHaveLength(1);
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

  test('runs a step again whose result cannot be read any more', async () => {
    const project = bench();
    const failed = await project.run(documentOf([made(MAKE), use('exit 1')]));
    writeFileSync(join(failed.folder, 'steps/Make/result.json'), '{"state": "succee');
    const again = await resumed(project, documentOf([made(MAKE), use('true')]));
    expect(again.states).toEqual({ Make: 'succeeded', Use: 'succeeded' });
    expect(again.reasons['Make']).toBeUndefined();
  });

  test('leaves a step as it is that was told the time, which is another now', async () => {
    const project = bench();
    const timed = shellStep('Timed', { script: 'true', words: [get('Execution.CurrentDateTime')] });
    await project.run(documentOf([timed]), { now: () => new Date(Date.now() - 86_400_000) });
    const again = await resumed(project, documentOf([timed]));
    expect(again.reasons['Timed']).toBe('was done before the run went on');
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
