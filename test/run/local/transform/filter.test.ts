import { describe, expect, test } from 'vitest';

import * as fc from '../../../support/fast-check.ts';
import { readJsonPath } from '../../../../src/definition/json-path.ts';
import { columnsOf } from '../../../../src/run/local/transform/csv-row.ts';
import { RecordFault } from '../../../../src/run/local/transform/fault.ts';
import { filterJson, rowFilter } from '../../../../src/run/local/transform/filter.ts';
import { readJson, writeJson } from '../../../../src/run/local/transform/json-text.ts';

function pathOf(text: string) {
  const reading = readJsonPath(text, { member: 'InputFilter' });
  if ('problem' in reading) throw new Error(reading.problem);
  return reading.path;
}

const ofRow = (row: string, filter: string) => rowFilter(pathOf(filter))(row);
const ofJson = (json: string, filter: string) => writeJson(filterJson(readJson(json), pathOf(filter)));

describe('a filter of a row', () => {
  test.each([
    ['1.0,b,,04', '$', '1.0,b,,04'],
    ['1.0,b,,04', '$[1:]', 'b,,04'],
    ['1.0,b,,04', '$[3]', '04'],
    ['1.0,b,,04', '$[-1,0,0]', '04,1.0,1.0'],
    ['1.0,b,,04', '$[:2]', '1.0,b'],
    ['1.0,b,,04', '$[*]', '1.0,b,,04'],
    ['1.0,b,,04', '$[0:]', '1.0,b,,04'],
    ['"a,""b""",2,"c"', '$[1:]', '2,"c"'],
    ['"a,""b""",2,"c"', '$[0]', '"a,""b"""'],
  ])('takes columns as they are written: %s, %s', (row, filter, kept) => {
    expect(ofRow(row, filter)).toBe(kept);
  });

  test.each([
    ['1,2', '$[2]', 'asks for [2], and the row has 2 columns'],
    ['1,2', '$[0,-3]', 'asks for [0,-3]'],
    ['1,2', '$[2:]', 'asks for [2:]'],
    ['1', '$[1:]', 'the row has 1 column'],
    ['"1,2', '$[1:]', 'ends within quotes'],
  ])('finds nothing outside it: %s, %s', (row, filter, message) => {
    expect(() => ofRow(row, filter)).toThrow(message);
  });

  test('of a beginning that goes leaves the other columns, whatever quotes they have', () => {
    const outcome = (filter: () => string) => {
      try {
        return filter();
      } catch (error) {
        return error instanceof RecordFault ? error.code : String(error);
      }
    };
    const row = fc.string({ unit: fc.constantFrom('"', ',', 'a'), maxLength: 14 });
    fc.assert(
      fc.property(row, fc.integer({ min: 1, max: 4 }), (text, dropped) => {
        const others = () => {
          const left = columnsOf(text).slice(dropped);
          return left.length > 0 ? left.join(',') : ofRow(text, '$[99]');
        };
        expect(outcome(() => ofRow(text, `$[${dropped}:]`))).toBe(outcome(others));
      }),
      { numRuns: 20_000 },
    );
  });
});

describe('a filter of JSON', () => {
  test.each([
    ['{"id":5,"x":1.50}', '$.x', '1.50'],
    ['{"a":{"b":1,"c":2,"d":3}}', "$.a['d','b']", '{"b":1,"d":3}'],
    ['{"a":1}', "$['a','gone']", '{"a":1}'],
    ['{"a":{"x":1},"b":{"x":2},"c":{"y":3}}', '$.*.x', '[1,2]'],
    ['{"a":{"x":1},"b":{"x":2}}', "$['a','b'].x", '[1,2]'],
    ['{"rows":[[1,2],[3,4]]}', '$.rows[*][0]', '[1,3]'],
    ['{"rows":[[1,2],[3,4]]}', '$.rows[-1]', '[3,4]'],
    ['[1,2,3]', '$[0,2]', '[1,3]'],
    ['[1,2,3]', '$[1:]', '[2,3]'],
    ['[]', '$[*]', '[]'],
  ])('takes what is there: %s, %s', (json, filter, kept) => {
    expect(ofJson(json, filter)).toBe(kept);
  });

  test.each([
    ['{"a":1,"b":2}', '$.c', "asks for 'c', and the record has a, b"],
    ['{"a":1}', '$.a.b', 'where no object is'],
    ['[1]', '$.a', 'where no object is'],
    ['[1,2]', '$[2]', 'the list has 2 elements'],
    ['{"a":1}', '$[0]', 'the value is an object'],
    ['7', '$[0]', 'the value is no list'],
  ])('says what it lacks: %s, %s', (json, filter, message) => {
    expect(() => ofJson(json, filter)).toThrow(message);
  });
});
