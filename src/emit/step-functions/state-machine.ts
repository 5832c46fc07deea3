import type { Diagnostic } from '../../definition/diagnostic.ts';
import type { Json, JsonObject, PipelineDocument, StepDocument } from '../../definition/document.ts';
import { elementsOf, isObject } from '../../definition/expression.ts';
import { type Graph, graphOf } from '../../definition/graph.ts';
import { type Path, child, formatPath } from '../../definition/path.ts';
import { parseReference } from '../../definition/reference.ts';
import { type StepPlace, branchOf, walkExpressions, walkStepExpressions } from '../../definition/walk.ts';
import { type ChoiceScope, computedValues, ruleOf } from './choice.ts';
import { addFileReads } from './files.ts';
import { type Plan, type State, catchers, onward } from './state.ts';
import { addTask } from './tasks.ts';
import { bracket, filePlace } from './template.ts';

/** A pipeline as a state machine, and what of it could not be one. */
export interface StateMachine {
  readonly machine: JsonObject;
  readonly diagnostics: readonly Diagnostic[];
}

const NAME_LENGTH = 80;
/** More results than these cannot be put together in one state: intrinsic functions nest ten deep. */
const MOST_BRANCHES = 9;
const FAILED = 'Pipeline failed';

/**
 * A document as a state machine of Step Functions (JSONPath): one state a step, steps that wait for nothing in between
 * side by side, parameters as the execution's input with their defaults. What the machine cannot do is an error.
 *
 * @example const { machine, diagnostics } = toStateMachine(bind(definition, account));
 */
export function toStateMachine(document: PipelineDocument): StateMachine {
  const diagnostics: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic): void => void diagnostics.push(diagnostic);
  const graph = graphOf(document);
  const steps = new Map([...graph.steps].map(([name, { step }]) => [name, step]));
  const names = new Set<string>();
  const states = new Map<string, State>();
  const plan: Plan = { steps, report, add: adder(states, names), onFailure: FAILED };
  const builder: Builder = { document, graph, names, read: new Set(), asked: askedConditions(document) };
  names.add(FAILED);
  const first = addList(document.Steps, child(undefined, 'Steps'), undefined, plan, builder);
  const start = addParameters(document, first, plan);
  if ([...states.values()].some(({ Catch }) => Catch !== undefined)) {
    states.set(FAILED, { Type: 'Fail', Error: FAILED, CausePath: '$.Error.Cause' });
  }
  return {
    machine: { Comment: 'Written by sagemaker-pipelines', StartAt: start, States: inOrder(states, start) },
    diagnostics,
  };
}

interface Builder {
  readonly document: PipelineDocument;
  readonly graph: Graph;
  readonly names: Set<string>;
  /** The files that have been read before, by their places in the machine's data. */
  readonly read: ReadonlySet<string>;
  /** The conditions that something asks what they came to. */
  readonly asked: ReadonlySet<string>;
}

/** Adds states under names that are nobody else's in the whole machine. */
function adder(states: Map<string, State>, names: Set<string>): Plan['add'] {
  return (wanted, state) => {
    let name = wanted.slice(0, NAME_LENGTH);
    for (let count = 2; names.has(name); count++) {
      const ending = ` (${count})`;
      name = wanted.slice(0, NAME_LENGTH - ending.length) + ending;
    }
    names.add(name);
    states.set(name, state);
    return name;
  };
}

function addParameters(document: PipelineDocument, next: string | undefined, plan: Plan): string {
  const defaults = (document.Parameters ?? []).flatMap(({ Name, DefaultValue }) =>
    DefaultValue === undefined ? [] : [[Name, DefaultValue] as const],
  );
  const merged = defaults.length === 0 ? '$$.Execution.Input' : 'States.JsonMerge($, $$.Execution.Input, false)';
  const parameters = plan.add('Parameters', {
    Type: 'Pass',
    Comment: 'What the execution was started with, over the defaults',
    Parameters: { 'Parameters.$': merged, Steps: {} },
    ...onward(next),
  });
  if (defaults.length === 0) return parameters;
  return plan.add('Defaults', { Type: 'Pass', Result: Object.fromEntries(defaults), Next: parameters });
}

/** Adds the steps of one list, last first; the result is the state to begin with. */
function addList(
  steps: readonly StepDocument[],
  path: Path,
  next: string | undefined,
  plan: Plan,
  builder: Builder,
): string | undefined {
  const levels = levelsOf(steps, builder.graph);
  let onto = next;
  for (const level of levels.toReversed()) {
    const places = level.map((index) => ({ step: steps[index]!, path: child(path, index) }));
    onto = addLevel(places, onto, plan, builder);
  }
  for (const level of levels.slice(0, -1)) {
    if (level.length > 1) {
      plan.report({
        code: 'barrier',
        severity: 'warning',
        message: `Everything after ${level.map((index) => steps[index]!.Name).join(', ')} waits for all of them`,
        path: formatPath(path),
        detail: 'SageMaker starts each step when those that it needs have ended',
      });
    }
  }
  return onto;
}

interface Place {
  readonly step: StepDocument;
  readonly path: Path;
}

function addLevel(
  places: readonly Place[],
  next: string | undefined,
  plan: Plan,
  builder: Builder,
): string | undefined {
  const [only] = places;
  if (only === undefined) return next;
  if (places.length === 1) return addStep(only, next, plan, builder);
  const groups = places.length > MOST_BRANCHES ? grouped(places) : places.map((place) => [place]);
  const branches = groups.map((group) => {
    const states = new Map<string, State>();
    const inner: Plan = { ...plan, add: adder(states, builder.names), onFailure: undefined };
    const start = addLevel(group, undefined, inner, builder);
    return { StartAt: start ?? '', States: inOrder(states, start ?? '') };
  });
  const name = places.map(({ step }) => step.Name).join(', ');
  const results = groups.map((_, index) => `Branch${index + 1}`);
  const merged = plan.add(`${name}: together`, {
    Type: 'Pass',
    Parameters: {
      'Parameters.$': '$.Branch1.Parameters',
      'Steps.$': results
        .map((each) => `$.${each}.Steps`)
        .reduce((left, right) => `States.JsonMerge(${left}, ${right}, false)`),
    },
    ...onward(next),
  });
  return plan.add(name, {
    Type: 'Parallel',
    Branches: branches,
    // Each branch gives back all that it was given, and what it has added.
    ResultSelector: Object.fromEntries(results.map((each, index) => [`${each}.$`, `$[${index}]`])),
    ...catchers(plan),
    Next: merged,
  });
}

function grouped<T>(items: readonly T[]): T[][] {
  const size = Math.ceil(items.length / MOST_BRANCHES);
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));
}

function addStep(place: Place, next: string | undefined, plan: Plan, builder: Builder): string | undefined {
  const { step } = place;
  const known: StepPlace = { ...place, inside: undefined };
  const gets = [...walkStepExpressions(known)].flatMap(({ expression, path }) => {
    const get = expression['Std:JsonGet'];
    return isObject(get) && !builder.read.has(filePlace(get)) ? [{ get, path }] : [];
  });
  const inner = { ...builder, read: new Set([...builder.read, ...gets.map(({ get }) => filePlace(get))]) };
  const first = step.Type === 'Condition' ? addCondition(place, next, plan, inner) : addTask({ ...place, next }, plan);
  return first === undefined || gets.length === 0 ? first : addFileReads(gets, first, plan);
}

function addCondition({ step, path }: Place, next: string | undefined, plan: Plan, builder: Builder): string {
  const args = child(path, 'Arguments');
  const onto = next ?? plan.add(`${step.Name}: done`, { Type: 'Pass', End: true });
  const branch = (name: 'IfSteps' | 'ElseSteps'): string =>
    addList(branchOf(step, name), child(args, name), onto, plan, builder) ?? onto;
  const conditions = step.Arguments['Conditions'];
  const place = `$.Steps${bracket(step.Name)}`;
  const scope: ChoiceScope = { ...plan, document: builder.document, computed: new Map(), place };
  const rule = ruleOf(elementsOf(conditions), child(args, 'Conditions'), scope);
  const outcome = (Outcome: boolean, to: string): string =>
    builder.asked.has(step.Name)
      ? plan.add(`${step.Name}: ${Outcome}`, { Type: 'Pass', Result: { Outcome }, ResultPath: place, Next: to })
      : to;
  const [yes, no] = [outcome(true, branch('IfSteps')), outcome(false, branch('ElseSteps'))];
  const choice = plan.add(step.Name, { Type: 'Choice', Choices: [{ ...rule, Next: yes }], Default: no });
  if (scope.computed.size === 0) return choice;
  return plan.add(`${step.Name}: values`, {
    Type: 'Pass',
    Parameters: computedValues(scope),
    ResultPath: place,
    Next: choice,
  });
}

function askedConditions(document: PipelineDocument): Set<string> {
  const asked = new Set<string>();
  for (const { expression } of walkExpressions(document as unknown as JsonObject, undefined)) {
    const reference = typeof expression['Get'] === 'string' ? parseReference(expression['Get']) : undefined;
    if (reference?.root === 'Steps') asked.add(reference.step);
  }
  return asked;
}

/** The steps of a list in levels: each after all that it, or a step inside it, waits for. */
function levelsOf(steps: readonly StepDocument[], graph: Graph): number[][] {
  const home = new Map<string, number>();
  for (const [name, place] of graph.steps) {
    for (let at: StepPlace | undefined = place; at !== undefined; at = at.inside?.condition) {
      const index = steps.indexOf(at.step);
      if (index >= 0) home.set(name, index);
    }
  }
  const depth = steps.map(() => 0);
  const edges = graph.edges.flatMap(({ step, needs }) => {
    const [reader, needed] = [home.get(step), home.get(needs)];
    return reader === undefined || needed === undefined || reader === needed ? [] : [[reader, needed] as const];
  });
  // As many rounds as there are steps are enough, unless they wait for each other, which is refused before.
  for (let round = 0, changed = true; changed && round <= steps.length; round++) {
    changed = false;
    for (const [reader, needed] of edges) {
      if (depth[reader]! > depth[needed]!) continue;
      depth[reader] = depth[needed]! + 1;
      changed = true;
    }
  }
  const levels: number[][] = [];
  for (const [index, level] of depth.entries()) (levels[level] ??= []).push(index);
  return levels.filter((level) => level !== undefined);
}

/** States as a reader follows them: from the first on, what follows before what is beside; one that nothing leads to is refused. */
function inOrder(states: ReadonlyMap<string, State>, start: string): JsonObject {
  const ordered = new Map<string, State>();
  const caught: string[] = [];
  const open = [start];
  for (let name = open.pop() ?? caught.pop(); name !== undefined; name = open.pop() ?? caught.pop()) {
    const state = states.get(name);
    if (state === undefined || ordered.has(name)) continue;
    ordered.set(name, state);
    const choices = elementsOf(state['Choices']) as readonly JsonObject[];
    const catches = elementsOf(state['Catch']) as readonly JsonObject[];
    const onwardTo = [state['Next'], ...choices.map((choice) => choice['Next']), state['Default']];
    open.push(...onwardTo.filter(isName).toReversed());
    caught.push(...catches.map((each) => each['Next']).filter(isName));
  }
  return Object.fromEntries(ordered);
}

function isName(to: Json | undefined): to is string {
  return typeof to === 'string';
}
