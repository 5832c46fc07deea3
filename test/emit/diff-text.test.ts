import { describe, expect, test } from 'vitest';

import * as fc from '../support/fast-check.ts';
import type { Json } from '../../src/definition/document.ts';
import { changeText, diffText } from '../../src/emit/diff-text.ts';

function changed(before: Json, after: Json): string {
  return diffText([{ kind: 'changed', step: 'A', path: 'X', before, after }]);
}

function joinOf(On: string, ...Values: readonly Json[]): Json {
  return { 'Std:Join': { On, Values } };
}

const rows = { Get: 'Parameters.Rows' };

describe('a value', () => {
  test.each<[string, Json, string]>([
    ['a text', 'Parameters.Rows', '"Parameters.Rows"'],
    ['a reference', rows, 'Parameters.Rows'],
    ['a join', joinOf('', 's3://b/', rows, '/x'), '`s3://b/${Parameters.Rows}/x`'],
    ['a join with a separator', joinOf('/', 's3:/', rows, 5), '`s3://${Parameters.Rows}/5`'],
    ['a join of what looks like one', joinOf('', '`${', rows), '`\\`\\${${Parameters.Rows}`'],
    [
      'a value of a file',
      { 'Std:JsonGet': { PropertyFile: { Get: 'Steps.E.PropertyFiles.F' }, Path: 'a.b' } },
      'jsonGet(Steps.E.PropertyFiles.F, "a.b")',
    ],
    ['an odd expression', { 'Std:Join': { On: 5 } }, '{"Std:Join":{"On":5}}'],
    ['a structure', { A: [1, rows], B: {} }, '{ "A": [1, Parameters.Rows], "B": {} }'],
  ])('is shown as it is read: %s', (_, value, shown) => {
    expect(changeText({ kind: 'added', path: 'X', after: value })).toBe(`+ X: ${shown}`);
  });

  test('that reads the same and is not is shown as the document has it', () => {
    expect(changed(joinOf('', 'a/', rows), joinOf('/', 'a', rows))).toContain(
      '      - {"Std:Join":{"On":"","Values":["a/",{"Get":"Parameters.Rows"}]}}\n',
    );
  });
});

test('two long values stand below each other, and of very long ones the part that differs', () => {
  const folder = 's3://bucket/a/rather/long/folder/that/leaves/little/room/on/a/line';
  expect(changed(`${folder}/one`, `${folder}/two`)).toBe(`~ step A
  ~ X:
      - "${folder}/one"
      + "${folder}/two"
`);
  const [, , old, fresh] = changed(`${'a'.repeat(5000)}b${'c'.repeat(5000)}`, `${'a'.repeat(5000)}d`).split('\n');
  expect(old).toMatch(/^ {6}- …a+bc+…$/);
  expect(fresh).toMatch(/^ {6}\+ …a+d"$/);
  expect(Math.max(old!.length, fresh!.length)).toBeLessThan(140);
});

test('no name and no value can end a line, colour it or turn it around', () => {
  const hostile = 'x\r\n+ step Gone\u001B[2J\u009B31m\u202Ertl\u2028';
  const shown = diffText([
    { kind: 'added', step: hostile, path: '', after: { Type: hostile } },
    { kind: 'changed', step: `${hostile}2`, path: hostile, before: hostile, after: { [hostile]: { Get: hostile } } },
    { kind: 'moved', step: ' a', path: '', before: 'Steps', after: `${hostile}.IfSteps` },
    { kind: 'moved', path: 'Steps', before: [hostile, ''], after: ['', hostile] },
  ]);
  expect(shown).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  expect(shown.split('\n').map((line) => line.trimStart().slice(0, 6))).toEqual([
    '+ step',
    '~ step',
    '~ x\\u0',
    '- "x\\r',
    '+ { "x',
    '~ step',
    '> move',
    'pipeli',
    '> Step',
    '',
  ]);
});

test('whatever changed, the two sides of a change never read the same', () => {
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc
      .tuple(fc.constantFrom('', '/', '`'), fc.array(fc.constantFrom<Json>('a', 'a/', rows, '${', '"')))
      .map(([separator, pieces]) => joinOf(separator, ...pieces)),
    fc.string().map((get) => ({ Get: get })),
  ) as fc.Arbitrary<Json>;
  fc.assert(
    fc.property(value, value, (before, after) => {
      fc.pre(JSON.stringify(before) !== JSON.stringify(after));
      const [old, fresh] = changeText({ kind: 'changed', path: '', before, after }).slice(4).split(' → ');
      expect(old).not.toBe(fresh);
    }),
    { numRuns: 500 },
  );
});
