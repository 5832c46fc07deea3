import type { Json, JsonObject, PipelineDocument } from '../definition/document.ts';
import { isObject } from '../definition/expression.ts';
import { type Path, child, formatPath } from '../definition/path.ts';
import { walkSteps } from '../definition/walk.ts';

/** One difference between two documents. */
export interface Change {
  /** `moved` is what stands in another place among others. */
  readonly kind: 'added' | 'removed' | 'changed' | 'moved';
  /** The step it is in; undefined for what belongs to none. */
  readonly step?: string;
  /** Within the step, else within the document; empty for a step as a whole. Elements with names stand by them: `Outputs.train`. */
  readonly path: string;
  readonly before?: Json;
  readonly after?: Json;
}

/**
 * What is different in a second document: step by step, found by their names wherever they stand, and member by member.
 * The order of members means nothing.
 */
export function diffDocuments(before: PipelineDocument, after: PipelineDocument): Change[] {
  const changes: Change[] = [];
  const { Steps: _before, ...restBefore } = before;
  const { Steps: _after, ...restAfter } = after;
  compare(restBefore as unknown as JsonObject, restAfter as unknown as JsonObject, undefined, (change) =>
    changes.push(change),
  );
  const old = placesOf(before);
  const fresh = placesOf(after);
  let hasMoved = false;
  for (const [name, place] of fresh) {
    const known = old.get(name);
    if (known === undefined) {
      changes.push({ kind: 'added', step: name, path: '', after: place.content });
      continue;
    }
    compare(known.content, place.content, undefined, (change) => changes.push({ ...change, step: name }));
    if (known.inside !== place.inside) {
      hasMoved = true;
      changes.push({ kind: 'moved', step: name, path: '', before: known.inside, after: place.inside });
    }
  }
  for (const [name, { content }] of old) {
    if (!fresh.has(name)) changes.push({ kind: 'removed', step: name, path: '', before: content });
  }
  const [orderBefore, orderAfter] = [orderIn(old, fresh), orderIn(fresh, old)];
  if (!hasMoved && orderBefore.some((name, index) => name !== orderAfter[index])) {
    changes.push({ kind: 'moved', path: 'Steps', before: orderBefore, after: orderAfter });
  }
  return changes;
}

/** The order of the names that both have. */
function orderIn(named: ReadonlyMap<string, unknown>, others: ReadonlyMap<string, unknown>): string[] {
  return [...named.keys()].filter((name) => others.has(name));
}

interface StepContent {
  /** Without the steps in its branches, which are steps of their own. */
  readonly content: JsonObject;
  readonly inside: string;
}

function placesOf(document: PipelineDocument): Map<string, StepContent> {
  const places = new Map<string, StepContent>();
  for (const { step, inside } of walkSteps(document)) {
    // AWS refuses two steps of one name; here the later must not hide the earlier.
    let name = step.Name;
    for (let count = 2; places.has(name); count++) name = `${step.Name} (${count})`;
    let content = step as unknown as JsonObject;
    if (step.Type === 'Condition') {
      const { IfSteps: _if, ElseSteps: _else, ...own } = step.Arguments;
      content = { ...content, Arguments: own };
    }
    const where = inside === undefined ? 'Steps' : `${inside.condition.step.Name}.${inside.branch}`;
    places.set(name, { content, inside: where });
  }
  return places;
}

type Report = (change: Change) => void;

function compare(before: Json | undefined, after: Json | undefined, path: Path | undefined, report: Report): void {
  if (before === after) return;
  if (before === undefined) return report({ kind: 'added', path: formatPath(path), after: after! });
  if (after === undefined) return report({ kind: 'removed', path: formatPath(path), before });
  if (Array.isArray(before) && Array.isArray(after)) return compareLists(before, after, path, report);
  if (isObject(before) && isObject(after) && !isSingle(before) && !isSingle(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      compare(own(before, key), own(after, key), child(path, key), report);
    }
    return;
  }
  if (isSame(before, after)) return;
  report({ kind: 'changed', path: formatPath(path), before, after });
}

function own(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** An expression changes as a whole: half of one means nothing to a reader. */
function isSingle(value: JsonObject): boolean {
  const keys = Object.keys(value);
  return keys.length === 1 && (keys[0] === 'Get' || keys[0]!.startsWith('Std:'));
}

/** Lists whose elements AWS names are compared by those names; in others what is alike at both ends is passed over. */
function compareLists(before: readonly Json[], after: readonly Json[], path: Path | undefined, report: Report): void {
  const key = nameMember(before, after);
  if (key !== undefined) {
    const named = (list: readonly Json[]): Map<string, Json> =>
      new Map(list.map((element) => [(element as JsonObject)[key] as string, element]));
    const [old, fresh] = [named(before), named(after)];
    for (const name of new Set([...old.keys(), ...fresh.keys()])) {
      compare(old.get(name), fresh.get(name), child(path, name), report);
    }
    const [orderBefore, orderAfter] = [orderIn(old, fresh), orderIn(fresh, old)];
    if (orderBefore.some((name, index) => name !== orderAfter[index])) {
      report({ kind: 'moved', path: formatPath(path), before: orderBefore, after: orderAfter });
    }
    return;
  }
  let start = 0;
  while (start < Math.min(before.length, after.length) && isSame(before[start]!, after[start]!)) start++;
  let end = 0;
  const most = Math.min(before.length, after.length) - start;
  while (end < most && isSame(before[before.length - 1 - end]!, after[after.length - 1 - end]!)) end++;
  const length = Math.max(before.length, after.length) - end;
  for (let index = start; index < length; index++) {
    const old = index < before.length - end ? before[index] : undefined;
    const fresh = index < after.length - end ? after[index] : undefined;
    compare(old, fresh, child(path, index), report);
  }
}

const NAME_MEMBERS = ['Name', 'InputName', 'OutputName', 'ChannelName', 'PropertyFileName', 'ContainerHostname', 'Key'];

function nameMember(before: readonly Json[], after: readonly Json[]): string | undefined {
  if (before.length === 0 || after.length === 0) return undefined;
  return NAME_MEMBERS.find((member) =>
    [before, after].every((list) => {
      const names = list.map((element) => (isObject(element) ? element[member] : undefined));
      return names.every((name) => typeof name === 'string') && new Set(names).size === names.length;
    }),
  );
}

function isSame(before: Json, after: Json): boolean {
  if (before === after) return true;
  if (Array.isArray(before) || Array.isArray(after)) {
    if (!Array.isArray(before) || !Array.isArray(after) || before.length !== after.length) return false;
    return before.every((element: Json, index) => isSame(element, after[index] as Json));
  }
  if (!isObject(before) || !isObject(after)) return false;
  const keys = Object.keys(before);
  if (keys.length !== Object.keys(after).length) return false;
  return keys.every((key) => Object.hasOwn(after, key) && isSame(before[key]!, after[key]!));
}
