import { expect, onTestFinished, test } from 'vitest';

import type { RunResult } from '../../../src/run/runner.ts';
import { type SageMakerOptions, runOnSageMaker } from '../../../src/run/sagemaker/run.ts';
import { startFaultProxy } from '../../fakes/fault-proxy.ts';
import type { FakeSageMaker } from '../../fakes/sagemaker.ts';
import { OPTIONS, assembly, fakeForTest, step, stillWorld, talkTo } from './still-world.ts';

const STARTING = { ...OPTIONS, wait: false };
const THEIRS = { Version: '2020-12-01', Steps: [step('Theirs')] };

function run(name: string, options: Partial<SageMakerOptions> = {}, world = stillWorld()): Promise<RunResult> {
  return runOnSageMaker(
    { assembly: assembly({ Steps: [step(name)] }), parameters: {} },
    { ...STARTING, ...options },
    world,
  );
}

const stepsOf = (fake: FakeSageMaker, arn: string) => fake.executions.get(arn)!.steps.map(({ name }) => name);

test('a run that updates the pipeline starts its own version, whoever updates it in between', async () => {
  const fake = await fakeForTest();
  await run('Before');
  fake.meddle('StartPipelineExecution', 'nightly', THEIRS);
  const { run: arn } = await run('Ours');
  expect(stepsOf(fake, arn)).toEqual(['Ours']);
  expect(fake.executions.get(arn)!.input).toMatchObject({ PipelineVersionId: 2 });
});

test('of runs of different code at once, each is of its own code', async () => {
  const fake = await fakeForTest();
  await run('Before');
  const names = ['One', 'Two', 'Three', 'Four'];
  const started = await Promise.all(names.map((name) => run(name)));
  expect(started.map(({ run: arn }) => stepsOf(fake, arn))).toEqual(names.map((name) => [name]));
});

test.each([
  ['that had nothing to update', true],
  ['that created the pipeline', false],
])('a run %s stops the execution that came to be of somebody else’s code, and says so', async (_, isThere) => {
  const fake = await fakeForTest();
  if (isThere) await run('Ours');
  fake.meddle('StartPipelineExecution', 'nightly', THEIRS);
  const failure = run('Ours');
  await expect(failure).rejects.toMatchObject({
    failure: 'failed',
    code: 'another-definition',
    message: 'Someone else deployed nightly meanwhile, and the execution is of theirs',
    fix: expect.stringContaining('--pipeline-name'),
  });
  const { arn, status } = [...fake.executions.values()].at(-1)!;
  await expect(failure).rejects.toMatchObject({ detail: `${arn} was stopped` });
  expect([stepsOf(fake, arn), status]).toEqual([['Theirs'], 'Stopping']);
  // The next one writes its own code over theirs.
  expect(stepsOf(fake, (await run('Ours')).run)).toEqual(['Ours']);
});

test('the same token starts the same execution, also when the second attempt finds the pipeline updated', async () => {
  const fake = await fakeForTest();
  await run('Before');
  const requestToken = 'x'.repeat(40);
  const first = await run('Ours', { requestToken });
  expect((await run('Ours', { requestToken })).run).toBe(first.run);
  await expect(run('Changed', { requestToken })).rejects.toMatchObject({
    code: 'another-definition',
    detail: `${first.run} was started before, with the definition that was deployed then`,
  });
  expect(fake.executions.get(first.run)!.status).toBe('Executing');
});

test('a change between a look at the differences and a start is found by the start, and written over', async () => {
  const fake = await fakeForTest();
  await run('Ours');
  fake.meddle('DescribePipeline', 'nightly', THEIRS);
  const world = stillWorld();
  const { run: arn } = await run('Ours', {}, world);
  expect(world.events[0]).toMatchObject({ message: 'updated definition of the pipeline nightly (version 3)' });
  expect(stepsOf(fake, arn)).toEqual(['Ours']);
});

test('a run that may not look at what was started says so, and goes on', async () => {
  const fake = await fakeForTest();
  const proxy = await startFaultProxy(fake.endpoint);
  onTestFinished(() => proxy.stop());
  talkTo(fake.env, proxy.endpoint);
  const body = JSON.stringify({ __type: 'AccessDeniedException', message: 'You may not' });
  proxy.add({
    when: ({ headers }) => headers['x-amz-target'] === 'SageMaker.DescribePipelineDefinitionForExecution',
    fault: { kind: 'answer', status: 400, headers: { 'content-type': 'application/x-amz-json-1.1' }, body },
  });
  const world = stillWorld();
  const { run: arn } = await run('Ours', {}, world);
  expect(stepsOf(fake, arn)).toEqual(['Ours']);
  expect(world.events.flatMap((event) => (event.type === 'progress' ? [event.message] : []))).toEqual([
    'created the pipeline nightly (version 1)',
    'whether the run is of this definition could not be looked at (AccessDeniedException)',
  ]);
});
