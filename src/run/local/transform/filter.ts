import { sayCount } from '../../../definition/count.ts';
import { type JsonPath, type JsonPathStep, positionsOf } from '../../../definition/json-path.ts';
import { afterColumns, columnsOf } from './csv-row.ts';
import { RecordFault } from './fault.ts';
import type { JsonText } from './json-text.ts';

/**
 * What a filter keeps of a row of CSV. Positions outside the row are an error, as the API reference says:
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DataProcessing.html
 */
export function rowFilter(path: JsonPath): (row: string) => string {
  const [step] = path;
  if (step === undefined || step.kind === 'names') return (row) => row;
  const dropped = step.kind === 'range' && step.to === undefined ? (step.from ?? 0) : -1;
  // Rows have the same length nearly always.
  let [length, positions]: [number, readonly number[] | undefined] = [-1, undefined];
  return (row) => {
    // The commonest filter, `$[1:]`, is the row without its beginning.
    if (dropped > 0) {
      const begin = afterColumns(row, dropped);
      if (begin > 0) return row.slice(begin);
    }
    const columns = columnsOf(row);
    if (columns.length !== length) {
      length = columns.length;
      positions = positionsOf(step, length);
    }
    if (positions === undefined || positions.length === 0) {
      throw outside(step, `the row has ${sayCount(length, 'column')}`);
    }
    if (positions.length === 1) return columns[positions[0]!]!;
    return positions.map((position) => columns[position]!).join(',');
  };
}

/**
 * What a filter keeps of a JSON value, as the library does that AWS's page cites (https://github.com/json-path/JsonPath):
 * several names at the end of a path make an object, `*`, several indexes and ranges make a list, and below these what is
 * missing is left out; elsewhere it is an error.
 */
export function filterJson(value: JsonText, path: JsonPath): JsonText {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (isOne(step, rest)) return filterJson(select(value, step, rest)[0]!, rest);
  return filterAll(select(value, step, rest), rest);
}

/** A filter's result below a step that makes a list. */
function filterAll(values: readonly JsonText[], path: JsonPath): JsonText[] {
  const [step, ...rest] = path;
  if (step === undefined) return [...values];
  const found = values.flatMap((value) => {
    try {
      return select(value, step, rest);
    } catch (error) {
      if (error instanceof RecordFault) return [];
      throw error;
    }
  });
  return filterAll(found, rest);
}

function isOne(step: JsonPathStep, rest: JsonPath): boolean {
  if (step.kind === 'names') return step.names.length === 1 || rest.length === 0;
  return step.kind === 'indexes' && step.indexes.length === 1;
}

function select(value: JsonText, step: JsonPathStep, rest: JsonPath): readonly JsonText[] {
  if (step.kind === 'names') return members(value, step.names, rest.length === 0);
  if (step.kind === 'all' && value instanceof Map) return [...value.values()];
  if (!Array.isArray(value)) throw outside(step, `the value is ${value instanceof Map ? 'an object' : 'no list'}`);
  const positions = positionsOf(step, value.length);
  if (positions === undefined || (positions.length === 0 && step.kind === 'range')) {
    throw outside(step, `the list has ${sayCount(value.length, 'element')}`);
  }
  return positions.map((position) => value[position]!);
}

function members(value: JsonText, names: readonly string[], isLast: boolean): readonly JsonText[] {
  if (!(value instanceof Map)) {
    throw new RecordFault('filter-finds-nothing', `the filter asks for '${names.join("','")}' where no object is`);
  }
  const there = names.filter((name) => value.has(name));
  if (names.length > 1) {
    return isLast ? [new Map(there.map((name) => [name, value.get(name)!]))] : there.map((name) => value.get(name)!);
  }
  if (there.length === 1) return [value.get(names[0]!)!];
  const has = value.size === 0 ? 'has no members' : `has ${[...value.keys()].slice(0, 20).join(', ')}`;
  throw new RecordFault('filter-finds-nothing', `the filter asks for '${names.join()}', and the record ${has}`);
}

function outside(step: JsonPathStep, what: string): RecordFault {
  return new RecordFault('filter-out-of-range', `the filter asks for ${describe(step)}, and ${what}`);
}

function describe(step: JsonPathStep): string {
  if (step.kind === 'indexes') return `[${step.indexes.join()}]`;
  if (step.kind === 'range') return `[${step.from ?? ''}:${step.to ?? ''}]`;
  return step.kind === 'all' ? '[*]' : `['${step.names.join("','")}']`;
}
