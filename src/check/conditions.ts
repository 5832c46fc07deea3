import type { Json, JsonObject } from '../definition/document.ts';
import { isExpression, isObject } from '../definition/expression.ts';
import { type Path, child } from '../definition/path.ts';
import { didYouMean } from '../definition/suggest.ts';
import { kindOf, show } from './describe.ts';
import { isIntrinsic } from './intrinsic.ts';
import { unknownMember } from './members.ts';
import { type Fault, type StepRule, type Subject, error, warning } from './rule.ts';
import { type Known, knownValue } from './values.ts';

const BINARY = ['Equals', 'NotEquals', 'GreaterThan', 'GreaterThanOrEqualTo', 'LessThan', 'LessThanOrEqualTo'];
// The kinds that the Python SDK writes; NotEquals and NotIn stand only in AWS's published schema.
const KINDS = [...BINARY, 'In', 'NotIn', 'Not', 'Or'];
const ARGUMENTS = ['Conditions', 'IfSteps', 'ElseSteps'];

/** A Condition step's conditions: their kinds, their operands, and whether the operands can be compared. */
export const conditions: StepRule = {
  on: 'step',
  types: ['Condition'],
  *check({ step, path }, subject): Generator<Fault> {
    if (!isObject(step.Arguments)) return;
    const at = child(path, 'Arguments');
    for (const member of Object.keys(step.Arguments)) {
      if (!ARGUMENTS.includes(member))
        yield unknownMember(`Condition step ${step.Name}`, member, child(at, member), ARGUMENTS);
    }
    const list = step.Arguments['Conditions'];
    const open: Open[] = [];
    yield* openList(list, child(at, 'Conditions'), `Condition step ${step.Name}`, open);
    for (let next = open.pop(); next !== undefined; next = open.pop()) yield* conditionFaults(next, subject, open);
  },
};

interface Open {
  readonly condition: Json;
  readonly path: Path;
}

function* openList(list: Json | undefined, path: Path, owner: string, open: Open[]): Generator<Fault> {
  if (!Array.isArray(list)) {
    const found = list === undefined ? 'it is missing' : `this is ${kindOf(list)}`;
    yield error('condition-shape', path, `Conditions of ${owner} must be a list; ${found}`);
    return;
  }
  if (list.length === 0) {
    const message = `${owner} has no Conditions`;
    // The Python SDK lets a step have none, and it is true then; an Or of nothing is refused.
    yield owner === 'Or' ? error('condition-shape', path, message) : warning('condition-shape', path, message);
  }
  for (let index = list.length - 1; index >= 0; index--) {
    open.push({ condition: list[index] as Json, path: child(path, index) });
  }
}

function* conditionFaults({ condition, path }: Open, subject: Subject, open: Open[]): Generator<Fault> {
  if (!isObject(condition)) {
    const fix = Array.isArray(condition) ? 'take one Condition out of the list; Or takes several' : undefined;
    yield error('condition-shape', path, `A Condition must be an object, this is ${kindOf(condition)}`, { fix });
    return;
  }
  const type = condition['Type'];
  if (typeof type !== 'string' || !KINDS.includes(type)) {
    const found = type === undefined ? 'Type of a condition is missing' : `There is no condition of Type ${show(type)}`;
    yield error('condition-shape', child(path, 'Type'), found, {
      detail: `AWS knows: ${KINDS.filter((kind) => kind !== 'NotEquals' && kind !== 'NotIn').join(', ')}`,
      fix:
        type === 'And'
          ? 'list them one after the other: all of a list must hold'
          : typeof type === 'string'
            ? didYouMean(type, KINDS)
            : undefined,
    });
    return;
  }
  const known = membersOf(type);
  for (const member of Object.keys(condition)) {
    if (!known.includes(member)) yield unknownMember(`A condition of Type ${type}`, member, child(path, member), known);
  }
  if (type === 'Or') yield* openList(condition['Conditions'], child(path, 'Conditions'), 'Or', open);
  else if (type === 'Not') {
    const inner = condition['Condition'];
    if (inner === undefined) yield missing('Condition', type, path);
    else open.push({ condition: inner, path: child(path, 'Condition') });
  } else if (type === 'In' || type === 'NotIn') yield* memberships(condition, type, path, subject);
  else yield* comparison(condition, type, path, subject);
}

function membersOf(type: string): readonly string[] {
  if (type === 'Or') return ['Type', 'Conditions'];
  if (type === 'Not') return ['Type', 'Condition'];
  // Value and In are the published schema's names for what the Python SDK writes as QueryValue and Values.
  if (type === 'In' || type === 'NotIn') return ['Type', 'QueryValue', 'Values', 'Value', 'In'];
  return ['Type', 'LeftValue', 'RightValue'];
}

function missing(member: string, type: string, path: Path): Fault {
  return error('condition-shape', child(path, member), `${member} of a condition of Type ${type} is missing`);
}

function* comparison(condition: JsonObject, type: string, path: Path, subject: Subject): Generator<Fault> {
  const sides = ['LeftValue', 'RightValue'] as const;
  for (const side of sides) yield* operandFaults(condition[side], side, type, path);
  const [left, right] = sides.map((side) => knownValue(condition[side], subject));
  if (left === undefined || right === undefined) return;
  const [one, other] = [left, right].map(familyOf);
  if (one === undefined || other === undefined) return;
  if (one !== other) {
    const certain = left.isDeclared && right.isDeclared;
    const message = `${type} compares ${WORDS[one]} with ${WORDS[other]}`;
    yield (certain ? error : warning)('condition-operands', path, message, {
      detail: `LeftValue is ${left.what}, RightValue ${right.what}`,
    });
  } else if (one === 'boolean' && !type.endsWith('Equals')) {
    yield warning('condition-operands', path, `${type} compares true and false, which have no order`);
  }
}

type Family = 'text' | 'number' | 'boolean';
const WORDS: Readonly<Record<Family, string>> = { text: 'a text', number: 'a number', boolean: 'true or false' };

function familyOf({ type }: Known): Family | undefined {
  if (type === 'text' || type === 'boolean') return type;
  return type === 'integer' || type === 'float' ? 'number' : undefined;
}

function* memberships(condition: JsonObject, type: string, path: Path, subject: Subject): Generator<Fault> {
  const query = condition['QueryValue'] === undefined && condition['Value'] !== undefined ? 'Value' : 'QueryValue';
  const list = condition['Values'] === undefined && condition['In'] !== undefined ? 'In' : 'Values';
  yield* operandFaults(condition[query], query, type, path);
  const values = condition[list];
  const at = child(path, list);
  if (!Array.isArray(values)) {
    if (values === undefined) yield missing(list, type, path);
    else
      yield error(
        'condition-shape',
        at,
        `${list} of a condition of Type ${type} must be a list, this is ${kindOf(values)}`,
      );
    return;
  }
  if (values.length === 0) yield warning('condition-operands', at, `${list} is empty: ${type} never changes`);
  for (const index of values.keys()) yield* operandFaults(values[index] as Json, index, type, at);
  const wanted = knownValue(condition[query], subject);
  const family = wanted === undefined ? undefined : familyOf(wanted);
  if (family === undefined) return;
  const families = values.map((value: Json) => knownValue(value, subject)).map((known) => known && familyOf(known));
  if (values.length > 0 && families.every((other) => other !== undefined && other !== family)) {
    yield warning('condition-operands', at, `${query} is ${wanted!.what}, and none of the ${list} is ${WORDS[family]}`);
  }
}

function* operandFaults(value: Json | undefined, key: string | number, type: string, path: Path): Generator<Fault> {
  if (value === undefined) {
    yield missing(String(key), type, path);
  } else if (typeof value === 'object' && value !== null && !isExpression(value) && !isIntrinsic(value)) {
    const what = typeof key === 'number' ? 'A value' : key;
    const message = `${what} of a condition must be a text, a number, true, false or an expression, this is ${kindOf(value)}`;
    yield error('condition-shape', child(path, key), message);
  }
}
