import type { Json, PipelineDocument, StepDocument } from './document.ts';
import { type Expression, isExpression, isObject } from './expression.ts';
import { type Path, child } from './path.ts';

/** The two lists of steps inside a Condition step. */
export const BRANCHES = ['IfSteps', 'ElseSteps'] as const;
export type Branch = (typeof BRANCHES)[number];

/** A step and where it stands. */
export interface StepPlace {
  readonly step: StepDocument;
  readonly path: Path;
  /** The Condition step around it and the side it stands on; undefined at the top level. */
  readonly inside: { readonly condition: StepPlace; readonly branch: Branch } | undefined;
}

/**
 * Every step at any depth, each Condition before the steps of its branches, in the order of the document. What has no
 * name is no step and is passed over, so that a broken document can be walked too.
 */
export function* walkSteps(document: PipelineDocument): Generator<StepPlace> {
  const open: StepPlace[] = [];
  pushReversed(open, placesOf(document.Steps, child(undefined, 'Steps'), undefined));
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    yield place;
    for (const branch of BRANCHES.toReversed()) {
      const steps = branchOf(place.step, branch);
      const path = child(child(place.path, 'Arguments'), branch);
      pushReversed(open, placesOf(steps, path, { condition: place, branch }));
    }
  }
}

/** The steps on one side of a Condition; none for a step of another type. */
export function branchOf(step: StepDocument, branch: Branch): readonly StepDocument[] {
  const steps = step.Type === 'Condition' && isObject(step.Arguments) ? step.Arguments[branch] : undefined;
  return Array.isArray(steps) ? steps : [];
}

function placesOf(steps: readonly StepDocument[], path: Path, inside: StepPlace['inside']): StepPlace[] {
  const places: StepPlace[] = [];
  for (const [index, step] of (Array.isArray(steps) ? steps : []).entries()) {
    if (isNamed(step)) places.push({ step, path: child(path, index), inside });
  }
  return places;
}

function isNamed(step: unknown): step is StepDocument {
  return isObject(step) && typeof step['Name'] === 'string';
}

/** An expression and where it stands. */
export interface ExpressionPlace {
  readonly expression: Expression;
  readonly path: Path;
}

/** Every expression in a value, the outer before the inner, in the order of the document. */
export function* walkExpressions(value: Json | undefined, path: Path | undefined): Generator<ExpressionPlace> {
  yield* walk([{ value, path }]);
}

/** Every expression that a step itself holds: for a Condition without those of the steps in its branches. */
export function* walkStepExpressions({ step, path }: StepPlace): Generator<ExpressionPlace> {
  const open: Open[] = [];
  for (const [key, value] of membersOf(step)) {
    const at = child(path, key);
    if (step.Type === 'Condition' && key === 'Arguments') {
      for (const [name, argument] of membersOf(value)) {
        if (!BRANCHES.some((branch) => branch === name)) open.push({ value: argument, path: child(at, name) });
      }
    } else {
      open.push({ value, path: at });
    }
  }
  yield* walk(open.toReversed());
}

interface Open {
  readonly value: Json | undefined;
  readonly path: Path | undefined;
}

// A stack of our own: a document from anywhere may nest deeper than the call stack goes.
function* walk(open: Open[]): Generator<ExpressionPlace> {
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, path } = next;
    if (typeof value !== 'object' || value === null) continue;
    if (path !== undefined && isExpression(value)) yield { expression: value, path };
    const inner: Open[] = Array.isArray(value)
      ? value.map((element: Json, index) => ({ value: element, path: child(path, index) }))
      : membersOf(value).map(([key, member]) => ({ value: member, path: child(path, key) }));
    pushReversed(open, inner);
  }
}

// Not `push(...added)`: a list from anywhere may hold more elements than a call takes arguments.
function pushReversed<T>(stack: T[], added: readonly T[]): void {
  for (let index = added.length - 1; index >= 0; index--) stack.push(added[index]!);
}

function membersOf(value: object | Json): [string, Json][] {
  return typeof value === 'object' && value !== null ? (Object.entries(value) as [string, Json][]) : [];
}
