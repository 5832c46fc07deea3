import { describe, expect, test } from 'vitest';

import * as fc from '../../../support/fast-check.ts';
import { readJson, writeJson } from '../../../../src/run/local/transform/json-text.ts';

const rewritten = (text: string) => writeJson(readJson(text));

test('JSON is written without spaces, members in order, every number and text as it was', () => {
  expect(rewritten(' { "b" : [ 1.0, 1e5 , -0 ] , "a" : { "z":true, "y" : null } } ')).toBe(
    '{"a":{"y":null,"z":true},"b":[1.0,1e5,-0]}',
  );
  expect(rewritten('123456789012345678901234567890.000')).toBe('123456789012345678901234567890.000');
  expect(rewritten(String.raw`"a\u00e9\/\n"`)).toBe(String.raw`"a\u00e9\/\n"`);
});

test('a name written in two ways is one name, and the last member of a name counts', () => {
  expect(rewritten(String.raw`{"a":1,"b":2,"\u0061":3}`)).toBe('{"a":3,"b":2}');
  expect(rewritten(String.raw`{"\"":1}`)).toBe(String.raw`{"\"":1}`);
});

test('what is written means what was read', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (value, space) => {
      const bytes = Buffer.from(JSON.stringify(value, null, space), 'utf8').toString('latin1');
      const again = JSON.parse(Buffer.from(rewritten(bytes), 'latin1').toString('utf8')) as unknown;
      expect(again).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

describe('what JSON.parse refuses is refused', () => {
  test.each([
    '',
    ' ',
    '{',
    '[1,]',
    '{"a":1,}',
    "{'a':1}",
    '{"a" 1}',
    '{a:1}',
    '01',
    '1.',
    '.5',
    '+1',
    '1e',
    '--1',
    'NaN',
    'Infinity',
    'tru',
    'truee',
    '"a',
    '"\\x"',
    '"\\u12"',
    '"\n"',
    '[1 2]',
    '1 2',
    '{"a":1}{"a":2}',
    '[',
    ']',
    ',',
    '0.5\n0.7',
  ])('%j', (text) => {
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
    expect(() => readJson(text)).toThrow('not JSON');
  });

  test('and so are values nested so deep that reading them would break', () => {
    expect(() => readJson('['.repeat(100_000))).toThrow('levels deep');
  });
});
