import { describe, expect, test } from 'vitest';
import type { Json, StepDocument } from '../../../src/definition/document.ts';
import { type Conductor, type Ending, schedule } from '../../../src/run/local/schedule.ts';
import { documentOf } from './run-document.ts';

const step = (Name: string, DependsOn: readonly string[] = [], more: Partial<StepDocument> = {}): StepDocument => ({
  Name,
  Type: 'Processing',
  Arguments: {},
  DependsOn,
  ...more,
});

const condition = (name: string, whenTrue: StepDocument[], whenFalse: StepDocument[] = [], dependsOn: string[] = []) =>
  step(name, dependsOn, {
    Type: 'Condition',
    Arguments: { Conditions: [], IfSteps: whenTrue as unknown as Json, ElseSteps: whenFalse as unknown as Json },
  });

interface Scheduled {
  readonly started: readonly string[];
  readonly most: number;
  readonly skipped: Readonly<Record<string, string>>;
  /** What was started or skipped, one after the other. */
  readonly told: readonly string[];
}

async function scheduled(
  steps: readonly StepDocument[],
  {
    maxParallel = 4,
    endings = {},
    abort,
  }: { maxParallel?: number; endings?: Record<string, Ending>; abort?: string } = {},
): Promise<Scheduled> {
  const started: string[] = [];
  const skipped: Record<string, string> = {};
  const told: string[] = [];
  const controller = new AbortController();
  let [running, most] = [0, 0];
  const conductor: Conductor = {
    maxParallel,
    signal: controller.signal,
    skip: ({ Name }, state, reason) => {
      told.push(Name);
      skipped[Name] = `${state}: ${reason}`;
    },
    start: async ({ Name, Type }) => {
      started.push(Name);
      told.push(Name);
      most = Math.max(most, ++running);
      if (Name === abort) controller.abort();
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      return endings[Name] ?? { state: 'succeeded', ...(Type === 'Condition' ? { taken: 'IfSteps' } : {}) };
    },
  };
  await schedule(documentOf(steps), conductor);
  return { started, most, skipped, told };
}

describe('the scheduler', () => {
  test('runs side by side what waits for nothing, up to the limit', async () => {
    const steps = ['a', 'b', 'c', 'd', 'e'].map((name) => step(name));
    expect(await scheduled(steps, { maxParallel: 3 })).toMatchObject({ started: ['a', 'b', 'c', 'd', 'e'], most: 3 });
    expect(await scheduled(steps, { maxParallel: 1 })).toMatchObject({ most: 1 });
  });

  test('starts a step once all that it waits for is over', async () => {
    const { started } = await scheduled([step('last', ['b', 'a']), step('a'), step('b', ['a'])]);
    expect(started).toEqual(['a', 'b', 'last']);
  });

  test('runs the branch that is taken, and skips the other with all that reads from it', async () => {
    const inner = condition('Inner', [step('deep')]);
    const steps = [
      condition('If', [step('yes')], [step('no'), inner]),
      step('after-no', ['no']),
      step('after-yes', ['yes']),
    ];
    const { told: _, ...rest } = await scheduled(steps);
    expect(rest).toEqual({
      started: ['If', 'yes', 'after-yes'],
      most: 1,
      skipped: {
        no: 'skipped: If took the other branch',
        Inner: 'skipped: If took the other branch',
        'after-no': 'skipped: no was skipped',
        deep: 'skipped: Inner was skipped',
      },
    });
  });

  test.each([1, 4])('skips a step before another is started, with room for %i at a time', async (maxParallel) => {
    const steps = [condition('If', [step('yes'), step('also')], [step('no')])];
    expect((await scheduled(steps, { maxParallel })).told).toEqual(['If', 'no', 'yes', 'also']);
  });

  test('lets what depends on a Condition wait for its branches, and run whichever was taken', async () => {
    const { started, skipped } = await scheduled([condition('If', [step('yes')], [step('no')]), step('join', ['If'])]);
    expect({ started, skipped }).toEqual({
      started: ['If', 'yes', 'join'],
      skipped: { no: 'skipped: If took the other branch' },
    });
  });

  test('does not let them wait for each other when a branch needs what depends on its Condition', async () => {
    const { started } = await scheduled([condition('If', [step('yes', ['between'])]), step('between', ['If'])]);
    expect(started).toEqual(['If', 'between', 'yes']);
  });

  test('starts nothing more after a failure, and waits for what runs', async () => {
    const steps = [step('bad'), step('beside'), step('after', ['beside']), step('behind', ['bad'])];
    const { told: _, ...rest } = await scheduled(steps, { endings: { bad: { state: 'failed' } } });
    expect(rest).toEqual({
      started: ['bad', 'beside'],
      most: 2,
      skipped: { after: 'skipped: not started, as bad failed', behind: 'skipped: not started, as bad failed' },
    });
  });

  test('starts nothing more once it is stopped', async () => {
    const { started, skipped } = await scheduled([step('a'), step('b', ['a'])], { abort: 'a' });
    expect({ started, skipped }).toEqual({
      started: ['a'],
      skipped: { b: 'stopped: not started: the run was stopped' },
    });
  });

  test('refuses steps that wait for each other', async () => {
    await expect(scheduled([step('a', ['b']), step('b', ['a'])])).rejects.toMatchObject({
      code: 'cycle',
      message: 'Steps wait for each other: a → b → a',
    });
  });

  test('comes through a chain of ten thousand steps', async () => {
    const steps = Array.from({ length: 10_000 }, (_, index) => step(`s${index}`, index === 0 ? [] : [`s${index - 1}`]));
    expect((await scheduled(steps)).started.length).toBe(10_000);
  });
});
