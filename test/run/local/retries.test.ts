import { describe, expect, test } from 'vitest';

import type { RetryPolicy } from '../../../src/definition/document.ts';
import { PipelineError } from '../../../src/definition/error.ts';
import { exceptionsOf, retriesOf } from '../../../src/run/local/retries.ts';
import { bench, documentOf, shellStep } from './run-document.ts';

const killed = new PipelineError('failed', 'job-killed', 'killed');
const step = (...RetryPolicies: RetryPolicy[]) => shellStep('A', { script: 'true' }, { RetryPolicies });
const policy = (more: Partial<RetryPolicy> = {}): RetryPolicy => ({
  ExceptionType: ['SageMaker.JOB_INTERNAL_ERROR'],
  ...more,
});

describe('the policies of a step', () => {
  test('wait longer each time, up to their last attempt', () => {
    const retries = retriesOf(step(policy({ IntervalSeconds: 2, BackoffRate: 3, MaxAttempts: 3 })), 0);
    expect([1, 2, 3, 4].map(() => retries.next(killed, 0)?.seconds)).toEqual([2, 6, 18, undefined]);
  });

  test('give five attempts when they say nothing', () => {
    const retries = retriesOf(step(policy()), 0);
    expect([1, 2, 3, 4, 5, 6].map(() => retries.next(killed, 0)?.seconds)).toEqual([1, 2, 4, 8, 16, undefined]);
  });

  test('end with their time', () => {
    const retries = retriesOf(step(policy({ ExpireAfterMin: 1, IntervalSeconds: 10, BackoffRate: 1 })), 0);
    expect(retries.next(killed, 49_000)).toMatchObject({ seconds: 10 });
    expect(retries.next(killed, 51_000)).toBeUndefined();
  });

  test('are those of a training job too, which asks for them in its request', () => {
    const asking = { ...step(), Type: 'Training', Arguments: { RetryStrategy: { MaximumRetryAttempts: 2 } } };
    const retries = retriesOf(asking, 0);
    expect([1, 2, 3].map(() => retries.next(killed, 0)?.seconds)).toEqual([1, 2, undefined]);
  });

  test('may name one kind of failure alone, without a list', () => {
    const retries = retriesOf(step(policy({ ExceptionType: 'SageMaker.JOB_INTERNAL_ERROR' })), 0);
    expect(retries.next(killed, 0)).toMatchObject({ seconds: 1 });
  });

  test('hold for their own kinds of failure, the first for each', () => {
    const retries = retriesOf(step(policy({ ExceptionType: ['Step.THROTTLING'] }), policy({ IntervalSeconds: 7 })), 0);
    expect(retries.next(killed, 0)).toEqual({ seconds: 7, exception: 'SageMaker.JOB_INTERNAL_ERROR' });
    expect(retries.next(new PipelineError('failed', 'AlgorithmError', 'x'), 0)).toBeUndefined();
  });
});

test('a failure of the disk or the network is what the service would call it', () => {
  const system = (code: string) => Object.assign(new Error(code), { code });
  const wrapped = new PipelineError('failed', 'cannot-read', 'x', { cause: system('ECONNRESET') });
  expect([system('ENOSPC'), system('ENOMEM'), wrapped, new Error('x')].map((error) => exceptionsOf(error))).toEqual([
    ['SageMaker.RESOURCE_LIMIT'],
    ['SageMaker.CAPACITY_ERROR'],
    ['Step.SERVICE_FAULT'],
    [],
  ]);
});

test('a job that was killed is tried again, in a folder of its own, and the log has both', async () => {
  const { run, get, put } = bench();
  await put('s3://b/in/x', 'x');
  const script = [
    'echo attempt',
    'if [ ! -e /opt/ml/../was-here ]; then touch /opt/ml/../was-here; kill -9 $$; fi',
    'echo done > /opt/ml/processing/out/o/x',
  ].join('\n');
  const shell = shellStep(
    'A',
    { script, outputs: { o: 's3://b/o' } },
    { RetryPolicies: [policy({ IntervalSeconds: 0, MaxAttempts: 2 })] },
  );
  const ran = await run(documentOf([shell]));
  expect(ran.states).toEqual({ A: 'succeeded' });
  const starts = ran.events.flatMap((event) => (event.type === 'step-started' ? [event] : []));
  expect(starts.map(({ attempt }) => attempt)).toEqual([1, 2]);
  expect(starts[0]!.job).not.toBe(starts[1]!.job);
  expect(await get('s3://b/o/x')).toBe('done\n');
});

test('a program that fails by itself is not tried again', async () => {
  const shell = shellStep('A', { script: 'exit 1' }, { RetryPolicies: [policy({ IntervalSeconds: 0 })] });
  const ran = await bench().run(documentOf([shell]));
  expect(ran.events.filter(({ type }) => type === 'step-started')).toHaveLength(1);
});

test('a run that is stopped while it waits for another try ends at once', async () => {
  const stop = new AbortController();
  const shell = shellStep('A', { script: 'kill -9 $$' }, { RetryPolicies: [policy({ IntervalSeconds: 3600 })] });
  const ran = await bench().run(documentOf([shell]), {
    interrupted: stop.signal,
    listen: (event) =>
      void (event.type === 'progress' && event.message.endsWith('tried again in 3600 s') && stop.abort()),
  });
  expect([ran.state, ran.states]).toEqual(['stopped', { A: 'stopped' }]);
});
