import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import type { Assembly } from '../../../src/definition/assembly.ts';
import { bind } from '../../../src/definition/bind.ts';
import type { StepDocument } from '../../../src/definition/document.ts';
import { toJson } from '../../../src/emit/json.ts';
import { connect } from '../../../src/run/sagemaker/connect.ts';
import { planDeployment } from '../../../src/run/sagemaker/deployment.ts';
import { planOnSageMaker, runOnSageMaker } from '../../../src/run/sagemaker/run.ts';
import type { FakeSageMaker } from '../../fakes/sagemaker.ts';
import { OPTIONS, ROLE, assembly, fakeForTest, step, stillWorld, wordsOf } from './still-world.ts';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const request = (parameters = {}, rest = {}) => ({
  assembly: assembly({ Steps: [step('Prepare'), step('Train', 'Training', ['Prepare'])] }, rest),
  parameters,
});

/** What the last execution was asked for with. */
function startOf({ calls }: FakeSageMaker) {
  return calls.findLast(({ operation }) => operation === 'SageMaker.StartPipelineExecution')?.input;
}

describe('a run brings the pipeline into the account', () => {
  test('creates it once, and changes nothing that is as it should be', async () => {
    const fake = await fakeForTest();
    await runOnSageMaker(request(), { ...OPTIONS, wait: false }, stillWorld());
    const looked = 'DescribePipelineDefinitionForExecution';
    expect(fake.operations()).toEqual(['DescribePipeline', 'CreatePipeline', 'StartPipelineExecution', looked]);
    await runOnSageMaker(request(), { ...OPTIONS, wait: false }, stillWorld());
    expect(fake.operations().slice(4)).toEqual(['DescribePipeline', 'ListTags', 'StartPipelineExecution', looked]);
  });

  test.each([
    ['definition', request({}, { definition: { Version: '2020-12-01', Steps: [step('Other')] } }), OPTIONS],
    ['role', request(), { ...OPTIONS, roleArn: `${ROLE}2` }],
    ['description', request({}, { description: 'Every night' }), OPTIONS],
    ['parallelism', request({}, { parallelism: 3 }), OPTIONS],
  ])('updates it when its %s differs', async (part, changed, options) => {
    const fake = await fakeForTest();
    await runOnSageMaker(request(), { ...OPTIONS, wait: false }, stillWorld());
    const world = stillWorld();
    await runOnSageMaker(changed, { ...options, wait: false }, world);
    expect(fake.operations().slice(4)).toEqual([
      'DescribePipeline',
      'ListTags',
      'UpdatePipeline',
      'StartPipelineExecution',
    ]);
    expect(world.events[0]).toMatchObject({ message: `updated ${part} of the pipeline nightly (version 2)` });
  });

  test('asks AWS for nothing when a value is longer than it takes', async () => {
    const fake = await fakeForTest();
    await expect(runOnSageMaker(request({ Query: 'x'.repeat(1025) }), OPTIONS, stillWorld())).rejects.toMatchObject({
      message: 'The value of parameter Query has 1025 characters; SageMaker takes 1024',
    });
    expect(fake.calls).toEqual([]);
  });

  test('asks AWS for nothing under a name that it does not take', async () => {
    const fake = await fakeForTest();
    const named = request({}, { name: 'my_pipeline' });
    await expect(runOnSageMaker(named, OPTIONS, stillWorld())).rejects.toMatchObject({
      message: '"my_pipeline" is no name for a pipeline in AWS',
      fix: 'deploy it under another: --pipeline-name NAME',
    });
    expect(fake.calls).toEqual([]);
  });

  test('adds its tags and leaves those of others alone', async () => {
    const fake = await fakeForTest();
    const wait = { ...OPTIONS, wait: false };
    await runOnSageMaker(request({}, { tags: { team: 'one', a: '1', b: '2' } }), wait, stillWorld());
    await runOnSageMaker(request({}, { tags: { team: 'two' } }), wait, stillWorld());
    expect(fake.operations()).not.toContain('UpdatePipeline');
    expect(fake.calls.find(({ operation }) => operation === 'SageMaker.AddTags')?.input).toMatchObject({
      Tags: [{ Key: 'team', Value: 'two' }],
    });
    const { deployment } = await planOnSageMaker(assembly({}), OPTIONS);
    expect([...deployment.deployed!.tags]).toEqual([
      ['team', 'two'],
      ['a', '1'],
      ['b', '2'],
    ]);
  });

  test('says the commit it comes from, which alone is no change', async () => {
    const fake = await fakeForTest();
    const world = stillWorld();
    mkdirSync(join(world.cwd, '.git'));
    writeFileSync(join(world.cwd, '.git/HEAD'), `${COMMIT}\n`);
    await runOnSageMaker(request(), { ...OPTIONS, wait: false }, world);
    expect(fake.calls[1]?.input).toMatchObject({ Tags: [{ Key: 'git-commit', Value: COMMIT }] });
    expect(fake.calls[2]?.input).toMatchObject({ PipelineExecutionDescription: `commit ${COMMIT}` });
    const later = { ...stillWorld({ CODEBUILD_RESOLVED_SOURCE_VERSION: 'f'.repeat(40) }) };
    await runOnSageMaker(request(), { ...OPTIONS, wait: false }, later);
    expect(fake.operations()).not.toContain('AddTags');
    expect(startOf(fake)).toMatchObject({ PipelineExecutionDescription: `commit ${'f'.repeat(40)}` });
  });

  test('keeps the role that the pipeline has, and needs one to be told for a new one', async () => {
    const fake = await fakeForTest();
    const { roleArn: _, ...withoutRole } = { ...OPTIONS, wait: false };
    await expect(runOnSageMaker(request(), withoutRole, stillWorld())).rejects.toMatchObject({
      failure: 'usage',
      code: 'missing-role',
      message: 'No role was given, and there is no pipeline nightly to take it from',
    });
    await runOnSageMaker(request(), { ...OPTIONS, wait: false }, stillWorld());
    await runOnSageMaker(request(), withoutRole, stillWorld());
    expect(fake.operations()).not.toContain('UpdatePipeline');
  });

  test('gives it another name when that is wanted', async () => {
    const fake = await fakeForTest();
    await runOnSageMaker(request(), { ...OPTIONS, wait: false, pipelineName: 'nightly-test' }, stillWorld());
    const [looked, created, started] = fake.calls.map(({ input }) => input['PipelineName']);
    expect([looked, created, started]).toEqual(Array(3).fill('nightly-test'));
  });

  test('asks for no bucket that nothing needs, and for that of SageMaker where something does', async () => {
    const fake = await fakeForTest();
    const { deployment: without } = await planOnSageMaker(request().assembly, OPTIONS);
    expect(without.bucket).toBeUndefined();
    expect(fake.operations()).toEqual(['DescribePipeline']);
    const reading = assembly({
      Parameters: [{ Name: 'ArtifactBucket', Type: 'String' }],
      Steps: [{ ...step('A'), Arguments: { Uri: { Get: 'Parameters.ArtifactBucket' } } }],
    });
    const { deployment } = await planOnSageMaker(reading, OPTIONS);
    expect(deployment.bucket).toBe('sagemaker-us-east-1-123456789012');
    expect(deployment.definition.Parameters).toEqual([]);
    expect(deployment.definition.Steps[0]!.Arguments).toEqual({ Uri: 'sagemaker-us-east-1-123456789012' });
  });
});

describe('a definition', () => {
  const LIMIT = 100 * 1024;
  /** A pipeline whose definition has so many bytes once its role stands in it. */
  const ofSize = (bytes: number, readsRole: boolean): Assembly => {
    const made = (padding: number) => {
      const ErrorMessage = 'ü'.repeat(Math.floor(padding / 2)) + 'x'.repeat(padding % 2);
      const role = readsRole ? { RoleArn: { Get: 'Parameters.ExecutionRoleArn' } } : { RoleArn: ROLE };
      return {
        Parameters: [{ Name: 'ExecutionRoleArn', Type: 'String' as const }],
        Steps: [{ ...step('Stop', 'Fail'), Arguments: { ErrorMessage, ...role } } as StepDocument],
      };
    };
    const empty = Buffer.byteLength(toJson(bind(assembly(made(0)).definition, { bucket: undefined, roleArn: ROLE })));
    return assembly(made(bytes - empty));
  };

  test.each([true, false])('of 100 KB goes through the bucket, and one byte less in the request', async (readsRole) => {
    await fakeForTest();
    const plan = async (size: number) => {
      const connection = connect(OPTIONS);
      const { text, bucket } = await planDeployment(ofSize(size, readsRole), OPTIONS, connection);
      connection.close();
      return [Buffer.byteLength(text), bucket];
    };
    expect(await plan(LIMIT - 1)).toEqual([LIMIT - 1, undefined]);
    expect(await plan(LIMIT)).toEqual([LIMIT, 'sagemaker-us-east-1-123456789012']);
  });

  test('that is too long for SageMaker is refused before anything is uploaded', async () => {
    const fake = await fakeForTest();
    const all = { assembly: ofSize(2_200_000, true), parameters: {} };
    await expect(runOnSageMaker(all, { ...OPTIONS, bucket: 'bucket' }, stillWorld())).rejects.toMatchObject({
      failure: 'invalid',
      code: 'definition-too-long',
    });
    expect(fake.operations()).toEqual(['DescribePipeline']);
  });
});

describe('a plan', () => {
  test('makes no call that writes', async () => {
    const fake = await fakeForTest();
    await runOnSageMaker(request(), { ...OPTIONS, wait: false }, stillWorld());
    const before = fake.calls.length;
    const changed = assembly({ Steps: [step('Prepare'), step('Test')] }, { tags: { team: 'one' } });
    const { deployment } = await planOnSageMaker(changed, OPTIONS);
    expect(deployment).toMatchObject({ action: 'update', differs: ['definition', 'tags'] });
    expect(deployment.changes.map(({ kind, step: name }) => [kind, name])).toEqual([
      ['added', 'Test'],
      ['removed', 'Train'],
    ]);
    expect(fake.operations().slice(before)).toEqual(['DescribePipeline', 'ListTags']);
  });
});

describe('an execution', () => {
  test('is started with what was asked for', async () => {
    const fake = await fakeForTest();
    const definition = {
      Version: '2020-12-01',
      Parameters: [
        { Name: 'Rows', Type: 'Integer' as const },
        { Name: 'Full', Type: 'Boolean' as const },
      ],
      Steps: [step('Prepare')],
    };
    const options = { ...OPTIONS, wait: false, displayName: 'by hand', maxParallel: 2, requestToken: 'x'.repeat(40) };
    await runOnSageMaker(request({ Rows: 5, Full: false }, { definition }), options, stillWorld());
    expect(startOf(fake)).toEqual({
      PipelineName: 'nightly',
      PipelineParameters: [
        { Name: 'Rows', Value: '5' },
        { Name: 'Full', Value: 'false' },
      ],
      PipelineExecutionDisplayName: 'by hand',
      ParallelismConfiguration: { MaxParallelExecutionSteps: 2 },
      ClientRequestToken: 'x'.repeat(40),
    });
    await runOnSageMaker(request({ Rows: 5, Full: false }, { definition }), options, stillWorld());
    expect(fake.executions.size).toBe(1);
  });

  test('tells its steps as they go, with jobs and pages', async () => {
    await fakeForTest();
    const world = stillWorld();
    const { run, state } = await runOnSageMaker(request(), OPTIONS, world);
    expect(state).toBe('succeeded');
    expect(wordsOf(world.events)).toEqual([
      'Prepare started',
      'Prepare succeeded',
      'Train started',
      'Train succeeded',
      'run succeeded',
    ]);
    expect(world.events.find(({ type }) => type === 'run-started')).toMatchObject({
      run,
      pipeline: 'nightly',
      target: 'sagemaker',
      steps: [
        { name: 'Prepare', type: 'Processing', waitsFor: [], decidedBy: null },
        { name: 'Train', type: 'Training', waitsFor: ['Prepare'], decidedBy: null },
      ],
    });
    const id = run.slice(run.lastIndexOf('/') + 1);
    const trained = world.events.findLast(({ type }) => type === 'step-ended');
    expect(trained).toMatchObject({ step: 'Train', seconds: 20 });
    expect(JSON.stringify(trained)).toContain(`#/jobs/pipelines-${id}-Train-`);
  });

  test('says where the results are, and the figures of a training job', async () => {
    const fake = await fakeForTest();
    const world = stillWorld();
    await runOnSageMaker(request(), OPTIONS, world);
    const [prepare, train] = [...fake.executions.values()][0]!.steps;
    const ends = world.events.flatMap((event) => (event.type === 'step-ended' ? [[event.outputs, event.facts]] : []));
    expect(ends).toEqual([
      [[{ title: 'train', target: `s3://bucket/${prepare!.job}/train` }], {}],
      [
        [{ title: 'model', target: `s3://bucket/${train!.job}/output/model.tar.gz` }],
        { 'validation:rmse': 0.5, billableSeconds: 20 },
      ],
    ]);
  });

  test('lists all steps, however many pages they fill', async () => {
    await fakeForTest();
    const names = Array.from({ length: 7 }, (_, index) => `Step${index}`);
    const world = stillWorld();
    const all = { assembly: assembly({ Steps: names.map((name) => step(name)) }), parameters: {} };
    await runOnSageMaker(all, OPTIONS, world);
    expect(wordsOf(world.events).filter((word) => word.endsWith('succeeded'))).toEqual([
      ...names.map((name) => `${name} succeeded`),
      'run succeeded',
    ]);
  });

  test('says why a step did not run: another branch, a cache, a failure before it', async () => {
    const fake = await fakeForTest();
    const other = 'arn:aws:sagemaker:us-east-1:123456789012:pipeline/nightly/execution/abcdefghijkl';
    fake.plans['Prepare'] = { cached: other };
    fake.plans['Good'] = { outcome: 'False' };
    fake.plans['Retrain'] = { ends: 'Failed', failureReason: 'AlgorithmError: no rows', log: ['one', 'two'] };
    const Steps = [
      step('Prepare'),
      {
        ...step('Good', 'Condition', ['Prepare']),
        Arguments: { IfSteps: [step('Register', 'RegisterModel')], ElseSteps: [step('Retrain', 'Training')] },
      },
      step('Report', 'Processing', ['Retrain']),
    ];
    const world = stillWorld();
    const { state } = await runOnSageMaker(
      { assembly: assembly({ Steps: Steps as never }), parameters: {} },
      OPTIONS,
      world,
    );
    expect(state).toBe('failed');
    const ends = world.events.flatMap((event) =>
      event.type === 'step-ended' ? [[event.step, event.state, event.reason, event.tail]] : [],
    );
    expect(ends).toEqual([
      ['Prepare', 'cached', 'the result of execution abcdefghijkl was used', undefined],
      ['Good', 'succeeded', undefined, undefined],
      ['Retrain', 'failed', 'AlgorithmError: no rows', ['one', 'two']],
      ['Register', 'skipped', 'Good is False', undefined],
      ['Report', 'skipped', 'the run failed before it', undefined],
    ]);
  });

  test('shows what its jobs write when that is wanted, each line once and before the step ends', async () => {
    const fake = await fakeForTest();
    fake.plans['Prepare'] = { looks: 3, log: ['reading', 'writing'] };
    const world = stillWorld();
    await runOnSageMaker(request(), { ...OPTIONS, logs: true }, world);
    const said = world.events.flatMap((event) => {
      if (event.type === 'log') return [event.line];
      return event.type === 'step-ended' ? [`${event.step} ended`] : [];
    });
    expect(said).toEqual(['reading', 'writing', 'Prepare ended', 'Train ended']);
  });

  test('says which attempt of a step it was', async () => {
    const fake = await fakeForTest();
    fake.plans['Prepare'] = { attempts: 3 };
    const world = stillWorld();
    await runOnSageMaker(request(), OPTIONS, world);
    expect(wordsOf(world.events)[0]).toBe('Prepare started 3');
  });

  test('masks parameters that look like secrets', async () => {
    await fakeForTest();
    const world = stillWorld();
    const definition = {
      Version: '2020-12-01',
      Parameters: [{ Name: 'ApiKey', Type: 'String' as const }],
      Steps: [step('Prepare')],
    };
    await runOnSageMaker(request({ ApiKey: 'very-secret-indeed' }, { definition }), OPTIONS, world);
    expect(world.events.find(({ type }) => type === 'run-started')).toMatchObject({ parameters: { ApiKey: '****' } });
    expect(JSON.stringify(world.events)).not.toContain('very-secret-indeed');
  });
});

describe('a part of a pipeline', () => {
  test('runs with the results of the newest execution that has ended', async () => {
    const fake = await fakeForTest();
    fake.plans['Train'] = { ends: 'Failed' };
    const first = await runOnSageMaker(request(), OPTIONS, stillWorld());
    delete fake.plans['Train'];
    const world = stillWorld();
    const second = await runOnSageMaker(request(), { ...OPTIONS, from: 'Train' }, world);
    expect(second.state).toBe('succeeded');
    expect([...fake.executions.values()].at(-1)!.input['SelectiveExecutionConfig']).toEqual({
      SourcePipelineExecutionArn: first.run,
      SelectedSteps: [{ StepName: 'Train' }],
    });
    expect(wordsOf(world.events)).toEqual(['Prepare skipped', 'Train started', 'Train succeeded', 'run succeeded']);
  });

  test('needs an execution, and steps that there are', async () => {
    const fake = await fakeForTest();
    await expect(runOnSageMaker(request(), { ...OPTIONS, only: ['Trian'] }, stillWorld())).rejects.toMatchObject({
      code: 'unknown-step',
      fix: 'did you mean "Train"?',
    });
    expect(fake.calls).toEqual([]);
    await expect(runOnSageMaker(request(), { ...OPTIONS, only: ['Train'] }, stillWorld())).rejects.toMatchObject({
      code: 'no-execution',
    });
    expect(fake.executions.size).toBe(0);
  });
});
