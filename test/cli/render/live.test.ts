import { expect, onTestFinished, test, vi } from 'vitest';

import { liveRenderer } from '../../../src/cli/render/live.ts';
import type { RunHappening } from '../../../src/definition/events.ts';
import { STARTED, happens, recordedOutput, screenOf, stepEnded, stepStarted, styleOf } from './recorded.ts';

function live(columns = 60, detail = { logs: false, verbose: false }) {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 1, 10) });
  onTestFinished(() => void vi.useRealTimers());
  const output = recordedOutput(columns);
  const renderer = liveRenderer(output, styleOf(output), detail, () => new Date());
  onTestFinished(() => renderer.close());
  let seconds = 0;
  return {
    output,
    renderer,
    say: (...happenings: RunHappening[]) => happenings.forEach((one) => renderer.say(happens(one, seconds))),
    pass: (time: number) => {
      seconds += time;
      vi.advanceTimersByTime(time * 1000);
    },
    screen: () => screenOf(output.written.join(''), output.columns!),
  };
}

test('steps that run are drawn below, with the time that they take', () => {
  const { say, pass, screen } = live();
  say(STARTED, stepStarted('Prepare', 'job-1'), stepStarted('Train'));
  pass(61);
  expect(screen()).toEqual({
    lines: [
      'nightly on sagemaker: arn:run',
      '● Prepare  1 min 1 s  job-1',
      '● Train    1 min 1 s',
      '  0 of 2 steps, 1 min 1 s',
      '',
    ],
    isCursorShown: false,
  });
});

test('what has ended stays, and at the end nothing else is left and the cursor is there', () => {
  const { say, renderer, screen } = live();
  say(STARTED, stepStarted('Prepare'), stepEnded('Prepare', 'succeeded'), stepStarted('Train'));
  say(stepEnded('Train', 'failed', 'AlgorithmError: no rows'));
  say({ type: 'run-ended', state: 'failed', seconds: 130, outputs: [] });
  renderer.close();
  expect(screen()).toEqual({
    lines: [
      'nightly on sagemaker: arn:run',
      '✓ Prepare: succeeded after 1 min 5 s',
      '✗ Train: failed after 1 min 5 s: AlgorithmError: no rows',
      'failed after 2 min 10 s',
      '',
    ],
    isCursorShown: true,
  });
});

test('each change is one write, so that nothing flickers', () => {
  const { say, output } = live();
  const before = output.written.length;
  say(STARTED);
  say(stepStarted('Prepare'));
  expect(output.written.length - before).toBe(2);
});

test('no drawn line is wider than the screen, also when letters are', () => {
  const { say, screen } = live(30);
  say(STARTED, stepStarted('Read'), { type: 'progress', step: 'Read', message: '読み込み中'.repeat(10) });
  // 28 columns and the sign of what is left out: two letters more would fill a line.
  expect(screen().lines[1]).toBe('● Read  0.0 s  読み込み中読…');
  expect(screen().lines).toHaveLength(4);
});

test('a window that was made narrower is cleared all the same', () => {
  const { say, renderer, output, screen } = live(60);
  say(stepStarted('Prepare', 'a-job-with-a-rather-long-name-in-it'));
  // A terminal breaks the lines that it shows anew: 48 columns become three rows.
  output.written.splice(0, output.written.length, output.written.join(''));
  output.columns = 20;
  renderer.close();
  expect(screen().lines.join('')).toBe('');
});

test('of many steps that run, some are drawn and the others counted', () => {
  const { say, screen } = live();
  for (let index = 0; index < 20; index++) say(stepStarted(`Step${index}`));
  expect(screen().lines.filter((line) => line.startsWith('●'))).toHaveLength(12);
  expect(screen().lines).toContain('  and 8 more');
});

test('log lines stay above when they are wanted, and cannot move the cursor', () => {
  const { say, screen } = live(60, { logs: true, verbose: false });
  say(stepStarted('Train'));
  say({ type: 'log', step: 'Train', stream: 'stdout', line: '10%\r50%\r\u001B[2J100%\u0007' });
  say({ type: 'log', step: 'Train', stream: 'stderr', line: 'careful' });
  expect(screen().lines.slice(0, 3)).toEqual(['Train │ 100%', 'Train ┃ careful', '● Train  0.0 s']);
});

test('that the process ends gives the cursor back', () => {
  const { screen } = live();
  expect(screen().isCursorShown).toBe(false);
  const listeners = process.listeners('exit');
  (listeners.at(-1) as (code: number) => void)(130);
  expect(screen().isCursorShown).toBe(true);
});
