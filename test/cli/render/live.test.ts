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

const BUILDING = {
  type: 'progress',
  message: 'building the environment sklearn: pip installs numpy 1.24.1, pandas 1.1.3 and boto3',
} as const;

test('a long work before the run is drawn with what it is at and its time, and how long it took stays', () => {
  const { say, pass, screen } = live(50);
  say({ ...BUILDING, work: { name: 'sklearn', state: 'begun' } });
  say({ type: 'progress', message: 'this happens once: environments are kept in /cache' });
  pass(12);
  say({ type: 'progress', message: 'fetching numpy 1.24.1 (17.3 MB)', work: { name: 'sklearn', state: 'going' } });
  const begun = [
    'building the environment sklearn: pip installs',
    '  numpy 1.24.1, pandas 1.1.3 and boto3',
    'this happens once: environments are kept in',
    '  /cache',
  ];
  expect(screen().lines).toEqual([...begun, '● sklearn  12 s  fetching numpy 1.24.1 (17.3 MB)', '']);
  pass(48);
  expect(screen().lines.at(-2)).toBe('● sklearn  1 min 0 s  fetching numpy 1.24.1 (17.…');
  say({
    type: 'progress',
    message: 'built the environment sklearn',
    work: { name: 'sklearn', state: 'done', seconds: 60 },
  });
  expect(screen().lines).toEqual([...begun, '✓ built the environment sklearn after 1 min 0 s', '']);
});

test('a long work of a step is drawn in the line of the step, which then shows its job again', () => {
  const { say, screen } = live(70);
  const work = (state: 'begun' | 'going' | 'given-up', message: string) =>
    say({ type: 'progress', step: 'Train', message, work: { name: 'sklearn with requirements.txt', state } });
  say(STARTED, stepStarted('Train', 'job-1'));
  work('begun', 'building the environment sklearn with requirements.txt');
  expect(screen().lines.at(-3)).toBe('● Train  0.0 s  building sklearn with requirements.txt');
  work('going', 'fetching lightgbm 4.5.0 (3.6 MB)');
  expect(screen().lines.at(-3)).toBe('● Train  0.0 s  fetching lightgbm 4.5.0 (3.6 MB)');
  work('given-up', 'gave up on the environment sklearn with requirements.txt');
  expect(screen().lines.slice(-4)).toEqual([
    '✗ Train: gave up on the environment sklearn with requirements.txt',
    '● Train  0.0 s  job-1',
    '  0 of 2 steps, 0.0 s',
    '',
  ]);
});
