import { expect, test } from 'vitest';

import { tellStory } from '../../src/report/story.ts';
import { LINES, LINES_EVENTS, ended, manySteps, ran, said, started, stepOf } from './told-run.ts';

test('the critical path is what the end of the run waited for', () => {
  expect(tellStory(LINES, LINES_EVENTS).criticalPath).toEqual(['Prepare', 'Fit', 'Decide', 'Make', 'Predict']);
});

test('of two steps that a third waits for, the later is on the critical path', () => {
  const document = {
    Version: '2020-12-01',
    Steps: [stepOf('A', 'Lambda', {}), stepOf('B', 'Lambda', {}), stepOf('C', 'Lambda', {}, { DependsOn: ['A', 'B'] })],
  };
  const events = [started(), ...ran('A', [0, 9]), ...ran('B', [0, 3]), ...ran('C', [9, 10]), ended(10)];
  expect(tellStory(document, events).criticalPath).toEqual(['A', 'C']);
});

test('without a run the steps have no state, and none is critical', () => {
  const { run, steps, criticalPath } = tellStory(LINES);
  expect(run).toBeUndefined();
  expect(steps.map(({ name, state }) => [name, state])).toEqual([
    ['Prepare', undefined],
    ['Fit', undefined],
    ['Decide', undefined],
    ['Make', undefined],
    ['Stop', undefined],
    ['Predict', undefined],
  ]);
  expect(criticalPath).toEqual([]);
});

test('a branch is entered where it begins, by the side of the condition', () => {
  const { edges } = tellStory(LINES);
  expect(edges.filter(({ from }) => from === 'Decide')).toEqual([
    { from: 'Decide', to: 'Make', kind: 'branch', label: 'yes' },
    { from: 'Decide', to: 'Stop', kind: 'branch', label: 'no' },
  ]);
});

test('a run that was cut short is unfinished, what ran still runs, and what was not begun waits', () => {
  const story = tellStory(LINES, LINES_EVENTS.slice(0, 5));
  expect(story.run?.state).toBe('unfinished');
  expect(story.steps.slice(0, 3).map(({ state }) => state)).toEqual(['succeeded', 'running', 'waiting']);
});

test('each attempt of a step has a bar of its own', () => {
  const again = said(5, { type: 'step-started', step: 'Prepare', attempt: 2, links: [] });
  const [begin, end] = ran('Prepare', [1, 9]);
  const prepare = tellStory(LINES, [started(), begin!, again, end!, ended(9)]).steps[0]!;
  expect(prepare.spans.map((span) => (span.end - span.begin) / 1000)).toEqual([8, 4]);
});

test('what happened to a step that the document does not have is passed over', () => {
  const events = [started(), ...ran('__proto__', [1, 2]), ended(3)];
  expect(tellStory(LINES, events).steps).toHaveLength(6);
});

test('hundreds of steps are told in the order in which they can start', () => {
  const { document, events } = manySteps(500);
  const { steps } = tellStory(document, events);
  expect([steps[0]!.name, steps.at(-1)!.name, steps.length]).toEqual(['First', 'Last', 500]);
});

test('of a long work the page says that it began and ended, and not all that it was at', () => {
  const work = { name: 'sklearn' };
  const told = [
    said(0, { type: 'progress', message: 'building sklearn', work: { ...work, state: 'begun' } }),
    said(1, { type: 'progress', message: 'fetching numpy', work: { ...work, state: 'going' } }),
    said(2, { type: 'progress', message: 'built sklearn', work: { ...work, state: 'done', seconds: 2 } }),
  ];
  const story = tellStory(LINES, [...LINES_EVENTS.slice(0, 1), ...told]);
  expect(story.run?.progress).toEqual(['building sklearn', 'built sklearn']);
});
