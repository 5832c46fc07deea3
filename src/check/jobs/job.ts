import type { Json, JsonObject, StepDocument } from '../../definition/document.ts';
import { isExpression, isObject } from '../../definition/expression.ts';
import { type Path, child } from '../../definition/path.ts';
import { isIntrinsic } from '../intrinsic.ts';
import { type Fault, error, warning } from '../rule.ts';

/** A part of a step's arguments and where it stands. */
export interface Part {
  readonly step: StepDocument;
  readonly path: Path;
  readonly value: JsonObject;
}

/** What AWS wants of the arguments of steps of some types, beyond what stands in its API model. */
export interface Job {
  readonly types: readonly string[];
  faults(args: Part): Iterable<Fault>;
}

/** The value of a member; undefined also for null, which the Python SDK writes for "not given". */
export function valueOf({ value }: Part, name: string): Json | undefined {
  return Object.hasOwn(value, name) ? (value[name] ?? undefined) : undefined;
}

/** The place of a member. */
export function placeOf({ path }: Part, name: string): Path {
  return child(path, name);
}

/** A member that is an object; undefined where it is not given, or something else. */
export function partOf(part: Part, name: string): Part | undefined {
  const value = valueOf(part, name);
  return isObject(value) && !isOpen(value) ? { ...part, value, path: placeOf(part, name) } : undefined;
}

/** The objects of a member that is a list. */
export function partsOf(part: Part, name: string): Part[] {
  const list = valueOf(part, name);
  if (!Array.isArray(list)) return [];
  const at = placeOf(part, name);
  return (list as Json[]).flatMap((value, index) =>
    isObject(value) && !isOpen(value) ? [{ ...part, value, path: child(at, index) }] : [],
  );
}

/** A literal text; undefined for anything that is not known yet. */
export function textOf(part: Part, name: string): string | undefined {
  const value = valueOf(part, name);
  return typeof value === 'string' ? value : undefined;
}

export function numberOf(part: Part, name: string): number | undefined {
  const value = valueOf(part, name);
  return typeof value === 'number' ? value : undefined;
}

/** Of several members exactly one has to be given. `mayBeNone` where AWS says so only in its guide. */
export function* oneOf(part: Part, owner: string, names: readonly string[], mayBeNone = false): Generator<Fault> {
  const given = names.filter((name) => valueOf(part, name) !== undefined);
  const who = `${owner} of step ${part.step.Name}`;
  if (given.length === 0) {
    const message = `${who} has none of ${names.join(', ')}; AWS wants one of them`;
    yield (mayBeNone ? warning : error)('one-of', part.path, message);
  } else if (given.length > 1) {
    yield error('one-of', part.path, `${who} has ${given.join(' and ')}; AWS takes only one of them`);
  }
}

/** A member that the API model lets be left out and that this job needs. */
export function* needed(part: Part, names: readonly string[]): Generator<Fault> {
  for (const name of names) {
    if (valueOf(part, name) !== undefined) continue;
    yield error('missing-member', placeOf(part, name), `${name} is missing in step ${part.step.Name}`);
  }
}

function isOpen(value: Json): boolean {
  return isExpression(value) || isIntrinsic(value);
}
