import { expect, test } from 'vitest';
import { linesOf } from '../../src/check/lines.ts';

const TEXT = `{
  "Steps": [
    { "Name": "A", "a key": { "it's": [1,
      2] } },
    {
      "Name": "B, \\"C\\": {",
      "Arguments": {}
    }
  ]
}`;

test.each([
  ['$', 1],
  ['Steps', 2],
  ['Steps[0].Name', 3],
  [`Steps[0]['a key']['it\\'s'][1]`, 4],
  ['Steps[1]', 5],
  ['Steps[1].Arguments', 7],
])('%s is on line %i', (path, line) => {
  expect(linesOf(TEXT, new Set([path])).get(path)).toBe(line);
});

test('what is missing is on the line of what it is missing in', () => {
  const paths = ['Steps[1].Arguments.RoleArn.Get', 'Steps[7]', 'Version'];
  expect(Object.fromEntries(linesOf(TEXT, new Set(paths)))).toEqual({
    'Steps[1].Arguments.RoleArn.Get': 7,
    'Steps[7]': 2,
    Version: 1,
  });
});
