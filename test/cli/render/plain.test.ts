import { expect, onTestFinished, test, vi } from 'vitest';

import { errorsRenderer, plainRenderer } from '../../../src/cli/render/plain.ts';
import type { LongWork, RunEvent } from '../../../src/definition/events.ts';
import { STARTED, happens, recordedOutput, stepEnded, stepStarted, styleOf } from './recorded.ts';

const EVENTS: readonly RunEvent[] = [
  happens({ type: 'progress', message: 'created the pipeline nightly' }),
  happens(STARTED, 1),
  happens(stepStarted('Prepare', 'job-1'), 2),
  happens({ type: 'progress', step: 'Prepare', message: 'processing job job-1' }, 2),
  happens({ type: 'log', step: 'Prepare', stream: 'stdout', line: 'reading' }, 3),
  happens(stepEnded('Prepare', 'failed', 'AlgorithmError:\nno rows'), 67),
  happens(stepEnded('Train', 'skipped', 'the run failed before it'), 67),
  happens({ type: 'run-stopping', reason: 'interrupted' }, 67),
  happens({ type: 'run-ended', state: 'failed', seconds: 66, outputs: [] }, 68),
];

function plain(detail: { logs: boolean; verbose: boolean }, env?: Record<string, string>): string {
  const output = recordedOutput();
  const renderer = plainRenderer(output, styleOf(output, env), detail, () => new Date());
  for (const event of EVENTS) renderer.say(event);
  return output.written.join('');
}

test('a line a change, with its time', () => {
  expect(plain({ logs: false, verbose: false })).toBe(`10:00:00 created the pipeline nightly
10:00:01 nightly on sagemaker: arn:run
10:00:02 Prepare: started
10:01:07 Prepare: failed after 1 min 5 s: AlgorithmError: no rows
10:01:07 Train: skipped: the run failed before it
10:01:07 stopping: interrupted
10:01:08 failed after 1 min 6 s
`);
});

test('more when more is wanted: parameters, jobs, facts and logs', () => {
  const text = plain({ logs: true, verbose: true });
  expect(text).toContain('10:00:01   Rows=5\n10:00:02 Prepare: started: job-1\n');
  expect(text).toContain('10:00:03 Prepare │ reading\n');
  expect(text).toContain('10:01:07   rows: 5\n');
});

test('names of steps have colours of their own where colours are wanted', () => {
  // eslint-disable-next-line no-control-regex
  expect(plain({ logs: true, verbose: false }, {})).toMatch(/\u001B\[38;5;\d+mPrepare\u001B\[0m │ reading/);
});

test('failures alone, for those who want nothing else', () => {
  const output = recordedOutput();
  const renderer = errorsRenderer(output, styleOf(output));
  for (const event of EVENTS) renderer.say(event);
  expect(output.written.join('')).toBe('Prepare: failed after 1 min 5 s: AlgorithmError: no rows\n');
});

test('of a long work its beginning, what it is at each fifteen seconds, whatever is new, and how long it took', () => {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 1, 10) });
  onTestFinished(() => void vi.useRealTimers());
  const output = recordedOutput();
  const renderer = plainRenderer(output, styleOf(output), { logs: false, verbose: true }, () => new Date());
  onTestFinished(() => renderer.close());
  const say = (message: string, work: LongWork, step?: string): void =>
    renderer.say({
      version: 1,
      time: new Date().toISOString(),
      type: 'progress',
      message,
      work,
      ...(step === undefined ? {} : { step }),
    });
  say('building sklearn', { name: 'sklearn', state: 'begun' });
  for (let second = 1; second < 20; second++) {
    vi.advanceTimersByTime(1000);
    say(`fetching package ${second}`, { name: 'sklearn', state: 'going' });
  }
  vi.advanceTimersByTime(41_000);
  say('built sklearn', { name: 'sklearn', state: 'done', seconds: 60 });
  say('building more', { name: 'more', state: 'begun' }, 'Train');
  vi.advanceTimersByTime(15_000);
  say('gave up on more', { name: 'more', state: 'given-up', seconds: 15, reason: 'ERROR: no more' }, 'Train');
  vi.advanceTimersByTime(60_000);
  expect(output.written.join('')).toBe(`10:00:00 building sklearn
10:00:15 sklearn: fetching package 14, 15 s
10:00:30 sklearn: fetching package 19, 30 s
10:00:45 sklearn: fetching package 19, 45 s
10:01:00 sklearn: fetching package 19, 1 min 0 s
10:01:00 built sklearn after 1 min 0 s
10:01:00 Train: building more
10:01:15 Train: more: begun, 15 s
10:01:15 Train: gave up on more after 15 s: ERROR: no more
`);
});
