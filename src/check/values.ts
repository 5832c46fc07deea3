import { type Json, type ParameterType, parameterType } from '../definition/document.ts';
import { isExpression, isObject } from '../definition/expression.ts';
import { type Segment, parseReference } from '../definition/reference.ts';
import { show } from './describe.ts';
import type { Subject } from './rule.ts';

/** The types of values, as far as AWS tells them apart. */
export type ValueType = 'text' | 'integer' | 'float' | 'boolean';

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
      const type = Object.hasOwn(TYPES, declared) ? TYPES[declared] : undefined;
      return type && { type, what: `parameter ${reference.name} (${declared})`, isDeclared: true };
    }
    case 'Execution':
      if (TIMES.includes(reference.variable)) return undefined;
      return { type: 'text', what: `Execution.${reference.variable} (String)`, isDeclared: true };
    case 'PipelineExperimentConfig':
      return { type: 'text', what: `${text} (String)`, isDeclared: true };
    case 'Steps':
      return output(reference.step, reference.path, subject);
    case 'unknown':
      return undefined;
  }
}

/** What a Lambda or Callback step hands on, by the type that it declares; a condition's outcome. */
function output(name: string, path: readonly Segment[], { graph }: Subject): Known | undefined {
  const step = graph.steps.get(name)?.step;
  const [first, second, ...rest] = path;
  if (step === undefined || first === undefined || !('member' in first) || rest.length > 0) return undefined;
  if (step.Type === 'Condition' && first.member === 'Outcome' && second === undefined) {
    return { type: 'boolean', what: `the outcome of ${name}`, isDeclared: false };
  }
  if (first.member !== 'OutputParameters' || second === undefined || !('key' in second)) return undefined;
  const outputs = (step as unknown as Readonly<Record<string, Json>>)['OutputParameters'];
  const declared = (Array.isArray(outputs) ? (outputs as Json[]) : []).find(
    (candidate) => isObject(candidate) && candidate['OutputName'] === second.key,
  );
  const type = isObject(declared) ? declared['OutputType'] : undefined;
  if (typeof type !== 'string' || !Object.hasOwn(TYPES, type)) return undefined;
  return { type: TYPES[type as ParameterType], what: `output ${second.key} of ${name} (${type})`, isDeclared: true };
}
