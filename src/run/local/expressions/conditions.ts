import type { Json, JsonObject } from '../../../definition/document.ts';
import { PipelineError } from '../../../definition/error.ts';
import { isObject } from '../../../definition/expression.ts';

type Compare = (left: string | number, right: string | number) => boolean;

const ORDERS: Readonly<Record<string, Compare>> = {
  GreaterThan: (left, right) => left > right,
  GreaterThanOrEqualTo: (left, right) => left >= right,
  LessThan: (left, right) => left < right,
  LessThanOrEqualTo: (left, right) => left <= right,
};

/** The kinds of condition that can be told on this machine: all that AWS's own SDK writes. */
export const CONDITION_TYPES: readonly string[] = ['Equals', ...Object.keys(ORDERS), 'In', 'Not', 'Or'];

/** Whether all of a Condition step's conditions hold; their operands have been evaluated. */
export function allHold(conditions: Json | undefined): boolean {
  if (!Array.isArray(conditions)) throw bad('Conditions is no list');
  return (conditions as readonly Json[]).map((condition) => holds(condition)).every(Boolean);
}

function holds(condition: Json | undefined): boolean {
  if (!isObject(condition)) throw bad(`${JSON.stringify(condition)} is none`);
  const { Type: type } = condition;
  if (type === 'Not') return !holds(condition['Condition']);
  if (type === 'Or')
    return listOf(condition, 'Conditions')
      .map((each) => holds(each))
      .some(Boolean);
  if (type === 'In') {
    const wanted = operand(condition, 'QueryValue');
    // Of another type than the value, an element is just not it.
    return listOf(condition, 'Values').some((each) => each === wanted);
  }
  const left = operand(condition, 'LeftValue');
  const right = operand(condition, 'RightValue');
  if (type === 'Equals') {
    if (typeof left !== typeof right) throw incomparable(type, left, right);
    return left === right;
  }
  const compare = typeof type === 'string' && Object.hasOwn(ORDERS, type) ? ORDERS[type] : undefined;
  if (compare === undefined) throw bad(`there is no condition of the type ${JSON.stringify(type)}`);
  if (typeof left === 'number' && typeof right === 'number') return compare(left, right);
  if (typeof left === 'string' && typeof right === 'string') return compare(left, right);
  throw incomparable(type as string, left, right);
}

function listOf(condition: JsonObject, member: string): readonly Json[] {
  const list = condition[member];
  if (!Array.isArray(list)) throw bad(`${member} of ${JSON.stringify(condition['Type'])} is no list`);
  return list as readonly Json[];
}

function operand(condition: JsonObject, member: string): string | number | boolean | null {
  const value = condition[member];
  if (value === undefined) throw bad(`${JSON.stringify(condition['Type'])} has no ${member}`);
  if (typeof value === 'object' && value !== null) {
    throw bad(`${member} of ${JSON.stringify(condition['Type'])} is ${JSON.stringify(value)}: neither text nor number`);
  }
  return value;
}

function bad(detail: string): PipelineError {
  return new PipelineError('failed', 'bad-condition', `A condition cannot be told: ${detail}`);
}

function incomparable(type: string, left: Json, right: Json): PipelineError {
  const [one, other] = [left, right].map((value) => JSON.stringify(value));
  return new PipelineError('failed', 'bad-condition', `${type} cannot compare ${one} with ${other}`, {
    detail: 'they are of different types',
    fix: 'a number is written without quotes: 5, not "5"',
  });
}
