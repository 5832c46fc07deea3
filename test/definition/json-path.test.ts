import { describe, expect, test } from 'vitest';

import { positionsOf, readJsonPath } from '../../src/definition/json-path.ts';

const read = (text: string, contentType = 'application/json') =>
  readJsonPath(text, { member: 'InputFilter', contentType });

describe('a filter that Batch Transform knows', () => {
  test.each([
    ['$', []],
    ['', []],
    ['$.id', [{ kind: 'names', names: ['id'] }]],
    [
      '$.a.b',
      [
        { kind: 'names', names: ['a'] },
        { kind: 'names', names: ['b'] },
      ],
    ],
    ["$['id','SageMakerOutput']", [{ kind: 'names', names: ['id', 'SageMakerOutput'] }]],
    [
      "$.a.['b', 'c']",
      [
        { kind: 'names', names: ['a'] },
        { kind: 'names', names: ['b', 'c'] },
      ],
    ],
    ['$.*', [{ kind: 'all' }]],
    ['$[*]', [{ kind: 'all' }]],
    ['$[1, 3,-1]', [{ kind: 'indexes', indexes: [1, 3, -1] }]],
    ['$[1:4]', [{ kind: 'range', from: 1, to: 4 }]],
    ['$[:-2]', [{ kind: 'range', to: -2 }]],
    [
      '$.a[2:]',
      [
        { kind: 'names', names: ['a'] },
        { kind: 'range', from: 2 },
      ],
    ],
  ])('is %s', (text, path) => {
    expect(read(text)).toEqual({ path });
  });
});

describe('a filter that Batch Transform refuses', () => {
  test.each([
    ['features', 'begins with $'],
    ['$..a', 'Unexpected "..a"'],
    ['$.', 'Unexpected "."'],
    ['$[0', 'Unexpected "[0"'],
    ['$[]', 'neither indexes'],
    ['$[:]', 'is not a range'],
    ['$[0:4:2]', 'is not a range'],
    ['$[1:-1]', 'from different sides'],
    ["$['a.b']", 'a.b is not a name'],
    ["$['a]", "'a is not a name"],
    ['$[a]', 'neither indexes'],
    ['$[?(@.a)]', 'Unexpected "?"'],
    [`$.${'a'.repeat(62)}`, 'it has 64 characters, 63 are allowed'],
  ])('is %s', (text, problem) => {
    expect(read(text)).toEqual({ problem: expect.stringContaining(problem) as string });
  });

  test('is refused in the words of the service where they are known', () => {
    expect(readJsonPath("$['account_id']", { member: 'OutputFilter', contentType: 'application/jsonlines' })).toEqual({
      problem:
        "Invalid OutputFilter: \"$['account_id']\". Unexpected \"_\" in JsonPath. Supported operators for \"application/jsonlines\" are ['$', '[', ']', '*', '.', ' ', ',', ':', '-', ''']",
    });
    expect(read('$[0,5:]')).toEqual({
      problem:
        'Invalid JsonPath: $[0,5:]: only single range filters of format (eg: [1:5]) are supported. Format [0,5:] is not supported',
    });
  });

  test.each(['$.a', "$['a']", '$[0][1]', '$[0].a'])('on rows of CSV is %s', (text) => {
    expect(read(text, 'text/csv')).toEqual({ problem: expect.stringContaining('has only indexes') as string });
  });
});

describe('positions', () => {
  test.each([
    [{ from: 1, to: 4 }, [1, 2, 3]],
    [{ to: 2 }, [0, 1]],
    [{ from: 4 }, [4, 5]],
    [{ from: -2 }, [4, 5]],
    [{ to: -4 }, [0, 1]],
    [{ from: -3, to: -1 }, [3, 4]],
    [{ from: 4, to: 99 }, [4, 5]],
    [{ from: 9 }, []],
  ])('of a range do not include its end: %o of six', (range, positions) => {
    expect(positionsOf({ kind: 'range', ...range }, 6)).toEqual(positions);
  });

  test('of indexes are all there or none is', () => {
    expect(positionsOf({ kind: 'indexes', indexes: [0, -1, 0] }, 3)).toEqual([0, 2, 0]);
    expect(positionsOf({ kind: 'indexes', indexes: [0, 3] }, 3)).toBeUndefined();
    expect(positionsOf({ kind: 'indexes', indexes: [-4] }, 3)).toBeUndefined();
  });
});
