import type { Json, JsonObject } from '../../definition/document.ts';
import { isExpression, isObject } from '../../definition/expression.ts';
import { parseReference } from '../../definition/reference.ts';
import { type Code, call, list, stringLiteral } from './code.ts';
import { unsafe, writeAny, writeExpression } from './expressions.ts';
import { hasOnly } from './members.ts';
import type { Module } from './module.ts';
import type { LeafType } from './place.ts';
import { PARAMETER_LEAVES } from './references.ts';

const OPERATORS: Readonly<Record<string, string>> = {
  Equals: '==',
  GreaterThan: '>',
  GreaterThanOrEqualTo: '>=',
  LessThan: '<',
  LessThanOrEqualTo: '<=',
};

const NEGATED: Readonly<Record<string, string>> = { '==': '!=', in: 'not in' };

/** One of the conditions of a Condition step; what `when` cannot say stands as the document has it. */
export function writeCondition(condition: Json, module: Module): Code {
  return writeKnown(condition, module) ?? unsafe('never', writeAny(condition, module), module);
}

function writeKnown(condition: Json, module: Module): Code | undefined {
  if (!isObject(condition)) return undefined;
  const comparison = comparisonIn(condition);
  if (comparison !== undefined) return writeComparison(comparison, module);
  if (condition['Type'] === 'Not' && hasOnly(condition, ['Type', 'Condition'])) {
    const inner = condition['Condition']!;
    const negated = isObject(inner) ? comparisonIn(inner) : undefined;
    const operator = negated === undefined ? undefined : NEGATED[negated.operator];
    if (negated !== undefined && operator !== undefined) return writeComparison({ ...negated, operator }, module);
    module.imports.add('not');
    return call('not', [writeCondition(inner, module)]);
  }
  const { Conditions: conditions } = condition;
  if (condition['Type'] === 'Or' && hasOnly(condition, ['Type', 'Conditions']) && Array.isArray(conditions)) {
    module.imports.add('or');
    return call(
      'or',
      conditions.map((inner: Json) => writeCondition(inner, module)),
    );
  }
  return undefined;
}

interface Comparison {
  readonly left: Json;
  readonly operator: string;
  readonly right: Json;
}

function comparisonIn(condition: JsonObject): Comparison | undefined {
  const { Type: type } = condition;
  if (typeof type !== 'string') return undefined;
  if (type === 'In' && hasOnly(condition, ['Type', 'QueryValue', 'Values']) && Array.isArray(condition['Values'])) {
    return { left: condition['QueryValue']!, operator: 'in', right: condition['Values'] };
  }
  const operator = Object.hasOwn(OPERATORS, type) ? OPERATORS[type] : undefined;
  if (operator === undefined || !hasOnly(condition, ['Type', 'LeftValue', 'RightValue'])) return undefined;
  return { left: condition['LeftValue']!, operator, right: condition['RightValue']! };
}

function writeComparison({ left, operator, right }: Comparison, module: Module): Code {
  module.imports.add('when');
  const isOrder = operator.startsWith('<') || operator.startsWith('>');
  const choices = operator.endsWith('in') && Array.isArray(right) ? (right as readonly Json[]) : undefined;
  const guess = isOrder ? 'number' : (typeOf(choices === undefined ? right : choices[0], module) ?? 'string');
  const { code, type } = writeLeft(left, guess, module);
  const wanted = isOrder ? 'number' : type;
  const values = enumOf(left, module);
  const leftCode = wanted === type ? code : unsafe(wanted, code, module);
  const rightCode =
    choices === undefined
      ? writeRight(right, wanted, values, module)
      : list(choices.map((value) => ({ value: writeRight(value, wanted, values, module) })));
  return call('when', [leftCode, stringLiteral(operator), rightCode]);
}

/** The type that an operand has by itself. */
function typeOf(value: Json | undefined, module: Module): LeafType | undefined {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return typeof value as LeafType;
  }
  if (!isExpression(value) || typeof value['Get'] !== 'string') return undefined;
  const { type } = writeExpression(value, 'string', module);
  return type === 'structure' || type === 'Date' ? 'string' : type;
}

/** The left operand has to be an expression of a type that can be compared. */
function writeLeft(value: Json, guess: LeafType, module: Module): { readonly code: Code; readonly type: LeafType } {
  if (!isExpression(value)) {
    const type = typeOf(value, module) ?? guess;
    return { code: unsafe(type, writeAny(value, module), module), type };
  }
  const { code, type } = writeExpression(value, guess, module);
  if (type === 'structure' || type === 'Date') return { code: unsafe(guess, code, module), type: guess };
  return { code, type };
}

function writeRight(value: Json, wanted: LeafType, values: readonly string[] | undefined, module: Module): Code {
  if (isExpression(value)) {
    const { code, type } = writeExpression(value, wanted, module);
    return type === wanted ? code : unsafe(wanted, code, module);
  }
  const code = writeAny(value, module);
  const fits = typeof value === wanted && (values === undefined || values.includes(value as string));
  return fits ? code : unsafe(wanted, code, module);
}

/** The only texts that a parameter with such a list can be compared with. */
function enumOf(value: Json, { parameters }: Module): readonly string[] | undefined {
  if (!isExpression(value) || typeof value['Get'] !== 'string') return undefined;
  const reference = parseReference(value['Get']);
  const parameter = reference.root === 'Parameters' ? parameters.get(reference.name) : undefined;
  return parameter !== undefined && PARAMETER_LEAVES[parameter.type] === 'string' ? parameter.values : undefined;
}
