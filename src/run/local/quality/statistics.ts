import type { Json, JsonObject } from '../../../definition/document.ts';
import type { Row } from './dataset.ts';
import { SHRINKING, SIZE, newSketch, rankAt, ranksOf } from './sketch.ts';

/** What a column's values are taken for. */
type ColumnType = 'Integral' | 'Fractional' | 'String' | 'Unknown';

/** A column of a dataset. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly present: number;
  /** How many of its values are of each type. */
  readonly types: Readonly<Record<'Integral' | 'Fractional' | 'String', number>>;
  /** Of numbers: what is kept of them. */
  readonly numbers?: Numbers;
  /** Of texts: how often each is there. */
  readonly texts?: ReadonlyMap<string, number>;
}

/** A column of numbers. */
export interface Numbers {
  readonly mean: number;
  readonly sum: number;
  readonly deviation: number;
  readonly least: number;
  readonly most: number;
  readonly levels: readonly (readonly number[])[];
}

/** A dataset as a whole. */
export interface Profile {
  readonly count: number;
  readonly columns: readonly Column[];
}

/**
 * Reads a dataset twice: for the types of its columns, then for what is in them. Where the values have types of their
 * own, a column of numbers with one fraction in it is one of fractions, as Spark reads JSON.
 */
export async function profile(read: () => AsyncIterable<Row>, isTyped: boolean): Promise<Profile> {
  const seen = new Map<string, { Integral: number; Fractional: number; String: number }>();
  let count = 0;
  for await (const row of read()) {
    count++;
    for (const [name, value] of row) {
      let types = seen.get(name);
      if (types === undefined) seen.set(name, (types = { Integral: 0, Fractional: 0, String: 0 }));
      types[typeOf(value)]++;
    }
  }
  for (const types of seen.values()) {
    if (!isTyped || types.Fractional === 0 || types.String > 0) continue;
    types.Fractional += types.Integral;
    types.Integral = 0;
  }
  const numbers = new Map<string, ReturnType<typeof gathered>>();
  const texts = new Map<string, Map<string, number>>();
  for (const [name, types] of seen) {
    if (types.String === 0) numbers.set(name, gathered());
    else texts.set(name, new Map());
  }
  for await (const row of read()) {
    for (const [name, value] of row) {
      numbers.get(name)?.add(Number(value));
      const counts = texts.get(name);
      counts?.set(value, (counts.get(value) ?? 0) + 1);
    }
  }
  const columns = [...seen].map(([name, types]): Column => {
    const known = { name, types, present: types.Integral + types.Fractional + types.String };
    const found = texts.get(name);
    if (found !== undefined) return { ...known, type: 'String', texts: found };
    return { ...known, type: types.Fractional > 0 ? 'Fractional' : 'Integral', numbers: numbers.get(name)!.result() };
  });
  return { count, columns };
}

function typeOf(value: string): 'Integral' | 'Fractional' | 'String' {
  if (/^[-+]?\d+$/.test(value)) return 'Integral';
  return /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(value) ? 'Fractional' : 'String';
}

function gathered() {
  const sketch = newSketch();
  let [count, mean, squares, sum, least, most] = [0, 0, 0, 0, Infinity, -Infinity];
  return {
    add: (value: number): void => {
      sketch.add(value);
      // Welford's way: the squares of large numbers would lose what sets them apart.
      const difference = value - mean;
      mean += difference / ++count;
      squares += difference * (value - mean);
      sum += value;
      least = Math.min(least, value);
      most = Math.max(most, value);
    },
    result: (): Numbers => ({
      mean: sum / count,
      sum,
      deviation: Math.sqrt(squares / count),
      least,
      most,
      levels: sketch.levels(),
    }),
  };
}

/** `statistics.json` of a dataset. https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-interpreting-statistics.html */
export function statisticsOf({ count, columns }: Profile): JsonObject {
  return {
    version: 0,
    dataset: { item_count: count },
    features: columns.map(({ name, type, present, numbers, texts }) => {
      const common = { num_present: present, num_missing: count - present };
      return {
        name,
        inferred_type: type,
        ...(numbers === undefined ? {} : { numerical_statistics: { common, ...describeNumbers(numbers) } }),
        ...(texts === undefined ? {} : { string_statistics: { common, ...describeTexts(texts) } }),
      };
    }),
  };
}

const BUCKETS = 10;

function describeNumbers({ mean, sum, deviation, least, most, levels }: Numbers): JsonObject {
  const ranks = ranksOf(levels);
  const bound = (index: number): number => (index === BUCKETS ? most : least + ((most - least) * index) / BUCKETS);
  // A value on a bound is in the bucket above it, and the greatest in the last.
  const below = (index: number): number => {
    if (index === BUCKETS) return ranks.total;
    const at = bound(index);
    const same = ranks.values.indexOf(at);
    return same < 0 ? rankAt(ranks, at) : same === 0 ? 0 : ranks.upTo[same - 1]!;
  };
  const buckets = Array.from({ length: BUCKETS }, (_, index): JsonObject => {
    return { lower_bound: bound(index), upper_bound: bound(index + 1), count: below(index + 1) - below(index) };
  });
  const sketch = { parameters: { c: SHRINKING, k: SIZE }, data: levels as readonly Json[] };
  return { mean, sum, std_dev: deviation, min: least, max: most, distribution: { kll: { buckets, sketch } } };
}

/** Of texts that are all different, a file with each of them would be the dataset once more. */
const MOST_TEXTS = 1000;

function describeTexts(texts: ReadonlyMap<string, number>): JsonObject {
  const buckets = [...texts]
    .toSorted(([a, often], [b, oftenToo]) => oftenToo - often || (a < b ? -1 : 1))
    .slice(0, MOST_TEXTS)
    .map(([value, count]) => ({ value, count }));
  return { distinct_count: texts.size, distribution: { categorical: { buckets } } };
}
