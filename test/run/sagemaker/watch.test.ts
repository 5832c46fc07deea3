import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';

import { runOnSageMaker } from '../../../src/run/sagemaker/run.ts';
import { type Fault, type FaultProxy, startFaultProxy } from '../../fakes/fault-proxy.ts';
import type { FakeSageMaker } from '../../fakes/sagemaker.ts';
import { retryAtOnce } from '../../support/retry-at-once.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { OPTIONS, assembly, fakeForTest, step, stillWorld, talkTo, wordsOf } from './still-world.ts';

retryAtOnce();

const REQUEST = {
  assembly: assembly({ Steps: [step('Prepare'), step('Train', 'Training', ['Prepare'])] }),
  parameters: {},
};

async function fakeBehindFaults(): Promise<{ fake: FakeSageMaker; proxy: FaultProxy }> {
  const fake = await fakeForTest();
  const proxy = await startFaultProxy(fake.endpoint);
  onTestFinished(() => proxy.stop());
  talkTo(fake.env, proxy.endpoint);
  return { fake, proxy };
}

function on(operation: string, fault: Fault, times = 1, skip = 0) {
  return {
    when: ({ headers }: { headers: Readonly<Record<string, unknown>> }) =>
      headers['x-amz-target'] === `SageMaker.${operation}`,
    fault,
    times,
    skip,
  };
}

function refusal(type: string, message: string, status = 400): Fault {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': type };
  return { kind: 'answer', status, headers, body: JSON.stringify({ __type: type, message }) };
}

const THROTTLED = refusal('ThrottlingException', 'Rate exceeded');
const BROKEN = refusal('InternalFailure', 'Internal error', 500);

describe('nothing is started twice and nothing is reported wrong', () => {
  test.each<[string, Fault]>([
    ['the answer to the start is lost', { kind: 'lose' }],
    ['the start is refused with 500', BROKEN],
    ['the start is throttled', THROTTLED],
    ['the request is cut', { kind: 'cut', afterBytes: 10 }],
    ['the network repeats the request', { kind: 'repeat' }],
  ])('when %s', async (_, fault) => {
    const { fake, proxy } = await fakeBehindFaults();
    proxy.add(on('StartPipelineExecution', fault));
    const { run, state } = await runOnSageMaker(REQUEST, OPTIONS, stillWorld());
    expect([...fake.executions.keys()]).toEqual([run]);
    expect(state).toBe('succeeded');
  });

  test.each<[string, Fault]>([
    ['the answer to the creation is lost', { kind: 'lose' }],
    ['the network repeats the creation', { kind: 'repeat' }],
  ])('when %s', async (_, fault) => {
    const { fake, proxy } = await fakeBehindFaults();
    proxy.add(on('CreatePipeline', fault));
    const { state } = await runOnSageMaker(REQUEST, OPTIONS, stillWorld());
    expect(state).toBe('succeeded');
    expect(fake.executions.size).toBe(1);
  });

  test('a start that AWS never answers is an error, and starts one execution at most', async () => {
    const { fake, proxy } = await fakeBehindFaults();
    proxy.add(on('StartPipelineExecution', { kind: 'lose' }, 99));
    const run = runOnSageMaker(REQUEST, OPTIONS, stillWorld());
    await expect(run).rejects.toMatchObject({
      failure: 'aws',
      code: 'aws-unreachable',
      fix: expect.stringContaining('sagemaker-pipelines executions list nightly'),
    });
    expect(fake.executions.size).toBe(1);
  });

  test('throttling and broken answers slow the watch and never end it', async () => {
    const { proxy } = await fakeBehindFaults();
    // The SDK itself asks three times.
    proxy.add(on('DescribePipelineExecution', THROTTLED, 9));
    proxy.add(on('ListPipelineExecutionSteps', BROKEN, 6, 1));
    const world = stillWorld();
    const { state } = await runOnSageMaker(REQUEST, OPTIONS, world);
    expect(state).toBe('succeeded');
    expect(world.sleeps.slice(0, 3)).toEqual([2000, 4000, 8000]);
    expect(wordsOf(world.events)).toEqual([
      'Prepare started',
      'Prepare succeeded',
      'Train started',
      'Train succeeded',
      'run succeeded',
    ]);
    const told = world.events.filter((event) => event.type === 'progress' && event.message.includes('more slowly'));
    expect(told).toHaveLength(2);
  });

  test('a page that fails leaves nothing half told', async () => {
    const { proxy } = await fakeBehindFaults();
    proxy.add(on('ListPipelineExecutionSteps', BROKEN, 3, 3));
    const world = stillWorld();
    const steps = ['A', 'B', 'C', 'D', 'E'].map((name) => step(name));
    await runOnSageMaker({ assembly: assembly({ Steps: steps }), parameters: {} }, OPTIONS, world);
    const starts = wordsOf(world.events).filter((word) => word.endsWith('started'));
    expect(starts).toEqual(['A started', 'B started', 'C started', 'D started', 'E started']);
  });
});

describe('credentials that expire while a run is watched', () => {
  test('end the watch with the way on, and the run goes on', async () => {
    const fake = await fakeForTest();
    const world = stillWorld();
    world.whenSleeping = (count) => count === 2 && fake.expire();
    const { run, state, failure } = await runOnSageMaker(REQUEST, OPTIONS, world);
    expect(state).toBe('running');
    expect(failure).toMatchObject({ failure: 'aws', code: 'aws-credentials-expired' });
    expect(failure!.message).toBe('Cannot watch the run any longer: the credentials have expired; the run goes on');
    expect(failure!.detail).toBe(
      `${run}\n  ExpiredTokenException: The security token included in the request is expired`,
    );
    expect(failure!.fix).toContain(`sagemaker-pipelines executions watch ${run}`);
    expect(fake.executions.get(run)!.status).toBe('Executing');
  });

  test('are looked for again first: someone may have logged in', async () => {
    const { proxy } = await fakeBehindFaults();
    const expired = refusal('ExpiredTokenException', 'The security token included in the request is expired');
    proxy.add(on('DescribePipelineExecution', expired, 1, 1));
    const { state } = await runOnSageMaker(REQUEST, OPTIONS, stillWorld());
    expect(state).toBe('succeeded');
  });
});

describe('credentials in a file', () => {
  test('are read again when whoever runs this has logged in again', async () => {
    const { fake, proxy } = await fakeBehindFaults();
    const file = join(temporaryFolder(), 'credentials');
    const write = (key: string) =>
      writeFileSync(file, `[default]\naws_access_key_id=${key}\naws_secret_access_key=s\n`);
    write('OLDKEY');
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', file);
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    const isOld = ({ headers }: { headers: Readonly<Record<string, unknown>> }) =>
      String(headers['authorization']).includes('OLDKEY') &&
      headers['x-amz-target'] === 'SageMaker.DescribePipelineExecution';
    const expired = refusal('ExpiredTokenException', 'The security token included in the request is expired');
    proxy.add({ when: isOld, fault: expired, times: 100, skip: 1 });
    const world = stillWorld();
    world.whenSleeping = () => write('NEWKEY');
    const { state } = await runOnSageMaker(REQUEST, OPTIONS, world);
    expect(state).toBe('succeeded');
    expect([...fake.executions.values()].map(({ status }) => status)).toEqual(['Succeeded']);
  });
});

describe('one who waits no longer', () => {
  test('leaves the run as it is, and is told how to watch and to stop it', async () => {
    const fake = await fakeForTest();
    const world = stillWorld();
    world.whenSleeping = (count) => count === 2 && world.interrupt();
    const { run, state, failure } = await runOnSageMaker(REQUEST, OPTIONS, world);
    expect({ state, failure: failure?.failure }).toEqual({ state: 'running', failure: 'interrupted' });
    expect(failure!.message).toBe('Nobody waits any longer; the run goes on');
    expect(failure!.fix).toBe(`sagemaker-pipelines executions watch ${run}, or … stop ${run}`);
    expect(fake.operations()).not.toContain('StopPipelineExecution');
  });

  test('stops it where that was asked for, and waits until it has stopped', async () => {
    const fake = await fakeForTest();
    fake.plans['Prepare'] = { looks: 50 };
    const world = stillWorld();
    world.whenSleeping = (count) => count === 2 && world.interrupt();
    const { run, state } = await runOnSageMaker(REQUEST, { ...OPTIONS, stopOnInterrupt: true }, world);
    expect(state).toBe('stopped');
    expect(fake.executions.get(run)!.status).toBe('Stopped');
    expect(wordsOf(world.events)).toEqual([
      'Prepare started',
      'run stopping',
      'Prepare stopped',
      'Train skipped',
      'run stopped',
    ]);
  });

  test('stops it even when the first attempts at that are throttled', async () => {
    const { fake, proxy } = await fakeBehindFaults();
    fake.plans['Prepare'] = { looks: 500 };
    proxy.add(on('StopPipelineExecution', THROTTLED, 7));
    const world = stillWorld();
    world.whenSleeping = (count) => count === 2 && world.interrupt();
    const { state } = await runOnSageMaker(REQUEST, { ...OPTIONS, stopOnInterrupt: true }, world);
    expect(state).toBe('stopped');
  });

  test('has a limit of time, after which the run goes on or is stopped', async () => {
    const fake = await fakeForTest();
    fake.plans['Prepare'] = { looks: 500 };
    const first = await runOnSageMaker(REQUEST, { ...OPTIONS, timeout: 60 }, stillWorld());
    expect(first.state).toBe('running');
    expect(first.failure).toMatchObject({ failure: 'failed', code: 'timeout' });
    const second = await runOnSageMaker(REQUEST, { ...OPTIONS, timeout: 60, stopOnInterrupt: true }, stillWorld());
    expect(second.state).toBe('stopped');
  });

  test('starts nothing when that is before the start', async () => {
    const fake = await fakeForTest();
    const world = stillWorld();
    world.interrupt();
    await expect(runOnSageMaker(REQUEST, OPTIONS, world)).rejects.toMatchObject({
      failure: 'interrupted',
      message: 'Interrupted before anything was started',
    });
    expect(fake.operations()).not.toContain('CreatePipeline');
  });
});

test('a run that someone else stops is stopped, not waited for', async () => {
  const fake = await fakeForTest();
  fake.plans['Prepare'] = { looks: 50 };
  const world = stillWorld();
  world.whenSleeping = (count) => {
    if (count !== 2) return;
    const execution = [...fake.executions.values()][0]!;
    execution.status = 'Stopping';
    execution.steps[0]!.status = 'Stopping';
  };
  const { state } = await runOnSageMaker(REQUEST, OPTIONS, world);
  expect(state).toBe('stopped');
});

test('looks are rare while nothing changes, and as often as they are wanted when that is said', async () => {
  const fake = await fakeForTest();
  fake.plans['Prepare'] = { looks: 12 };
  const world = stillWorld();
  await runOnSageMaker(REQUEST, OPTIONS, world);
  expect(Math.max(...world.sleeps)).toBe(10_000);
  const often = stillWorld();
  await runOnSageMaker(REQUEST, { ...OPTIONS, poll: 3 }, often);
  expect(new Set(often.sleeps)).toEqual(new Set([3000]));
});

describe('what AWS refuses is said in its words, with the fix', () => {
  const PASS_ROLE =
    'User: arn:aws:iam::1:user/me is not authorized to perform: iam:PassRole on resource: arn:aws:iam::1:role/SageMaker';
  test.each<[string, string, Fault, Record<string, unknown>]>([
    [
      'CreatePipeline',
      'iam:PassRole',
      refusal('AccessDeniedException', PASS_ROLE),
      {
        message: 'Cannot create the pipeline nightly: access is denied',
        detail: expect.stringContaining(PASS_ROLE),
        fix: expect.stringContaining('grant iam:PassRole'),
      },
    ],
    [
      'StartPipelineExecution',
      'a quota',
      refusal('ResourceLimitExceeded', 'The account-level service limit is reached'),
      { code: 'aws-quota-exceeded', fix: expect.stringContaining('Service Quotas') },
    ],
    [
      'CreatePipeline',
      'a definition',
      refusal('ValidationException', "Unable to parse pipeline definition. Unknown Argument member 'X'"),
      {
        code: 'aws-refused',
        detail: expect.stringContaining("Unable to parse pipeline definition. Unknown Argument member 'X'"),
      },
    ],
    [
      'DescribePipeline',
      'unknown credentials',
      refusal('UnrecognizedClientException', 'The security token included in the request is invalid.', 403),
      { code: 'aws-credentials-unknown' },
    ],
  ])('%s, because of %s', async (operation, _, fault, expected) => {
    const { proxy } = await fakeBehindFaults();
    proxy.add(on(operation, fault, 9));
    await expect(runOnSageMaker(REQUEST, OPTIONS, stillWorld())).rejects.toMatchObject({ failure: 'aws', ...expected });
  });
});
