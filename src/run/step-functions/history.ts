import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { partitionOf } from '../../aws/regions.ts';
import type { Json, JsonObject, PipelineDocument } from '../../definition/document.ts';
import type { Link, RunHappening, RunState } from '../../definition/events.ts';
import { elementsOf, isObject, jsonIn } from '../../definition/expression.ts';
import { type Graph, graphOf, orderOf } from '../../definition/graph.ts';
import { branchOf } from '../../definition/walk.ts';
import { type Resource, consoleHost, consoleLinks, readArn } from '../console-links.ts';
import type { LoggedStep } from '../log-follow.ts';

/** A happening, and where the log of its step is. */
export interface Told {
  readonly happening: RunHappening;
  readonly of?: BegunStep;
}

/** A step that has begun. */
export interface BegunStep extends LoggedStep {
  readonly since: Date | undefined;
}

/** Reads the events of an execution in their order, and says what they mean for the steps of a pipeline. */
interface HistoryReader {
  readonly read: (event: HistoryEvent) => Told[];
  /** The steps that run now. */
  readonly running: () => BegunStep[];
  /** What is to be said of the others once the execution has ended. */
  readonly rest: (state: RunState, cause: string | undefined) => Told[];
}

interface Turn {
  readonly step: string;
  readonly type: string;
  since: Date | undefined;
  attempt: number;
  isTold: boolean;
  job: Resource | undefined;
  failure: string | undefined;
}

/** Names of states are cut off there. */
const NAME_LENGTH = 80;

/** What has been read of an execution so far. */
interface Reading {
  readonly graph: Graph;
  /** By the names of their states. */
  readonly steps: ReadonlyMap<string, string>;
  readonly open: Map<string, Turn>;
  readonly ended: Set<string>;
  /** Which way each Condition went. */
  readonly outcomes: Map<string, string>;
  /** Conditions whose choice is seen only in the state that comes after them, by the event that it comes after. */
  readonly deciding: Map<number, { readonly turn: Turn; readonly at: Date | undefined }>;
  /** The state in which each event was. */
  readonly stateOf: Map<number, string>;
  lastTime: Date | undefined;
}

/** Makes a reader for the execution of a pipeline's machine. */
export function readHistory(document: PipelineDocument): HistoryReader {
  const graph = graphOf(document);
  const reading: Reading = {
    graph,
    steps: new Map([...graph.steps.keys()].map((name) => [name.slice(0, NAME_LENGTH), name])),
    open: new Map(),
    ended: new Set(),
    outcomes: new Map(),
    deciding: new Map(),
    stateOf: new Map(),
    lastTime: undefined,
  };
  return {
    read: (event) => readEvent(reading, event),
    running: () =>
      [...reading.open.values()].map((turn) => {
        const { step: name, attempt, job: resource, since } = turn;
        return { name, attempt, state: 'running', resource, since };
      }),
    rest: (state, cause) => [...endOpen(reading, state, cause), ...skipOthers(reading, state)],
  };
}

function readEvent(reading: Reading, event: HistoryEvent): Told[] {
  const { open, deciding, stateOf } = reading;
  const { id = 0, previousEventId: previous = 0, type = '' } = event;
  const name = event.stateEnteredEventDetails?.name ?? event.stateExitedEventDetails?.name;
  const state = name ?? stateOf.get(previous) ?? '';
  stateOf.set(id, state);
  reading.lastTime = event.timestamp ?? reading.lastTime;
  // The reading of a file says nothing of which branch it belongs to.
  const undecided = state.startsWith('file ') ? deciding.get(previous) : undefined;
  if (undecided !== undefined) {
    deciding.delete(previous);
    deciding.set(id, undecided);
  }
  if (type.endsWith('StateEntered')) return enter(reading, event);
  if (type.endsWith('StateExited')) return exit(reading, event);
  const step = stepOf(reading, state);
  const turn = step === undefined ? undefined : open.get(step);
  if (turn === undefined) return [];
  if (type === 'TaskScheduled') return schedule(turn, event);
  turn.failure = failureIn(event) ?? turn.failure;
  return [];
}

function stepOf({ steps }: Reading, state: string): string | undefined {
  return steps.get(state) ?? steps.get(state.split(': ')[0]!);
}

function enter(reading: Reading, event: HistoryEvent): Told[] {
  const state = event.stateEnteredEventDetails?.name ?? '';
  const told = decide(reading, event.previousEventId ?? 0, state);
  const turn = begin(reading, state, event.timestamp);
  if (turn === undefined || event.type === 'TaskStateEntered') return told;
  return [...told, ...tellStart(turn)];
}

function begin(reading: Reading, state: string, at: Date | undefined): Turn | undefined {
  const { graph, open, ended } = reading;
  const step = stepOf(reading, state);
  if (step === undefined || ended.has(step)) return undefined;
  const known = open.get(step);
  if (known !== undefined) return known;
  const { Type: type } = graph.steps.get(step)!.step;
  const turn: Turn = { step, type, since: at, attempt: 0, isTold: false, job: undefined, failure: undefined };
  open.set(step, turn);
  return turn;
}

function schedule(turn: Turn, event: HistoryEvent): Told[] {
  // Without a failure before it, it is another call for the same step: a look at an endpoint, a cluster's work.
  if (turn.failure !== undefined) turn.isTold = false;
  turn.failure = undefined;
  const { resource = '', parameters, region } = event.taskScheduledEventDetails ?? {};
  turn.job = jobOf(resource, parameters, region) ?? turn.job;
  return tellStart(turn);
}

function exit(reading: Reading, event: HistoryEvent): Told[] {
  const { name: state = '', output } = event.stateExitedEventDetails ?? {};
  const step = stepOf(reading, state);
  const turn = step === undefined ? undefined : reading.open.get(step);
  if (step === undefined || turn === undefined) return [];
  const value = stepValue(output, step);
  if (turn.type === 'Condition' && event.type === 'ChoiceStateExited') {
    reading.deciding.set(event.id ?? 0, { turn, at: event.timestamp });
    return [];
  }
  if (turn.type === 'Endpoint') {
    const status = value?.['EndpointStatus'];
    return status === 'InService' ? tellEnd(reading, turn, 'succeeded', event.timestamp, madeOf(value)) : [];
  }
  if (event.type !== 'TaskStateExited' || reading.steps.get(state) !== step) return [];
  const ending = turn.failure === undefined ? 'succeeded' : 'failed';
  return tellEnd(reading, turn, ending, event.timestamp, madeOf(value));
}

/** Ends the Condition that was exited by the event `after`, with the branch that the state behind it is in. */
function decide(reading: Reading, after: number, next: string | undefined): Told[] {
  const decided = reading.deciding.get(after);
  if (decided === undefined) return [];
  reading.deciding.delete(after);
  const { turn, at } = decided;
  const outcome = outcomeOf(reading, turn.step, next?.split(', ')[0]);
  if (outcome !== undefined) reading.outcomes.set(turn.step, outcome);
  return tellEnd(reading, turn, 'succeeded', at, { outputs: [], facts: outcome === undefined ? {} : { outcome } });
}

function tellStart(turn: Turn): Told[] {
  if (turn.isTold) return [];
  turn.isTold = true;
  turn.attempt += 1;
  const { step, attempt, job } = turn;
  const named = job === undefined ? {} : { job: job.name };
  return [{ happening: { type: 'step-started', step, attempt, ...named, links: linksOf(job) } }];
}

function tellEnd(
  { open, ended }: Reading,
  turn: Turn,
  state: 'succeeded' | 'failed' | 'stopped',
  at: Date | undefined,
  made: Made,
): Told[] {
  const started = tellStart(turn);
  const { step, since, failure, job } = turn;
  open.delete(step);
  ended.add(step);
  const seconds = since === undefined || at === undefined ? 0 : Math.max(0, (+at - +since) / 1000);
  const reason = state === 'failed' && failure !== undefined ? { reason: failure } : {};
  const happening = { type: 'step-ended', step, state, seconds, ...reason, ...made, links: linksOf(job) } as const;
  return [...started, { happening, of: { name: step, attempt: turn.attempt, state, resource: job, since } }];
}

/** What had begun when the execution ended. */
function endOpen(reading: Reading, state: RunState, cause: string | undefined): Told[] {
  const told = [...reading.deciding.keys()].flatMap((after) => decide(reading, after, undefined));
  for (const turn of reading.open.values()) {
    // What ends the run in a state of its own is told of the run.
    if (turn.type === 'Fail' || turn.type === 'Endpoint') turn.failure ??= cause;
    const isFailed = state === 'failed' && turn.failure !== undefined;
    told.push(...tellEnd(reading, turn, isFailed ? 'failed' : 'stopped', reading.lastTime, { outputs: [], facts: {} }));
  }
  return told;
}

/** What never began. */
function skipOthers({ graph, ended, outcomes }: Reading, state: RunState): Told[] {
  const others = orderOf(graph).filter((name) => !ended.has(name));
  return others.map((step) => {
    const decidedBy = graph.steps.get(step)!.inside?.condition.step.Name;
    const outcome = decidedBy === undefined ? undefined : outcomes.get(decidedBy);
    const reason =
      outcome !== undefined
        ? `${decidedBy} is ${outcome}`
        : state === 'succeeded'
          ? 'a step before it did not run'
          : `the run ${state === 'stopped' ? 'was stopped' : 'failed'} before it`;
    const nothing = { seconds: 0, reason, outputs: [], facts: {}, links: [] };
    return { happening: { type: 'step-ended', step, state: 'skipped', ...nothing } };
  });
}

/** Which branch a Condition took, by the step whose state came next. */
function outcomeOf(reading: Reading, condition: string, next: string | undefined): string | undefined {
  const { graph } = reading;
  // Where a later step asks, the machine itself says it.
  if (next === `${condition}: true`) return 'True';
  if (next === `${condition}: false`) return 'False';
  const step = next === undefined ? undefined : stepOf(reading, next);
  for (let place = step === undefined ? undefined : graph.steps.get(step); place !== undefined;) {
    const { inside }: { readonly inside: (typeof place)['inside'] } = place;
    if (inside?.condition.step.Name === condition) return inside.branch === 'IfSteps' ? 'True' : 'False';
    place = inside?.condition;
  }
  // What comes next stands in neither: it is behind the branch that is empty.
  const own = graph.steps.get(condition)!.step;
  const [yes, no] = [branchOf(own, 'IfSteps').length, branchOf(own, 'ElseSteps').length];
  if (yes === 0 && no > 0) return 'True';
  return no === 0 && yes > 0 ? 'False' : undefined;
}

interface Made {
  readonly outputs: readonly Link[];
  readonly facts: Readonly<Record<string, Json>>;
}

/** What a step left in the machine's data. */
function stepValue(output: string | undefined, step: string): JsonObject | undefined {
  const data = parsed(output);
  const steps = data?.['Steps'];
  const value = isObject(steps) ? steps[step] : undefined;
  return isObject(value) ? value : undefined;
}

/** What a job made, as its description says. */
function madeOf(value: JsonObject | undefined): Made {
  if (value === undefined) return { outputs: [], facts: {} };
  const at = (...path: string[]): Json | undefined => {
    let found: Json | undefined = value;
    for (const name of path) found = isObject(found) ? found[name] : undefined;
    return found;
  };
  const listed = at('ProcessingOutputConfig', 'Outputs');
  const outputs = elementsOf(listed).flatMap((output) => {
    const place = isObject(output) && isObject(output['S3Output']) ? output['S3Output']['S3Uri'] : undefined;
    const title = isObject(output) && typeof output['OutputName'] === 'string' ? output['OutputName'] : 'output';
    return link(title, place);
  });
  const metrics = at('FinalMetricDataList');
  const facts = elementsOf(metrics).flatMap((metric) =>
    isObject(metric) && typeof metric['MetricName'] === 'string' && metric['Value'] !== undefined
      ? [[metric['MetricName'], metric['Value']] as const]
      : [],
  );
  const registered = at('ModelPackageArn');
  if (typeof registered === 'string') facts.push(['modelPackage', registered]);
  return {
    outputs: [
      ...outputs,
      ...link('model', at('ModelArtifacts', 'S3ModelArtifacts')),
      ...link('predictions', at('TransformOutput', 'S3OutputPath')),
    ],
    facts: Object.fromEntries(facts),
  };
}

function link(title: string, target: Json | undefined): Link[] {
  return typeof target === 'string' ? [{ title, target }] : [];
}

const JOBS: Readonly<Record<string, string>> = {
  ProcessingJobName: 'processing-job',
  TrainingJobName: 'training-job',
  TransformJobName: 'transform-job',
  HyperParameterTuningJobName: 'hyper-parameter-tuning-job',
  ModelName: 'model',
};

/** The job that a task starts: its name is in what the task asks for. */
function jobOf(resource: string, parameters: string | undefined, region = ''): Resource | undefined {
  const asked = parsed(parameters);
  for (const [member, type] of Object.entries(JOBS)) {
    const name = asked?.[member];
    if (typeof name === 'string' && resource.startsWith('create'))
      return { partition: partitionOf(region).id, region, type, name };
  }
  return undefined;
}

function linksOf(job: Resource | undefined): readonly Link[] {
  return job === undefined ? [] : consoleLinks(job);
}

/** Why an attempt failed; a job that failed is described whole in the cause. */
function failureIn(event: HistoryEvent): string | undefined {
  const details =
    event.taskFailedEventDetails ??
    event.taskTimedOutEventDetails ??
    event.taskSubmitFailedEventDetails ??
    event.taskStartFailedEventDetails;
  if (details === undefined) return undefined;
  return reasonOf(details.error, details.cause);
}

/** An error of Step Functions as a sentence. */
export function reasonOf(error: string | undefined, cause: string | undefined): string {
  const said = parsed(cause);
  if (typeof said?.['FailureReason'] === 'string') return said['FailureReason'];
  return [error, cause].filter((text) => text !== undefined && text !== '').join(': ') || 'it failed';
}

function parsed(text: string | undefined): JsonObject | undefined {
  const value = text === undefined ? undefined : jsonIn(text);
  return isObject(value) ? value : undefined;
}

/** The page of an execution in the console. */
export function executionLink(arn: string): Link[] {
  const machine = readArn(arn);
  const host = machine && consoleHost(machine);
  if (host === undefined) return [];
  const target = `https://${host}/states/home?region=${machine!.region}#/v2/executions/details/${arn}`;
  return [{ title: 'execution', target }];
}
