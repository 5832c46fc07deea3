import type { Json, JsonObject, ParameterType, PipelineDocument } from '../../definition/document.ts';
import { parameterType } from '../../definition/document.ts';
import { elementsOf, isExpression, isObject } from '../../definition/expression.ts';
import { type Path, child } from '../../definition/path.ts';
import { parseReference } from '../../definition/reference.ts';
import type { State } from './state.ts';
import { type Scope, bracket, computedOf, unsupported } from './template.ts';

/** What a Choice state is written with. */
export interface ChoiceScope extends Scope {
  readonly document: PipelineDocument;
  /** Values that a Pass state has to compute before: a Choice compares paths, and nothing that is to be computed. */
  readonly computed: Map<string, string>;
  /** Where that state puts them. */
  readonly place: string;
}

const ALWAYS: State = { Variable: '$.Steps', IsPresent: true };
const NEVER: State = { Variable: '$.Steps', IsPresent: false };

const COMPARISONS: Readonly<Record<string, string>> = {
  Equals: 'Equals',
  GreaterThan: 'GreaterThan',
  GreaterThanOrEqualTo: 'GreaterThanEquals',
  LessThan: 'LessThan',
  LessThanOrEqualTo: 'LessThanEquals',
};

/** The rule of a Choice state for all conditions of a step: they hold together. */
export function ruleOf(conditions: readonly Json[], path: Path, scope: ChoiceScope): State {
  const rules = conditions.map((condition, index) => conditionRule(condition, child(path, index), scope));
  const [only] = rules;
  // No condition at all holds; a Choice must ask something.
  if (only === undefined) return ALWAYS;
  return rules.length === 1 ? only : { And: rules };
}

function conditionRule(condition: Json, path: Path, scope: ChoiceScope): State {
  if (!isObject(condition)) return unknown(condition, path, scope);
  const type = condition['Type'];
  switch (type) {
    case 'Not':
      return { Not: conditionRule(condition['Condition'] ?? null, child(path, 'Condition'), scope) };
    case 'Or': {
      const several = elementsOf(condition['Conditions']);
      const rules = several.map((each, index) => conditionRule(each, child(child(path, 'Conditions'), index), scope));
      return { Or: rules };
    }
    case 'In': {
      const values = elementsOf(condition['Values']);
      const query = condition['QueryValue'] ?? null;
      if (values.length === 0) return NEVER;
      return { Or: values.map((value) => comparison('Equals', query, value, path, scope)) };
    }
    default: {
      const operator = typeof type === 'string' ? COMPARISONS[type] : undefined;
      if (operator === undefined) return unknown(type ?? null, path, scope);
      return comparison(operator, condition['LeftValue'] ?? null, condition['RightValue'] ?? null, path, scope);
    }
  }
}

function comparison(operator: string, left: Json, right: Json, path: Path, scope: ChoiceScope): State {
  const variable = variableOf(left, path, scope);
  if (right === null) return operator === 'Equals' ? { Variable: variable, IsNull: true } : NEVER;
  if (!isExpression(right)) {
    // A literal of another type than the value is allowed, and is never equal to it.
    return { Variable: variable, [`${kindOf(typeOf(right, scope))}${operator}`]: right };
  }
  const type = typeOf(left, scope) ?? typeOf(right, scope);
  const other = variableOf(right, path, scope);
  if (type === undefined) return comparisonAsFound(operator, variable, other);
  return { Variable: variable, [`${kindOf(type)}${operator}Path`]: other };
}

function kindOf(type: ParameterType | undefined): string {
  return type === 'String' || type === 'Boolean' ? type : 'Numeric';
}

/** Of two values out of files or of jobs nobody knows the type before: they are compared as what both of them are. */
function comparisonAsFound(operator: string, variable: string, other: string): State {
  const kinds = operator === 'Equals' ? ['Numeric', 'String', 'Boolean'] : ['Numeric', 'String'];
  const rules = kinds.map((kind) => ({
    And: [
      { Variable: variable, [`Is${kind}`]: true },
      { Variable: other, [`Is${kind}`]: true },
      { Variable: variable, [`${kind}${operator}Path`]: other },
    ],
  }));
  return { Or: rules };
}

/** The path of a value; what is none is computed before. */
function variableOf(value: Json, path: Path, scope: ChoiceScope): string {
  const computed = isExpression(value) ? computedOf(value, path, scope) : undefined;
  if (computed !== undefined && /^\$\$?\./.test(computed)) return computed;
  const name = `value${scope.computed.size + 1}`;
  scope.computed.set(name, computed ?? JSON.stringify(value));
  return `${scope.place}${bracket(name)}`;
}

function typeOf(value: Json, { document }: ChoiceScope): ParameterType | undefined {
  if (typeof value === 'string') return 'String';
  if (typeof value === 'number') return 'Float';
  if (typeof value === 'boolean') return 'Boolean';
  if (!isObject(value)) return undefined;
  if ('Std:Join' in value) return 'String';
  if (typeof value['Get'] !== 'string') return undefined;
  const reference = parseReference(value['Get']);
  if (reference.root === 'Execution') return 'String';
  if (reference.root !== 'Parameters') return undefined;
  const declared = document.Parameters?.find(({ Name }) => Name === reference.name);
  return declared && parameterType(declared);
}

function unknown(what: Json, path: Path, scope: ChoiceScope): State {
  scope.report(unsupported(path, `The condition ${JSON.stringify(what)}`, 'it is none of the kinds that are known'));
  return ALWAYS;
}

/** The Pass state that computes what a Choice compares. */
export function computedValues(scope: ChoiceScope): JsonObject {
  return Object.fromEntries(
    [...scope.computed].map(([name, value]) =>
      /^(States\.|\$)/.test(value) ? [`${name}.$`, value] : [name, JSON.parse(value) as Json],
    ),
  );
}
