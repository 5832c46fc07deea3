import { type Shape, shapeOf } from '../../aws/shapes.ts';
import { stepShapes } from '../../aws/step-shapes.ts';
import { ARTIFACT_BUCKET } from '../../definition/bind.ts';
import type { ParameterType } from '../../definition/document.ts';
import {
  EXECUTION_VARIABLES,
  type Reference,
  type Segment,
  formatStepReference,
  parseReference,
} from '../../definition/reference.ts';
import { type Code, call, memberPath, object, quote, stringLiteral, text } from './code.ts';
import type { Module, StepConstant } from './module.ts';
import type { LeafType } from './place.ts';

/** The code of an expression and the type that it has; `structure` is what no single value can be. */
export interface Written {
  readonly code: Code;
  readonly type: LeafType | 'structure';
  /** Why it stands as the document has it. */
  readonly why?: string | undefined;
}

export const PARAMETER_LEAVES = {
  String: 'string',
  Integer: 'number',
  Float: 'number',
  Boolean: 'boolean',
} as const satisfies Readonly<Record<ParameterType, LeafType>>;

const BASELINES = ['CalculatedBaselineConstraints', 'BaselineUsedForDriftCheckConstraints'];
const STATISTICS = ['CalculatedBaselineStatistics', 'BaselineUsedForDriftCheckStatistics'];

// What the API's answers do not have and this library's types do.
const OWN_PROPERTIES: Readonly<Record<string, ReadonlyMap<string, LeafType>>> = {
  Condition: new Map([['.Outcome', 'boolean']]),
  ClarifyCheck: new Map(BASELINES.map((name) => [`.${name}`, 'string'])),
  QualityCheck: new Map([...BASELINES, ...STATISTICS].map((name) => [`.${name}`, 'string'])),
  AutoML: new Map(
    ['ModelInsightsJsonReportPath', 'ExplainabilityJsonReportPath'].map((name) => [
      `.BestCandidateProperties.${name}`,
      'string',
    ]),
  ),
};

// What EMR answers is typed by hand, and not all of it.
const EMR_UNTYPED: ReadonlySet<string> = new Set(['LogUri', 'EncryptionKeyArn']);

/** A `Get`: a constant, a property of one, or where there is none the reference as the document has it. */
export function writeReference(get: string, wanted: LeafType, module: Module): Written {
  const reference = parseReference(get);
  return writeKnown(reference, get, wanted, module) ?? rawReference(get, wanted, module);
}

/** A reference as the document has it, with the type that is wanted. */
function rawReference(get: string, wanted: LeafType, module: Module): Written {
  module.imports.add('unsafe');
  const value = object([{ key: 'Get', value: stringLiteral(get) }]);
  return {
    code: call(`unsafe<${wanted}>`, [value]),
    type: wanted,
    why: 'nothing declared so far gives this reference',
  };
}

function writeKnown(reference: Reference, get: string, wanted: LeafType, module: Module): Written | undefined {
  switch (reference.root) {
    case 'Parameters': {
      if (module.lateBound.has(reference.name)) {
        module.imports.add('environment');
        const member = reference.name === ARTIFACT_BUCKET ? 'bucket' : 'roleArn';
        return { code: text(`environment.${member}`), type: 'string' };
      }
      const parameter = module.parameters.get(reference.name);
      return parameter && { code: text(parameter.identifier), type: PARAMETER_LEAVES[parameter.type] };
    }
    case 'Execution':
      if (!EXECUTION_VARIABLES.includes(reference.variable)) return undefined;
      module.imports.add('execution');
      return { code: text(`execution.${reference.variable}`), type: 'string' };
    case 'Steps': {
      const step = module.steps.get(reference.step);
      const { path } = reference;
      if (step === undefined || path.length === 0 || formatStepReference(reference.step, path) !== get)
        return undefined;
      return writeProperty(step, path, wanted);
    }
    case 'PipelineExperimentConfig':
    case 'unknown':
      return undefined;
  }
}

function writeProperty(step: StepConstant, path: readonly Segment[], wanted: LeafType): Written | undefined {
  const { identifier } = step;
  if (step.isCustom) {
    const type = typeOfProperty(step.type, path) ?? wanted;
    const known = type === 'structure' ? wanted : type;
    const generic = known === 'string' ? '' : `<${known}>`;
    const spelt = formatStepReference('', path).slice('Steps.'.length);
    return {
      code: memberPath(`${identifier}.property${generic}(${quote(spelt.replace(/^\./, ''))})`),
      type: known,
    };
  }
  const output = outputOf(step, path);
  if (output !== undefined) {
    return { code: memberPath(`${identifier}.output(${quote(output.name)})`), type: output.type };
  }
  const type = typeOfProperty(step.type, path);
  if (type === undefined) return undefined;
  return { code: memberPath(`${identifier}.properties${membersOf(step.type, path)}`), type };
}

function outputOf(
  { type, outputs }: StepConstant,
  path: readonly Segment[],
): { readonly name: string; readonly type: LeafType } | undefined {
  const spelt = path.map((segment) => ('member' in segment ? segment.member : 'key' in segment ? '*' : '#')).join('.');
  const place = type === 'Processing' ? 'ProcessingOutputConfig.Outputs.*.S3Output.S3Uri' : 'OutputParameters.*';
  if (spelt !== place) return undefined;
  const name = path.flatMap((segment) => ('key' in segment ? [segment.key] : []))[0]!;
  const found = outputs.get(name);
  return found && { name, type: found };
}

/** The type of a property as this library's types have it; undefined where they have none. */
function typeOfProperty(stepType: string, path: readonly Segment[]): LeafType | 'structure' | undefined {
  const own = Object.hasOwn(OWN_PROPERTIES, stepType) ? OWN_PROPERTIES[stepType] : undefined;
  const special = own?.get(formatStepReference('', path).slice('Steps.'.length));
  if (special !== undefined) return special;
  const shape = shapeOfProperty(stepType, path)?.at(-1);
  if (shape === undefined) return undefined;
  switch (shape.kind) {
    case 'text':
    case 'enum':
      return 'string';
    case 'integer':
    case 'float':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'time':
      return 'Date';
    default:
      return 'structure';
  }
}

/** The shapes along a path, one for each segment. */
function shapeOfProperty(stepType: string, path: readonly Segment[]): readonly Shape[] | undefined {
  const { answers = [] } = stepShapes(stepType) ?? {};
  const [first, ...rest] = path;
  if (first === undefined || !('member' in first)) return undefined;
  if (stepType === 'EMR' && EMR_UNTYPED.has(first.member)) return undefined;
  for (const answer of answers) {
    const found = next(shapeOf(answer), first);
    if (found === undefined) continue;
    const shapes = [found];
    for (const segment of rest) {
      const inner = next(shapes.at(-1)!, segment);
      if (inner === undefined) return undefined;
      shapes.push(inner);
    }
    return shapes;
  }
  return undefined;
}

function next(shape: Shape, segment: Segment): Shape | undefined {
  if (shape.kind === 'structure') {
    const member = 'member' in segment ? shape.members.get(segment.member) : undefined;
    // At run time a property knows its members by their capital.
    return member === undefined || !('member' in segment) || !/^[A-Z]/.test(segment.member)
      ? undefined
      : shapeOf(member.shape);
  }
  if (shape.kind === 'list') return 'member' in segment ? undefined : shapeOf(shape.element);
  return shape.kind === 'map' && 'key' in segment ? shapeOf(shape.value) : undefined;
}

function membersOf(stepType: string, path: readonly Segment[]): string {
  const shapes = shapeOfProperty(stepType, path) ?? [];
  return path
    .map((segment, index) => {
      if ('member' in segment) return `.${segment.member}`;
      if ('index' in segment) return `.at(${segment.index})`;
      return `.${shapes[index - 1]?.kind === 'map' ? 'get' : 'at'}(${quote(segment.key)})`;
    })
    .join('');
}
