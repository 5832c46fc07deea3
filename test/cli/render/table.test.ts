import { expect, test } from 'vitest';
import { tableText } from '../../../src/cli/render/table.ts';

test('columns are as wide as their widest cell', () => {
  expect(
    tableText(
      [
        ['a', 'bbb', 'c'],
        ['aaa', 'b', ''],
      ],
      '  ',
    ),
  ).toBe('  a    bbb  c\n  aaa  b\n');
});

test('a cell that is longer than most of a line moves only what stands behind it', () => {
  const long = 's3://bucket/'.padEnd(70, 'x');
  expect(
    tableText([
      ['a', long, 'flag'],
      ['b', '1', 'default'],
    ]),
  ).toBe(`a  ${long}  flag\nb  1  default\n`);
});
