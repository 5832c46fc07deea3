import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { findRun } from '../../../src/run/local/read-runs.ts';
import { bench, documentOf, get, shellStep } from './run-document.ts';

const OUT = '/opt/ml/processing/out';
const outputOf = (step: string) => get(`Steps.${step}.ProcessingOutputConfig.Outputs['o'].S3Output.S3Uri`);
const inRun = (name: string) => ({
  'Std:Join': { On: '/', Values: ['s3:/', 'b', get('Execution.PipelineExecutionId'), name] },
});

const make = (text: string) =>
  shellStep('Make', { script: `echo ${text} > ${OUT}/o/x`, outputs: { o: inRun('made') } });
const use = shellStep('Use', {
  script: `cat /opt/ml/processing/in/i/x > ${OUT}/o/x`,
  inputs: { i: outputOf('Make') },
  outputs: { o: inRun('used') },
});
const last = shellStep('Last', { script: 'true', inputs: { i: outputOf('Use') } });
const other = shellStep('Other', { script: 'exit 1' });
const first = documentOf([make('one'), use, last]);

describe('a run of some steps', () => {
  test('takes for the others what the newest run that has ended made', async () => {
    const { run, get: read } = bench();
    const whole = await run(first);
    const some = await run(documentOf([make('two'), use, last, other]), { settings: { selection: { from: 'Use' } } });
    expect(some.state).toBe('succeeded');
    expect(some.states).toEqual({ Make: 'skipped', Other: 'skipped', Use: 'succeeded', Last: 'succeeded' });
    expect(some.reasons).toMatchObject({
      Make: `not selected: its result is that of run ${whole.run}`,
      Other: 'not selected',
    });
    expect(await read(`s3://b/${some.run}/used/x`)).toBe('one\n');
  });

  test('takes it from the run that is named', async () => {
    const { run, get: read } = bench();
    const one = await run(first);
    await run(documentOf([make('two'), use, last]));
    const selection = { only: ['Use'], source: one.run };
    const some = await run(first, { settings: { selection } });
    expect(await read(`s3://b/${some.run}/used/x`)).toBe('one\n');
    expect(some.states).toEqual({ Make: 'skipped', Use: 'succeeded', Last: 'skipped' });
  });

  test('takes nothing from a run of another pipeline, whose steps may have the same names', async () => {
    const { run } = bench();
    const [own, others] = [await run(first), await run(first)];
    const record = join(others.folder, 'run.json');
    writeFileSync(record, readFileSync(record, 'utf8').replace('"tested"', '"other"'));
    await expect(run(first, { settings: { selection: { only: ['Use'], source: 'latest' } } })).rejects.toMatchObject({
      code: 'other-pipeline',
      fix: `--source-execution ${own.run}`,
    });
  });

  test('is itself one that a later run takes results from', async () => {
    const { run } = bench();
    await run(first);
    await run(first, { settings: { selection: { only: ['Use'] } } });
    expect((await run(first, { settings: { selection: { only: ['Use'] } } })).state).toBe('succeeded');
  });

  test('is refused where nothing can stand in for what it reads', async () => {
    await expect(bench().run(first, { settings: { selection: { only: ['Use'] } } })).rejects.toMatchObject({
      code: 'no-result',
      message: 'Use needs what Make makes, and no run has it',
      detail: 'no run of the pipeline has ended',
    });
    await expect(bench().run(first, { settings: { selection: { only: ['Uze'] } } })).rejects.toMatchObject({
      code: 'unknown-step',
      fix: 'did you mean "Use"?',
    });
  });

  test('is a step, all that come after it, and others that are named', async () => {
    const { run } = bench();
    const whole = documentOf([make('one'), use, last, shellStep('Beside', { script: 'true' })]);
    await run(whole);
    const some = await run(whole, { settings: { selection: { only: ['Use'], from: 'Make' } } });
    expect(some.states).toEqual({ Make: 'succeeded', Use: 'succeeded', Last: 'succeeded', Beside: 'skipped' });
  });

  test('goes on with the same steps and the same results of others', async () => {
    const project = bench();
    const one = await project.run(first);
    const broken = documentOf([make('one'), shellStep('Use', { script: 'exit 1' }), last]);
    const failed = await project.run(broken, { settings: { selection: { only: ['Use'] } } });
    await project.run(documentOf([make('two'), use, last]));
    const again = await project.run(documentOf([make('two'), use, last]), {
      settings: { resume: findRun(project.stateFolder, failed.run) },
    });
    expect(again.states).toEqual({ Make: 'skipped', Use: 'succeeded', Last: 'skipped' });
    expect(again.reasons).toMatchObject({ Make: `not selected: its result is that of run ${one.run}` });
    expect(await project.get(`s3://b/${failed.run}/used/x`)).toBe('one\n');
  });

  test('minds nothing that only the others need', async () => {
    const elsewhere = { Name: 'Cluster', Type: 'EMR', Arguments: {} };
    const ran = await bench().run(documentOf([elsewhere, make('one')]), {
      settings: { selection: { only: ['Make'] } },
    });
    expect(ran.states).toEqual({ Cluster: 'skipped', Make: 'succeeded' });
  });
});
