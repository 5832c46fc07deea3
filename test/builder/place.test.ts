import { describe, expect, test } from 'vitest';
import {
  type ConditionStep,
  type CustomStep,
  type Step,
  type StepDocument,
  check,
  definePipeline,
  emit,
  step,
  when,
} from 'sagemaker-pipelines';

const reading = (name: string, ...read: CustomStep[]): CustomStep =>
  step.custom(name, 'Training', { read: read.map((source) => source.property('X')) });
const choice = (name: string, on: CustomStep, IfSteps: Step[], ElseSteps: Step[] = []): ConditionStep =>
  step.condition(name, { Conditions: [when(on.property<number>('X'), '>', 1)], IfSteps, ElseSteps });

/** The blocks of a pipeline as text: `A C[B | D]`. */
function outline(steps: readonly Step[]): string {
  const show = (list: readonly StepDocument[]): string =>
    list
      .map(({ Name, Type, Arguments: { IfSteps, ElseSteps } }) =>
        Type === 'Condition' ? `${Name}[${show(IfSteps as never)} | ${show(ElseSteps as never)}]` : Name,
      )
      .join(' ');
  return show(emit(definePipeline({ name: 'p', steps }), { region: 'eu-west-1' }).definition.Steps);
}

const a = reading('a');

describe('a step that is only read', () => {
  test('comes along, before its first reader', () => {
    const b = reading('b', a);
    expect(outline([reading('x'), reading('c', b)])).toBe('x a b c');
  });

  test('comes along by dependsOn too', () => {
    expect(outline([step.custom('b', 'Training', {}, { dependsOn: [a] })])).toBe('a b');
  });

  test('goes into the branch that holds all its readers, with what it reads itself', () => {
    const b = reading('b', a);
    const inside = reading('inside', b);
    expect(outline([choice('C', reading('m'), [inside])])).toBe('m C[a b inside | ]');
  });

  test('goes around a condition whose two branches read it', () => {
    expect(outline([choice('C', reading('m'), [reading('i', a)], [reading('e', a)])])).toBe('m a C[i | e]');
  });

  test('goes around a condition that reads it itself', () => {
    expect(outline([choice('C', a, [reading('i', a)])])).toBe('a C[i | ]');
  });

  test('goes into the innermost of nested branches, or to the nearest block around all its readers', () => {
    const inner = choice('Inner', reading('m'), [reading('i', a)], [reading('j', a)]);
    const outer = choice('Outer', reading('n'), [inner], [reading('k')]);
    expect(outline([outer])).toBe('n Outer[m a Inner[i | j] | k]');
    const wide = choice('Outer', reading('n'), [choice('Inner', reading('m'), [reading('i', a)])], [reading('k', a)]);
    expect(outline([wide])).toBe('n a Outer[m Inner[i | ] | k]');
  });

  test('may be a condition, with all its branches', () => {
    const gate = choice('Gate', reading('m'), [reading('i', a)]);
    const after = step.custom('after', 'Training', { outcome: gate.properties.Outcome });
    expect(outline([after])).toBe('m Gate[a i | ] after');
  });
});

describe('a step that is listed', () => {
  test('stays where it is listed, also before what it reads', () => {
    expect(outline([reading('b', a), a])).toBe('b a');
  });

  test('at the top is taken out of the branch that reads it', () => {
    expect(outline([a, choice('C', reading('m'), [reading('i', a)])])).toBe('a m C[i | ]');
  });

  test('in a branch stays there when others read it from outside', () => {
    const inside = reading('inside');
    expect(outline([choice('C', reading('m'), [inside]), reading('out', inside)])).toBe('m C[inside | ] out');
  });
});

test('steps whose arguments were changed into a cycle are placed all the same, and the cycle is named', () => {
  const args: Record<string, unknown> = {};
  const first = step.custom('first', 'Training', args);
  const second = reading('second', first);
  args['late'] = second.property('X');
  const inside = reading('inside', second, a);
  const pipeline = definePipeline({ name: 'p', steps: [choice('C', reading('m'), [inside])] });
  const { definition } = emit(pipeline, { region: 'eu-west-1' });
  const cycles = check(definition).filter(({ code }) => code === 'cycle');
  expect(cycles.map(({ message }) => message)).toEqual([
    'Steps wait for each other in a cycle: first → second → first',
  ]);
});

test('listing the leaves or listing all the steps in order gives the same document', () => {
  const b = reading('b', a);
  const c = reading('c', a);
  const d = reading('d', b, c);
  expect(outline([a, b, c, d])).toBe(outline([d]));
});

test('a chain longer than the call stack is placed whole', () => {
  let last = reading('s0');
  for (let index = 1; index < 20_000; index++) last = reading(`s${index}`, last);
  expect(emit(definePipeline({ name: 'p', steps: [last] }), { region: 'eu-west-1' }).definition.Steps).toHaveLength(
    20_000,
  );
});
