import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { S3 } from '@aws-sdk/client-s3';
import { SFN } from '@aws-sdk/client-sfn';

import type { PipelineDocument, StepDocument } from '../../../src/definition/document.ts';
import type { RunEvent } from '../../../src/definition/events.ts';
import {
  type StepFunctionsOptions,
  planOnStepFunctions,
  runOnStepFunctions,
} from '../../../src/run/step-functions/run.ts';
import { type FakeStepFunctions, startStepFunctions } from '../../fakes/step-functions.ts';
import { type MotoServer, startMoto } from '../../support/moto-server.ts';
import { PYTHON_ENVIRONMENT_TIME_LIMIT, describeWithPython } from '../../support/python-environment.ts';
import { ROLE, assembly, step, stillWorld, talkTo, wordsOf } from '../sagemaker/still-world.ts';

describeWithPython('a pipeline on Step Functions', () => {
  let moto: MotoServer;
  let count = 0;
  beforeAll(async () => {
    moto = await startMoto();
  }, PYTHON_ENVIRONMENT_TIME_LIMIT);
  afterAll(() => moto?.stop());

  async function fakeForTest(): Promise<FakeStepFunctions> {
    const fake = await startStepFunctions(moto.endpoint);
    onTestFinished(() => fake.stop());
    talkTo(moto.env, fake.endpoint);
    return fake;
  }

  /** Options for a machine that no other test has. */
  const options = (rest: Partial<StepFunctionsOptions> = {}): StepFunctionsOptions => ({
    region: 'us-east-1',
    machineName: `nightly-${++count}`,
    roleArn: ROLE,
    wait: true,
    stopOnInterrupt: false,
    logs: false,
    ...rest,
  });
  const request = (definition: Partial<PipelineDocument>, parameters = {}) => ({
    assembly: assembly(definition),
    parameters,
  });
  const two = { Steps: [step('Prepare'), step('Train', 'Training', ['Prepare'])] };

  async function execution(definition: Partial<PipelineDocument>, plans: FakeStepFunctions['plans'] = {}) {
    const fake = await fakeForTest();
    Object.assign(fake.plans, plans);
    const world = stillWorld();
    const result = await runOnStepFunctions(request(definition), options(), world);
    return { result, events: world.events, words: wordsOf(world.events), fake };
  }

  const endOf = (events: readonly RunEvent[], name: string) =>
    events.find((event) => event.type === 'step-ended' && event.step === name);

  test('is created as a machine, started under a name of its own, and told of to its end', async () => {
    const { result, words, events, fake } = await execution(two);
    expect(fake.operations().slice(0, 3)).toEqual(['DescribeStateMachine', 'CreateStateMachine', 'StartExecution']);
    expect(result).toEqual({
      state: 'succeeded',
      run: expect.stringMatching(
        /^arn:aws:states:us-east-1:123456789012:execution:nightly-\d+:20260101-000000-[0-9a-f]{12}$/,
      ),
    });
    expect(words).toEqual([
      'Prepare started',
      'Prepare succeeded',
      'Train started',
      'Train succeeded',
      'run succeeded',
    ]);
    expect(events.find(({ type }) => type === 'run-started')).toMatchObject({
      target: 'step-functions',
      steps: [{ name: 'Prepare' }, { name: 'Train', waitsFor: ['Prepare'] }],
      links: [
        {
          title: 'execution',
          target: expect.stringContaining('/states/home?region=us-east-1#/v2/executions/details/arn'),
        },
      ],
    });
    expect(endOf(events, 'Train')).toMatchObject({
      seconds: 10,
      facts: { 'validation:rmse': 0.5 },
      outputs: [{ title: 'model', target: expect.stringMatching(/^s3:\/\/bucket\/Train-.*\/output\/model\.tar\.gz$/) }],
      links: [{ title: 'training job' }, { title: 'log' }],
    });
  });

  test('is updated only where its machine or its role differs', async () => {
    const fake = await fakeForTest();
    const own = options({ wait: false });
    const changes = async (definition: Partial<PipelineDocument>, more: Partial<StepFunctionsOptions> = {}) => {
      const before = fake.operations().length;
      const world = stillWorld();
      await runOnStepFunctions(request(definition), { ...own, ...more }, world);
      const said = world.events.flatMap((event) => (event.type === 'progress' ? [event.message] : []));
      return [fake.operations().slice(before), ...said];
    };
    const name = own.machineName;
    const START = 'StartExecution';
    const FIND = 'DescribeStateMachine';
    const SEE = 'DescribeStateMachineForExecution';
    expect(await changes(two)).toEqual([[FIND, 'CreateStateMachine', START, SEE], `created the state machine ${name}`]);
    expect(await changes(two)).toEqual([[FIND, START, SEE], `the state machine ${name} is up to date`]);
    expect(await changes({ Steps: [step('Other')] })).toEqual([
      [FIND, 'UpdateStateMachine', START, SEE],
      `updated definition of the state machine ${name}`,
    ]);
    const workflowRoleArn = `${ROLE}-machine`;
    expect(await changes({ Steps: [step('Other')] }, { workflowRoleArn })).toEqual([
      [FIND, 'UpdateStateMachine', START, SEE],
      `updated role of the state machine ${name}`,
    ]);
    expect(await changes({ Steps: [step('Other')] })).toEqual([
      [FIND, START, SEE],
      `the state machine ${name} is up to date`,
    ]);
  });

  test('has the tags of its pipeline, and keeps those of others', async () => {
    const fake = await fakeForTest();
    const own = options({ wait: false });
    const tagged = (tags: Record<string, string>) => {
      return runOnStepFunctions({ assembly: assembly(two, { tags }), parameters: {} }, own, stillWorld());
    };
    await tagged({ team: 'one', cost: '7' });
    await tagged({ team: 'two' });
    expect(fake.operations()).not.toContain('UpdateStateMachine');
    expect(fake.operations().filter((operation) => operation === 'TagResource')).toHaveLength(1);
    await tagged({ team: 'two' });
    expect(fake.operations().filter((operation) => operation === 'TagResource')).toHaveLength(1);
    const client = new SFN({ endpoint: moto.endpoint, region: 'us-east-1', credentials: CREDENTIALS });
    const resourceArn = `arn:aws:states:us-east-1:123456789012:stateMachine:${own.machineName}`;
    const { tags = [] } = await client.listTagsForResource({ resourceArn });
    client.destroy();
    expect(Object.fromEntries(tags.map(({ key, value }) => [key, value]))).toEqual({ team: 'two', cost: '7' });
  });

  test('is started with the parameters that were given, as what they are', async () => {
    const fake = await fakeForTest();
    const definition = {
      Parameters: [
        { Name: 'Rows', Type: 'Integer' as const },
        { Name: 'Full', Type: 'Boolean' as const, DefaultValue: true },
      ],
      Steps: [step('Prepare')],
    };
    await runOnStepFunctions(request(definition, { Rows: 5 }), options({ wait: false }), stillWorld());
    expect([...fake.executions.values()].map(({ input }) => input)).toEqual(['{"Rows":5}']);
  });

  test('starts once for one token', async () => {
    const fake = await fakeForTest();
    const own = options({ wait: false, requestToken: 'x'.repeat(100) });
    const first = await runOnStepFunctions(request(two), own, stillWorld());
    const second = await runOnStepFunctions(request(two), own, stillWorld());
    expect([second.run, fake.executions.size]).toEqual([first.run, 1]);
  });

  test('tells why a step failed, with the end of its log, and of what never ran', async () => {
    const { result, events, words } = await execution(two, {
      Prepare: { ends: 'Failed', failureReason: 'AlgorithmError: bad rows', log: ['reading', 'ValueError: bad rows'] },
    });
    expect(result.state).toBe('failed');
    expect(words).toEqual(['Prepare started', 'Prepare failed', 'Train skipped', 'run failed']);
    expect(endOf(events, 'Prepare')).toMatchObject({
      reason: 'AlgorithmError: bad rows',
      tail: ['reading', 'ValueError: bad rows'],
    });
    // The step has said it already.
    expect(events.at(-1)).not.toHaveProperty('reason');
  });

  test('tells of every attempt', async () => {
    const retried = {
      ...step('Prepare'),
      RetryPolicies: [{ ExceptionType: ['SageMaker.JOB_INTERNAL_ERROR'], MaxAttempts: 3 }],
    } as StepDocument;
    const { words } = await execution({ Steps: [retried] }, { Prepare: { failures: 2 } });
    expect(words).toEqual([
      'Prepare started',
      'Prepare started 2',
      'Prepare started 3',
      'Prepare succeeded',
      'run succeeded',
    ]);
  });

  test('tells of steps side by side, and of those that lost their run with another', async () => {
    const beside = { Steps: [step('A'), step('B'), step('After', 'Training', ['A', 'B'])] };
    const done = await execution(beside, { A: { looks: 2 } });
    expect(done.words).toEqual([
      'A started',
      'B started',
      'B succeeded',
      'A succeeded',
      'After started',
      'After succeeded',
      'run succeeded',
    ]);
    const broken = await execution(beside, { A: { looks: 3 }, B: { ends: 'Failed' } });
    expect(broken.words).toEqual(['A started', 'B started', 'A stopped', 'B failed', 'After skipped', 'run failed']);
  });

  function gated(): Partial<PipelineDocument> {
    const gate: unknown = {
      Name: 'Good',
      Type: 'Condition',
      Arguments: {
        Conditions: [{ Type: 'GreaterThan', LeftValue: { Get: 'Parameters.Auc' }, RightValue: 0.8 }],
        IfSteps: [step('Keep', 'Training')],
        ElseSteps: [{ Name: 'Bad', Type: 'Fail', Arguments: { ErrorMessage: 'not good enough' } }],
      },
    };
    return {
      Parameters: [{ Name: 'Auc', Type: 'Float', DefaultValue: 0.9 }],
      Steps: [step('Prepare'), gate as StepDocument],
    };
  }

  test('tells how a condition was decided, and why the other branch did not run', async () => {
    const { events, words } = await execution(gated());
    expect(words).toContain('Good succeeded');
    expect(endOf(events, 'Good')).toMatchObject({ facts: { outcome: 'True' } });
    expect(endOf(events, 'Bad')).toMatchObject({ state: 'skipped', reason: 'Good is True' });
  });

  test('fails with the message of its Fail step', async () => {
    const { result, events } = await execution(gated(), { Good: { outcome: 'False' } });
    expect(result.state).toBe('failed');
    expect(endOf(events, 'Bad')).toMatchObject({ state: 'failed', reason: 'not good enough' });
    expect(endOf(events, 'Keep')).toMatchObject({ state: 'skipped', reason: 'Good is False' });
  });

  test('tells conditions side by side apart', async () => {
    const gate = (name: string, yes: string, no: string): StepDocument => {
      const args: unknown = {
        Conditions: [{ Type: 'Equals', LeftValue: 1, RightValue: 1 }],
        IfSteps: [step(yes)],
        ElseSteps: [step(no)],
      };
      return { Name: name, Type: 'Condition', Arguments: args as StepDocument['Arguments'] };
    };
    const { events } = await execution(
      { Steps: [gate('First', 'A', 'B'), gate('Second', 'C', 'D')] },
      { First: { outcome: 'False' } },
    );
    expect(endOf(events, 'First')).toMatchObject({ facts: { outcome: 'False' } });
    expect(endOf(events, 'Second')).toMatchObject({ facts: { outcome: 'True' } });
    expect(
      events.flatMap((event) => (event.type === 'step-ended' && event.state === 'skipped' ? [event.step] : [])),
    ).toEqual(['A', 'D']);
  });

  test('tells of a step of several calls as of one', async () => {
    const steps: unknown = [
      { Name: 'Serve', Type: 'Endpoint', Arguments: { EndpointName: 'e', EndpointConfigName: 'c' } },
      { Name: 'Count', Type: 'EMR', DependsOn: ['Serve'], Arguments: { ClusterConfig: {}, StepConfig: {} } },
    ];
    const { words } = await execution(
      { Steps: steps as readonly StepDocument[] },
      {
        'Serve: in service?': { outcome: ['False', 'True'] },
        'Serve: look': { result: { EndpointStatus: 'InService' } },
      },
    );
    expect(words).toEqual(['Serve started', 'Serve succeeded', 'Count started', 'Count succeeded', 'run succeeded']);
  });

  test('prints what its evaluation says', async () => {
    const s3 = new S3({ endpoint: moto.endpoint, region: 'us-east-1', credentials: CREDENTIALS, forcePathStyle: true });
    await s3.createBucket({ Bucket: 'bucket' });
    await s3.putObject({ Bucket: 'bucket', Key: 'Processing/metrics/report.json', Body: '{"auc":0.91}' });
    s3.destroy();
    const evaluate = {
      ...step('Evaluate'),
      Arguments: { ProcessingOutputConfig: { Outputs: [{ OutputName: 'metrics', S3Output: {} }] } },
      PropertyFiles: [
        { PropertyFileName: 'Report', OutputName: 'metrics', FilePath: 'report.json' },
        { PropertyFileName: 'Absent', OutputName: 'metrics', FilePath: 'absent.json' },
      ],
    } as StepDocument;
    const { events } = await execution({ Steps: [evaluate] });
    expect(endOf(events, 'Evaluate')).toMatchObject({ facts: { Report: { auc: 0.91 } } });
    expect(events.find((event) => event.type === 'progress' && event.step === 'Evaluate')).toMatchObject({
      message: expect.stringMatching(/^Absent could not be read: /),
    });
  });

  test('tells what its steps write while they run', async () => {
    const fake = await fakeForTest();
    fake.plans['Prepare'] = { log: ['one', 'two'], looks: 2 };
    const world = stillWorld();
    await runOnStepFunctions(request({ Steps: [step('Prepare')] }), options({ logs: true }), world);
    expect(world.events.flatMap((event) => (event.type === 'log' ? [event.line] : []))).toEqual(['one', 'two']);
  });

  test('goes on when nobody waits any longer, and ends when that is wished', async () => {
    const fake = await fakeForTest();
    fake.plans['Prepare'] = { looks: 50 };
    const leaving = stillWorld();
    leaving.whenSleeping = (times) => void (times === 2 && leaving.interrupt());
    const left = await runOnStepFunctions(request(two), options(), leaving);
    expect(left).toMatchObject({ state: 'running', failure: { failure: 'interrupted' } });
    expect(fake.executions.get(left.run)?.status).toBe('RUNNING');

    const stopping = stillWorld();
    stopping.whenSleeping = (times) => void (times === 2 && stopping.interrupt());
    const stopped = await runOnStepFunctions(request(two), options({ stopOnInterrupt: true }), stopping);
    expect(stopped.state).toBe('stopped');
    expect(wordsOf(stopping.events)).toEqual([
      'Prepare started',
      'run stopping',
      'Prepare stopped',
      'Train skipped',
      'run stopped',
    ]);
    expect(fake.executions.get(stopped.run)?.status).toBe('ABORTED');
  });

  test('goes on by itself when credentials end', async () => {
    const fake = await fakeForTest();
    fake.plans['Prepare'] = { looks: 50 };
    const world = stillWorld();
    world.whenSleeping = (times) => void (times === 2 && fake.expire());
    expect(await runOnStepFunctions(request(two), options(), world)).toMatchObject({
      state: 'running',
      failure: { failure: 'aws', fix: expect.stringContaining('; then sagemaker-pipelines executions watch') },
    });
  });

  test('is not started where a step has no counterpart, or where no role is known', async () => {
    const fake = await fakeForTest();
    const automl = { Steps: [step('Search', 'AutoML')] };
    await expect(runOnStepFunctions(request(automl), options(), stillWorld())).rejects.toMatchObject({
      failure: 'invalid',
      code: 'no-counterpart',
      diagnostics: [{ code: 'no-counterpart', path: 'Steps[0]' }],
    });
    const { roleArn: _, ...without } = options();
    await expect(runOnStepFunctions(request(two), without, stillWorld())).rejects.toMatchObject({
      failure: 'usage',
      code: 'missing-role',
    });
    expect(fake.executions.size).toBe(0);
  });

  test('a plan makes no call that writes', async () => {
    const fake = await fakeForTest();
    const { deployment } = await planOnStepFunctions(request(two), options());
    expect(deployment).toMatchObject({ action: 'create', differs: [], roles: { jobs: ROLE, machine: ROLE } });
    expect(fake.operations()).toEqual(['DescribeStateMachine']);
  });

  test('is a stack for an environment: machine and roles together, and nothing is done twice', async () => {
    const fake = await fakeForTest();
    const { roleArn: _, ...without } = options({ wait: false });
    const own = { ...without, stackName: without.machineName };
    const definition = {
      Parameters: [
        { Name: 'ExecutionRoleArn', Type: 'String' as const },
        { Name: 'Data', Type: 'String' as const },
      ],
      Steps: [{ ...step('Prepare'), Arguments: { RoleArn: { Get: 'Parameters.ExecutionRoleArn' } } }],
    };
    const deploy = async (more: Partial<StepFunctionsOptions> = {}) => {
      const world = stillWorld();
      await runOnStepFunctions(request(definition, { Data: 's3://orders/2026' }), { ...own, ...more }, world);
      return world.events.flatMap((event) => (event.type === 'progress' ? [event.message] : []));
    };
    const name = own.machineName;
    expect(await deploy()).toEqual([`creating the stack ${name}`, `created the stack ${name}`]);
    expect(await deploy()).toEqual([`the stack ${name} is up to date`]);
    expect(await deploy({ overrides: { data: 's3://orders/', Other: 'x' } })).toEqual([
      `updating the stack ${name}`,
      `updated Data of the stack ${name}`,
    ]);
    // What is not said another time stays.
    expect(await deploy()).toEqual([`the stack ${name} is up to date`]);

    const client = new SFN({ endpoint: moto.endpoint, region: 'us-east-1', credentials: CREDENTIALS });
    const machines = (await client.listStateMachines({})).stateMachines!.filter((machine) => machine.name === name);
    const { definition: text, roleArn } = await client.describeStateMachine({
      stateMachineArn: machines[0]!.stateMachineArn!,
    });
    client.destroy();
    expect(machines).toHaveLength(1);
    expect(roleArn).toContain('WorkflowRole');
    expect(text).toMatch(/"RoleArn":"arn:aws:iam::123456789012:role\/[^"]*ExecutionRole/);
    expect(fake.executions.size).toBe(4);
  });
});

const CREDENTIALS = { accessKeyId: 'testing', secretAccessKey: 'testing' };
