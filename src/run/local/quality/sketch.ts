/**
 * What is kept of a column of numbers of any length: a KLL sketch, with the parameters that Model Monitor writes into
 * `statistics.json`. Up to `k` numbers it holds all of them; of more, every second one stands for two, and so on.
 * Where the paper throws a coin it takes turns, so that the same column always leaves the same sketch.
 *
 * https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-interpreting-statistics.html
 */
interface Sketch {
  readonly add: (value: number) => void;
  /** A number on the level n stands for 2^n of them. */
  readonly levels: () => readonly (readonly number[])[];
}

export const SHRINKING = 0.64;
export const SIZE = 2048;

export function newSketch(): Sketch {
  const levels: number[][] = [[]];
  const turns: boolean[] = [];
  const room = (level: number): number => Math.max(2, Math.ceil(SIZE * SHRINKING ** (levels.length - 1 - level)));
  const compact = (level: number): void => {
    const full = levels[level]!.toSorted((a, b) => a - b);
    const turn = (turns[level] = turns[level] !== true);
    // An odd one out stays where it is.
    levels[level] = full.length % 2 === 1 ? [full.pop()!] : [];
    const above = (levels[level + 1] ??= []);
    for (let index = turn ? 1 : 0; index < full.length; index += 2) above.push(full[index]!);
  };
  return {
    add: (value) => {
      levels[0]!.push(value);
      for (let level = 0; level < levels.length; level++) if (levels[level]!.length > room(level)) compact(level);
    },
    levels: () => levels,
  };
}

/** Numbers in their order, each with how many of the column are not above it. */
interface Ranks {
  readonly values: readonly number[];
  readonly upTo: readonly number[];
  readonly total: number;
}

export function ranksOf(levels: readonly (readonly number[])[]): Ranks {
  const weighed = levels
    .flatMap((level, height) => level.map((value) => ({ value, weight: 2 ** height })))
    .toSorted((a, b) => a.value - b.value);
  const values: number[] = [];
  const upTo: number[] = [];
  let total = 0;
  for (const { value, weight } of weighed) {
    total += weight;
    if (values.at(-1) === value) upTo[upTo.length - 1] = total;
    else {
      values.push(value);
      upTo.push(total);
    }
  }
  return { values, upTo, total };
}

/** How many are not above a number. */
export function rankAt({ values, upTo }: Ranks, wanted: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! <= wanted) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? 0 : upTo[low - 1]!;
}

/** The largest difference between two cumulative distributions. */
export function distanceOf(one: Ranks, other: Ranks): number {
  const keys = [...one.values, ...other.values];
  return keys.reduce(
    (most, key) => Math.max(most, Math.abs(rankAt(one, key) / one.total - rankAt(other, key) / other.total)),
    0,
  );
}
