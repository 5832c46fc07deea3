import { describe, expect, test } from 'vitest';

import * as fc from '../support/fast-check.ts';
import type { Json, JsonObject, PipelineDocument } from '../../src/definition/document.ts';
import { diffText } from '../../src/emit/diff-text.ts';
import { diffDocuments } from '../../src/emit/diff.ts';

function document(rest: Partial<Record<keyof PipelineDocument, unknown>>): PipelineDocument {
  return { Version: '2020-12-01', Steps: [], ...rest } as PipelineDocument;
}

function step(Name: string, args: object = {}, rest: object = {}): object {
  return { Name, Type: 'Processing', Arguments: args, ...rest };
}

function text(before: readonly object[], after: readonly object[]): string {
  return diffText(diffDocuments(document({ Steps: before }), document({ Steps: after })));
}

describe('a step', () => {
  test('is found by its name, and its changes by their paths', () => {
    const before = [step('A', { Count: 1, Gone: true }), step('B')];
    const after = [step('A', { Count: 2, Fresh: 'x' }), step('C')];
    expect(text(before, after)).toBe(`~ step A
  ~ Arguments.Count: 1 → 2
  - Arguments.Gone: true
  + Arguments.Fresh: "x"
+ step C (Processing)
- step B (Processing)
`);
  });

  test('is compared wherever it stands, and said to have moved', () => {
    const condition = (...steps: object[]) => step('If', { Conditions: [], IfSteps: steps }, { Type: 'Condition' });
    const before = [step('A', { Count: 1 }), condition()];
    const after = [condition(step('A', { Count: 2 }))];
    expect(text(before, after)).toBe(`~ step A
  ~ Arguments.Count: 1 → 2
  > moved: Steps → If.IfSteps
`);
  });

  test('that stands in another order among the others is one change', () => {
    expect(text([step('A'), step('B')], [step('B'), step('A')])).toBe(`  pipeline
  > Steps: A, B → B, A
`);
  });
});

test('what has a name in a list is compared by it', () => {
  const outputs = (...names: string[]) => ({
    Outputs: names.map((OutputName) => ({ OutputName, Uri: `s3://b/${OutputName}` })),
  });
  expect(
    diffDocuments(document({ Steps: [step('A', outputs('x', 'y'))] }), document({ Steps: [step('A', outputs('y'))] })),
  ).toEqual([
    { kind: 'removed', step: 'A', path: 'Arguments.Outputs.x', before: { OutputName: 'x', Uri: 's3://b/x' } },
  ]);
});

test('the order of what has a name is said: containers run in it', () => {
  const containers = (...names: string[]) => [
    step('A', { Containers: names.map((ContainerHostname) => ({ ContainerHostname })) }),
  ];
  expect(text(containers('a', 'b'), containers('b', 'a'))).toBe(`~ step A
  > Arguments.Containers: a, b → b, a
`);
});

test('parameters stand by their names', () => {
  const parameters = (value: number) =>
    document({ Parameters: [{ Name: 'Rows', Type: 'Integer', DefaultValue: value }] });
  expect(diffText(diffDocuments(parameters(1), parameters(2)))).toBe(`  pipeline
  ~ Parameters.Rows.DefaultValue: 1 → 2
`);
});

test('a list without names says only what was put in, taken out or changed', () => {
  const run = (...words: string[]) => [step('A', { Entrypoint: words })];
  expect(text(run('python3', 'a.py'), run('python3', '-u', 'a.py'))).toBe(`~ step A
  + Arguments.Entrypoint[1]: "-u"
`);
});

test('an expression changes as a whole', () => {
  const get = (name: string) => [step('A', { Role: { Get: `Parameters.${name}` } })];
  expect(text(get('A'), get('B'))).toBe(`~ step A
  ~ Arguments.Role: Parameters.A → Parameters.B
`);
});

test('the order of members means nothing', () => {
  expect(text([step('A', { X: 1, Y: 2 })], [step('A', { Y: 2, X: 1 })])).toBe('');
});

const json: fc.Arbitrary<Json> = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;
const steps = fc.uniqueArray(
  fc.record({
    Name: fc.constantFrom('A', 'B', 'C', '__proto__'),
    Type: fc.constantFrom('Processing', 'Training'),
    Arguments: fc.dictionary(fc.string(), json) as fc.Arbitrary<JsonObject>,
  }),
  { selector: ({ Name }) => Name },
);

test('two documents differ in nothing if and only if they hold the same', () => {
  fc.assert(
    fc.property(steps, steps, (before, after) => {
      const isSame = canonical(before) === canonical(after);
      const [old, fresh] = [document({ Steps: before }), document({ Steps: after })];
      expect(diffDocuments(old, fresh).length === 0).toBe(isSame);
      expect(diffDocuments(old, structuredClone(old))).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) => {
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).toSorted(([one], [other]) => (one < other ? -1 : 1)));
  });
}
