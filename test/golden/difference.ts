import type { Json } from 'sagemaker-pipelines';
import { type Path, child, formatPath } from '../../src/definition/path.ts';

/**
 * The first place at which two JSON values differ, and what stands there; undefined when they are equal. The order of
 * members does not count, that of elements does.
 */
export function firstDifference(wanted: Json, found: Json): string | undefined {
  const difference = compare(wanted, found, undefined);
  if (difference === undefined) return undefined;
  const { path, wanted: left, found: right } = difference;
  return `${formatPath(path) || '$'}: wanted ${show(left)}, found ${show(right)}`;
}

interface Difference {
  readonly path: Path | undefined;
  readonly wanted: Json | undefined;
  readonly found: Json | undefined;
}

function compare(wanted: Json | undefined, found: Json | undefined, path: Path | undefined): Difference | undefined {
  const [left, right] = [membersOf(wanted), membersOf(found)];
  if (left === undefined || right === undefined || Array.isArray(wanted) !== Array.isArray(found)) {
    return Object.is(wanted, found) ? undefined : { path, wanted, found };
  }
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    const difference = compare(left.get(key), right.get(key), child(path, key));
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function membersOf(value: Json | undefined): Map<string | number, Json> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return new Map<string | number, Json>(
    Array.isArray(value) ? (value as Json[]).entries() : Object.entries(value as { [key: string]: Json }),
  );
}

function show(value: Json | undefined): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
