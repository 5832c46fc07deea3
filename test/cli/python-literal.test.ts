import { expect, test } from 'vitest';

import { assert, constantFrom, jsonValue, property, string } from '../support/fast-check.ts';
import { parseLiteral } from '../../src/cli/python-literal.ts';

const valueOf = (text: string): unknown => {
  const parsed = parseLiteral(text);
  return 'value' in parsed ? parsed.value : parsed.fault;
};

const faultOf = (text: string): string => {
  const parsed = parseLiteral(text);
  return 'fault' in parsed ? `${parsed.fault.line}:${parsed.fault.column} ${parsed.fault.message}` : 'no fault';
};

test('every JSON text means what it means in JSON, however it is spaced', () => {
  assert(
    property(jsonValue(), constantFrom(undefined, 1, '\t'), (value, space) => {
      const text = JSON.stringify(value, null, space);
      expect(valueOf(text)).toEqual(JSON.parse(text));
    }),
  );
});

test('a text in Python means the same with quotes of either kind', () => {
  assert(
    property(string({ unit: 'binary' }), (text) => {
      const escaped = text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n');
      expect(valueOf(`'${escaped}'`)).toBe(text);
    }),
  );
});

test.each<[string, unknown]>([
  ["{'stage': 'prod', 'retrain': True, 'limit': None}", { stage: 'prod', retrain: true, limit: null }],
  ['{"stage": "prod", "retrain": true, "limit": null}', { stage: 'prod', retrain: true, limit: null }],
  ["[{'Key': 'a', 'Value': 'b'},]", [{ Key: 'a', Value: 'b' }]],
  ["('a', 'b')", ['a', 'b']],
  ["('a',)", ['a']],
  ["('a')", 'a'],
  ['()', []],
  ['{}', {}],
  ['[1_000, +2, -3, .5, 2., 1e3]', [1000, 2, -3, 0.5, 2, 1000]],
  [String.raw`'it\'s \x41 \u00e9 \U0001F600 \\'`, "it's A é 😀 \\"],
  ['"it\'s"', "it's"],
  ["\n{\n  'a': [1,\n        2],\n}\n", { a: [1, 2] }],
])('%s is read', (text, value) => {
  expect(valueOf(text)).toEqual(value);
});

test('a member with a name that JavaScript knows stays a member', () => {
  expect(Object.keys(valueOf("{'__proto__': 1, 'constructor': 2}") as object)).toEqual(['__proto__', 'constructor']);
});

test.each([
  ['', '1:1 expected a value, found the end'],
  ['{a: 1}', '1:2 expected a key in quotes or }, found a'],
  ["{'a' 1}", '1:6 expected a colon after the key, found 1'],
  ["{'a': 1 'b': 2}", "1:9 expected a comma or }, found '"],
  ["{'a': 1,\n 'a': 2}", '2:2 the key "a" is given twice'],
  ["{'a'}", '1:5 expected a colon after the key, found }'],
  ['[1 2]', '1:4 expected a comma or ], found 2'],
  ['[1, 2', '1:6 expected a comma or ], found the end'],
  ['{1: 2}', '1:2 expected a key in quotes or }, found 1'],
  ['[1] # why', '1:5 expected the end, found #'],
  ["'open", '1:1 this text has no closing quote'],
  [String.raw`'\q'`, '1:2 the escape \\q means nothing'],
  [String.raw`'\x4'`, '1:2 \\x wants 2 hexadecimal digits of a character'],
  ['prod', '1:1 prod is no value; a text stands in quotes'],
  ['__import__("os")', '1:1 __import__ is no value; a text stands in quotes'],
  ['NaN', '1:1 NaN is no value; a text stands in quotes'],
  ['12ab', '1:1 this is no number'],
  ['9007199254740993', '1:1 the number 9007199254740993 cannot be kept exactly; put it in quotes'],
  ['1e999', '1:1 the number 1e999 cannot be kept exactly; put it in quotes'],
  ['['.repeat(300), '1:201 nested more than 200 deep'],
])('%j is refused with its place', (text, fault) => {
  expect(faultOf(text)).toBe(fault);
});
