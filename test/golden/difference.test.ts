import { describe, expect, test } from 'vitest';
import { firstDifference } from './difference.ts';

describe('firstDifference', () => {
  test('finds none between values that are equal, whatever the order of their members', () => {
    const one = JSON.parse('{"a": [1, {"b": null}], "c": 2.0}');
    const other = JSON.parse('{"c": 2, "a": [1, {"b": null}]}');
    expect(firstDifference(one, other)).toBeUndefined();
  });

  test.each([
    ['a value', { Steps: [{ Name: 'A' }] }, { Steps: [{ Name: 'B' }] }, 'Steps[0].Name: wanted "A", found "B"'],
    ['a member that is missing', { a: { b: 1 } }, { a: {} }, 'a.b: wanted 1, found nothing'],
    ['a member too many', { a: {} }, { a: { b: null } }, 'a.b: wanted nothing, found null'],
    ['an element that is missing', { a: [1, 2] }, { a: [1] }, 'a[1]: wanted 2, found nothing'],
    ['the order of elements', [1, 2], [2, 1], '[0]: wanted 1, found 2'],
    ['a list for an object', { a: {} }, { a: [] }, 'a: wanted {}, found []'],
    ['an object for nothing', { a: null }, { a: {} }, 'a: wanted null, found {}'],
    ['a number for its text', { a: 1 }, { a: '1' }, 'a: wanted 1, found "1"'],
    ['the value as a whole', 1, 2, '$: wanted 1, found 2'],
  ])('finds %s', (_, wanted, found, message) => {
    expect(firstDifference(wanted, found)).toBe(message);
  });

  test('names the first of several', () => {
    expect(firstDifference({ a: 1, b: { c: 2 } }, { b: { c: 3 }, a: 0 })).toBe('a: wanted 1, found 0');
  });
});
