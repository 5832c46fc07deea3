import { describe, expect, test } from 'vitest';

import { formatDuration } from '../../../src/cli/render/duration.ts';
import { failureOf, summaryText } from '../../../src/cli/render/summary.ts';
import { STARTED, happens, stepEnded, stepStarted } from './recorded.ts';

test.each([
  [0, '0.0 s'],
  [9.94, '9.9 s'],
  [9.96, '10 s'],
  [59.6, '1 min 0 s'],
  [185, '3 min 5 s'],
  [7800, '2 h 10 min'],
])('%d seconds are said as %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

describe('the summary', () => {
  test('has a line a step, where the results are, and the run last', () => {
    const events = [
      happens(STARTED),
      happens(stepStarted('Prepare')),
      happens({
        ...stepEnded('Prepare', 'succeeded'),
        outputs: [{ title: 'train', target: 's3://bucket/train' }],
      } as never),
      happens(stepEnded('Train', 'skipped', 'Good is False')),
      happens({ type: 'run-ended', state: 'succeeded', seconds: 66, outputs: [] }),
    ];
    expect(summaryText('arn:run', events)).toBe(`nightly succeeded in 1 min 6 s

  Prepare  succeeded  1 min 5 s
  Train    skipped                 Good is False

  Prepare train  s3://bucket/train

arn:run
`);
  });

  test('of a run that nobody waited for is its name', () => {
    expect(summaryText('arn:run', [happens(STARTED)])).toBe('arn:run\n');
  });

  test('has a step that ran again once', () => {
    const ended = happens({ type: 'run-ended', state: 'succeeded', seconds: 1, outputs: [] });
    const twice = [stepEnded('A', 'failed'), stepStarted('A'), stepEnded('A', 'succeeded')].map((one) => happens(one));
    expect(summaryText('arn:run', [...twice, ended])).toContain('  A  succeeded  1 min 5 s\n\narn:run');
  });
});

describe('a failure', () => {
  test('is that of the step that failed first, with the end of its log, its pages, and the way on', () => {
    const first = {
      ...stepEnded('A', 'failed', 'no rows'),
      tail: ['one', 'two'],
      links: [{ title: 'log', target: 'https://log' }],
    } as never;
    const events = [happens(first), happens(stepEnded('B', 'failed', 'no A'))];
    expect(failureOf('arn:run', 'failed', events, (step, run) => `again ${step} of ${run}`)).toMatchObject({
      failure: 'failed',
      code: 'step-failed',
      message: 'A failed: no rows',
      detail: '│ one\n  │ two\n  log: https://log\n  B failed too',
      fix: 'again A of arn:run',
    });
  });

  test('tells a trace once, whether or not it is in the log too', () => {
    const reason = 'the server did not start: it ended\n  Traceback\n  ValueError: no';
    const told = (tail: readonly string[]) =>
      failureOf('1', 'failed', [happens({ ...stepEnded('A', 'failed', reason), tail } as never)])!;
    expect(told(['Traceback', 'ValueError: no']).detail).toBe('│ Traceback\n  │ ValueError: no');
    expect(told([]).detail).toBe('  Traceback\n    ValueError: no');
    expect(told([]).message).toBe('A failed: the server did not start: it ended');
  });

  test('without a step is what the service says', () => {
    const ended = happens({ type: 'run-ended', state: 'failed', seconds: 1, outputs: [], reason: 'no quota' });
    expect(failureOf('arn:run', 'failed', [ended])).toMatchObject({
      message: 'The run failed: arn:run',
      detail: 'no quota',
    });
  });

  test('is not what has succeeded; a run that was stopped is interrupted', () => {
    expect(failureOf('arn:run', 'succeeded', [])).toBeUndefined();
    expect(failureOf('arn:run', 'stopped', [])).toMatchObject({ failure: 'interrupted', fix: undefined });
    const stopped = [happens(stepEnded('A', 'stopped'))];
    expect(failureOf('1', 'stopped', stopped, (step, run) => `go on with ${step} of ${run}`)!.fix).toBe(
      'go on with A of 1',
    );
  });
});
