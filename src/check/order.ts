import type { Path } from '../definition/path.ts';
import type { Fault } from './rule.ts';

/** Faults in the order in which a reader of the document meets them; of one place in the order of the rules. */
export function byPlace(document: object, faults: readonly Fault[]): Fault[] {
  const ranks = new WeakMap<object, ReadonlyMap<string, number>>();
  const rankOf = (owner: object, key: string): number => {
    let rank = ranks.get(owner);
    if (rank === undefined) ranks.set(owner, (rank = new Map(Object.keys(owner).map((name, index) => [name, index]))));
    // A member that is missing comes last.
    return rank.get(key) ?? rank.size;
  };
  const placed = faults.map((fault) => ({ fault, position: positionOf(fault.place, document, rankOf) }));
  return placed.toSorted((a, b) => compare(a.position, b.position)).map(({ fault }) => fault);
}

function positionOf(
  place: Path | undefined,
  document: object,
  rankOf: (owner: object, key: string) => number,
): number[] {
  const keys: (string | number)[] = [];
  for (let at = place; at !== undefined; at = at.parent) keys.push(at.key);
  let value: unknown = document;
  return keys.toReversed().map((key) => {
    if (typeof value !== 'object' || value === null) return 0;
    const rank = typeof key === 'number' ? key : rankOf(value, key);
    value = Object.hasOwn(value, key) ? (value as Readonly<Record<string | number, unknown>>)[key] : undefined;
    return rank;
  });
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < a.length && index < b.length; index++) {
    if (a[index] !== b[index]) return a[index]! - b[index]!;
  }
  return a.length - b.length;
}
