import { type Shape, shapeOf } from '../aws/shapes.ts';
import { stepShapes } from '../aws/step-shapes.ts';
import type { Json, JsonObject, StepDocument } from '../definition/document.ts';
import { isObject } from '../definition/expression.ts';
import type { Segment } from '../definition/reference.ts';
import { outputNames } from './property-files.ts';

/** What a path into a step's properties comes to. */
export type Property =
  /** A shape of AWS's API, a type that the document declares, or nothing that is known. */
  | { readonly shape?: Shape | undefined; readonly declared?: string | undefined }
  /** The path leads nowhere: at which part, of what, and what there is instead. */
  | { readonly unknown: string; readonly owner: string; readonly known: readonly string[] };

const CHECK_PROPERTIES: Readonly<Record<string, readonly string[]>> = {
  QualityCheck: [
    'CalculatedBaselineConstraints',
    'CalculatedBaselineStatistics',
    'BaselineUsedForDriftCheckConstraints',
    'BaselineUsedForDriftCheckStatistics',
  ],
  ClarifyCheck: ['CalculatedBaselineConstraints', 'BaselineUsedForDriftCheckConstraints'],
};
const OF_NOBODY: Property = {};

/** Follows the path of a reference into a step's properties. */
export function propertyOf(step: StepDocument, path: readonly Segment[]): Property {
  const [first, ...rest] = path;
  if (first === undefined || typeof step.Type !== 'string') return OF_NOBODY;
  const name = nameOf(first);
  if (step.Type === 'Lambda' || step.Type === 'Callback') return outputOf(step, name, rest);
  if (step.Type === 'Condition') {
    return name === 'Outcome' && rest.length === 0 ? { declared: 'Boolean' } : lost(step, name, ['Outcome']);
  }
  const own = Object.hasOwn(CHECK_PROPERTIES, step.Type) ? CHECK_PROPERTIES[step.Type] : undefined;
  if (own !== undefined)
    return own.includes(name) && rest.length === 0 ? { declared: 'String' } : lost(step, name, own);
  const answers = (stepShapes(step.Type)?.answers ?? []).map(shapeOf);
  if (answers.length === 0) return OF_NOBODY;
  if (step.Type === 'AutoML' && name === 'BestCandidateProperties') return OF_NOBODY;
  const start = answers.find((shape) => shape.kind === 'structure' && shape.members.has(name));
  if (start === undefined) return lost(step, name, answers.flatMap(membersOf));
  return follow(step, start, path);
}

/** The list of a step's arguments whose elements its properties give by their names. */
const NAMED: Readonly<Record<string, (step: StepDocument) => ReadonlySet<string> | undefined>> = {
  'ProcessingOutputConfig.Outputs': outputNames,
  ProcessingInputs: inputNames,
};

function follow(step: StepDocument, start: Shape, path: readonly Segment[]): Property {
  let shape = start;
  const walked: string[] = [];
  for (const segment of path) {
    const name = nameOf(segment);
    const owner = walked.length === 0 ? ownerOf(step) : walked.join('.');
    if (shape.kind === 'structure') {
      const member = 'member' in segment ? shape.members.get(name) : undefined;
      if (member === undefined) return { unknown: name, owner, known: membersOf(shape) };
      shape = shapeOf(member.shape);
    } else if (shape.kind === 'list') {
      if ('member' in segment) return { unknown: name, owner, known: ['[0]'] };
      const list = walked.join('.');
      const names = 'key' in segment && Object.hasOwn(NAMED, list) ? NAMED[list]!(step) : undefined;
      if (names !== undefined && !names.has(name))
        return { unknown: name, owner: `${list} of ${ownerOf(step)}`, known: [...names] };
      shape = shapeOf(shape.element);
    } else if (shape.kind === 'map') {
      shape = shapeOf(shape.value);
    } else {
      return { unknown: name, owner, known: [] };
    }
    if ('member' in segment) walked.push(name);
  }
  return { shape };
}

/** What a Lambda or Callback step hands on. */
function outputOf(step: StepDocument, name: string, rest: readonly Segment[]): Property {
  const [key, ...beyond] = rest;
  if (name !== 'OutputParameters' || key === undefined || beyond.length > 0)
    return lost(step, name, ["OutputParameters['…']"]);
  const outputs = (step as unknown as JsonObject)['OutputParameters'];
  // What is no list is a fault of its own.
  if (outputs !== undefined && outputs !== null && !Array.isArray(outputs)) return OF_NOBODY;
  const declared = new Map<string, Json | undefined>();
  for (const output of (outputs ?? []) as Json[]) {
    if (isObject(output) && typeof output['OutputName'] === 'string')
      declared.set(output['OutputName'], output['OutputType']);
  }
  const wanted = nameOf(key);
  if (!declared.has(wanted))
    return { unknown: wanted, owner: `OutputParameters of ${ownerOf(step)}`, known: [...declared.keys()] };
  const type = declared.get(wanted);
  return { declared: typeof type === 'string' ? type : undefined };
}

function inputNames(step: StepDocument): ReadonlySet<string> | undefined {
  const inputs = isObject(step.Arguments) ? (step.Arguments['ProcessingInputs'] ?? []) : undefined;
  if (!Array.isArray(inputs)) return undefined;
  const names = (inputs as Json[]).map((input) => (isObject(input) ? input['InputName'] : undefined));
  return names.every((name) => typeof name === 'string') ? new Set(names) : undefined;
}

function lost(step: StepDocument, unknown: string, known: readonly string[]): Property {
  return { unknown, owner: ownerOf(step), known };
}

function ownerOf(step: StepDocument): string {
  return `${step.Type} step ${step.Name}`;
}

function membersOf(shape: Shape): string[] {
  return shape.kind === 'structure' ? [...shape.members.keys()] : [];
}

function nameOf(segment: Segment): string {
  if ('member' in segment) return segment.member;
  return 'key' in segment ? segment.key : String(segment.index);
}
