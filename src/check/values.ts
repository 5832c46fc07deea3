import { type Json, type ParameterType, parameterType } from '../definition/document.ts';
import { isExpression } from '../definition/expression.ts';
import { type Segment, formatStepReference, parseReference } from '../definition/reference.ts';
import type { Shape } from '../aws/shapes.ts';
import { show } from './describe.ts';
import { propertyOf } from './properties.ts';
import type { Subject } from './rule.ts';

/** The types of values, as far as AWS tells them apart. */
type ValueType = 'text' | 'integer' | 'float' | 'boolean' | 'structure';

/** What can be said of a value before it is known. */
export interface Known {
  readonly type: ValueType;
  /** In words: `parameter Limit (Float)`. */
  readonly what: string;
  /** Whether the document itself says so; a property's type is AWS's model's word. */
  readonly isDeclared: boolean;
}

const TYPES: Readonly<Record<ParameterType, ValueType>> = {
  String: 'text',
  Integer: 'integer',
  Float: 'float',
  Boolean: 'boolean',
};
const TIMES = ['StartDateTime', 'CurrentDateTime'];

/** The type of a literal or an expression; undefined where nobody can know. */
export function knownValue(value: Json | undefined, subject: Subject): Known | undefined {
  if (typeof value === 'string') return { type: 'text', what: show(value), isDeclared: true };
  if (typeof value === 'boolean') return { type: 'boolean', what: String(value), isDeclared: true };
  if (typeof value === 'number') {
    return { type: Number.isInteger(value) ? 'integer' : 'float', what: String(value), isDeclared: true };
  }
  if (!isExpression(value)) return undefined;
  if (value['Std:Join'] !== undefined) return { type: 'text', what: 'a Std:Join, a text', isDeclared: true };
  return typeof value['Get'] === 'string' ? referred(value['Get'], subject) : undefined;
}

function referred(text: string, subject: Subject): Known | undefined {
  const reference = parseReference(text);
  switch (reference.root) {
    case 'Parameters': {
      const declaration = subject.parameters.get(reference.name)?.declaration;
      if (declaration === undefined) return undefined;
      const declared = parameterType(declaration);
      // Whatever stands there: a type that is none is a fault of its own.
      const isType = typeof declared === 'string' && Object.hasOwn(TYPES, declared);
      const type = isType ? TYPES[declared] : undefined;
      return type && { type, what: `parameter ${reference.name} (${declared})`, isDeclared: true };
    }
    case 'Execution':
      if (TIMES.includes(reference.variable)) return undefined;
      return { type: 'text', what: `Execution.${reference.variable} (String)`, isDeclared: true };
    case 'PipelineExperimentConfig':
      return { type: 'text', what: `${text} (String)`, isDeclared: true };
    case 'Steps':
      return property(reference.step, reference.path, subject);
    case 'unknown':
      return undefined;
  }
}

/** What AWS's model, or the step itself, says of a property. */
function property(name: string, path: readonly Segment[], { graph, shared }: Subject): Known | undefined {
  const step = shared.has(name) ? undefined : graph.steps.get(name)?.step;
  const found = step === undefined ? undefined : propertyOf(step, path);
  if (found === undefined || 'unknown' in found) return undefined;
  const what = formatStepReference(name, path);
  if (found.declared !== undefined) {
    const type = Object.hasOwn(TYPES, found.declared) ? TYPES[found.declared as ParameterType] : undefined;
    return type && { type, what: `${what} (${found.declared})`, isDeclared: true };
  }
  const type = found.shape === undefined ? undefined : KINDS[found.shape.kind];
  return type && { type, what: `${what} (${NAMES[type]})`, isDeclared: false };
}

const KINDS: Readonly<Record<Shape['kind'], ValueType | undefined>> = {
  text: 'text',
  enum: 'text',
  integer: 'integer',
  float: 'float',
  boolean: 'boolean',
  // A time is written out as a text where one is wanted.
  time: undefined,
  structure: 'structure',
  list: 'structure',
  map: 'structure',
};

const NAMES: Readonly<Record<ValueType, string>> = {
  text: 'String',
  integer: 'Integer',
  float: 'Float',
  boolean: 'Boolean',
  structure: 'a whole structure',
};
