import { existsSync, mkdirSync } from 'node:fs';
import type { Json, JsonObject, PipelineDocument, StepDocument } from '../../definition/document.ts';
import { type PipelineError, isPipelineError } from '../../definition/error.ts';
import type { Link, RunHappening } from '../../definition/events.ts';
import { isObject } from '../../definition/expression.ts';
import { systemFault } from '../system-fault.ts';
import { secondsBetween } from './duration.ts';
import { type Earlier, madeAt } from './earlier.ts';
import { jobName } from './execution.ts';
import { type Scope, evaluate } from './expressions/scope.ts';
import { besideOf, requestOf } from './inspect.ts';
import { readPropertyFile, readStoredJson } from './property-file.ts';
import { retriesOf } from './retries.ts';
import {
  type RunFolder,
  type StepLog,
  type StepRecord,
  freshStepFolder,
  openStepLog,
  readArguments,
  removeFolder,
  stepFolder,
  writeArguments,
  writeStepRecord,
} from './run-folder.ts';
import type { Conductor, Ending } from './schedule.ts';
import { jobFolder } from './steps/job.ts';
import { kindOf } from './steps/kinds.ts';
import type { StepResult, Surroundings } from './steps/step.ts';
import type { Store } from './store/store.ts';

/** What running the steps of a run needs. */
export interface StepRunnerRequest {
  readonly document: PipelineDocument;
  readonly folder: RunFolder;
  readonly surroundings: Omit<Surroundings, 'scope'>;
  readonly known: Pick<Scope, 'parameters' | 'execution' | 'experiment'>;
  readonly say: (happening: RunHappening) => void;
  /** Writes into the run's folder; where that fails, the run ends. */
  readonly keep: (action: () => void) => void;
  readonly signal: AbortSignal;
  /** Where results may come from without a step being run. */
  readonly earlier: Earlier;
  /** Adds to a step's folder what is known before it runs. */
  readonly note?: (step: StepDocument) => void;
  /** Told of what a step has made, for runs that come later. */
  readonly keepResult?: (step: StepDocument, record: StepRecord) => Promise<void>;
}

/** Runs steps and remembers what they left. */
export interface StepRunner extends Pick<Conductor, 'start' | 'skip'> {
  /** Why the run failed: what the first step that failed said. */
  readonly reason: () => { readonly reason?: string };
  readonly fault: () => PipelineError | undefined;
}

export function stepRunner(request: StepRunnerRequest): StepRunner {
  const { surroundings, known, folder, keep } = request;
  const finished = new Map<string, FinishedStep>();
  const scope: Scope = {
    ...known,
    now: surroundings.now,
    stepProperties: (step) => finished.get(step)?.result.properties,
    propertyFile: (step, name) => readPropertyFile(finished.get(step), step, name, surroundings),
    jsonAt: (uri) => readStoredJson(uri, surroundings),
  };
  const steps: Steps = { request, scope, finished, failed: undefined };
  return {
    reason: () => {
      const { failed } = steps;
      return failed === undefined ? {} : { reason: `${failed.step} failed: ${sentence(failed.error)}` };
    },
    fault: () => (isPipelineError(steps.failed?.error) ? steps.failed.error : undefined),
    skip: (step, state, reason) => {
      keep(() => freshStepFolder(folder, step.Name));
      tellEnd(request, step, { state, reason, ended: surroundings.now().toISOString() });
    },
    start: (step) => startStep(steps, step),
  };
}

interface FinishedStep {
  readonly step: StepDocument;
  readonly result: StepResult;
}

/** What the steps of a run have come to so far. */
interface Steps {
  readonly request: StepRunnerRequest;
  readonly scope: Scope;
  readonly finished: Map<string, FinishedStep>;
  /** The first that failed. */
  failed: { readonly step: string; readonly error: unknown } | undefined;
}

/** A step from its start to its end. */
interface Turn {
  readonly steps: Steps;
  readonly step: StepDocument;
  readonly started: Date;
  /** In which it is the time of the start, however late an expression is read. */
  readonly scope: Scope;
  readonly path: string;
  readonly links: readonly Link[];
  /** Once there is something to write down. */
  log: StepLog | undefined;
  /** The job of the newest attempt. */
  job: string | undefined;
}

async function startStep(steps: Steps, step: StepDocument): Promise<Ending> {
  const { folder, surroundings } = steps.request;
  const started = surroundings.now();
  const path = stepFolder(folder, step.Name);
  const turn: Turn = {
    steps,
    step,
    started,
    scope: { ...steps.scope, now: () => started },
    path,
    links: [{ title: 'log', target: path }],
    log: undefined,
    job: undefined,
  };
  try {
    return (await takeEarlier(turn)) ?? (await runUntilItStands(turn));
  } catch (error) {
    return fail(turn, systemFault(error) ?? error);
  } finally {
    turn.log?.close();
  }
}

/** Lets an earlier result stand for the step, where there is one that may. */
async function takeEarlier(turn: Turn): Promise<Ending | undefined> {
  const { steps, step, links } = turn;
  const { request } = steps;
  const before = await request.earlier(step, (at = turn.started) => askedOf(turn, 1, at));
  if (before.record === undefined) {
    if (before.why !== undefined) request.say({ type: 'progress', message: `${step.Name} ${before.why}` });
    return undefined;
  }
  const { state, reason } = before;
  const isKept = state === 'succeeded';
  const record = state === 'cached' ? { ...before.record, asked: await askedOf(turn, 1) } : before.record;
  if (!isKept) makeFolder(request, step);
  tellEnd(request, step, { ...record, reason }, { state, links, isKept });
  return finish(steps, step, record);
}

/** Runs the step, and again for as long as its policies want another attempt. */
async function runUntilItStands(turn: Turn): Promise<Ending> {
  const { steps, step, path, links, started } = turn;
  const { request } = steps;
  const { surroundings, say, keep } = request;
  await rescue(step, path, surroundings.store);
  makeFolder(request, step);
  const retries = retriesOf(step, started.getTime());
  const log = openStepLog(path, keep);
  turn.log = log;
  for (let attempt = 1; ; attempt++) {
    const job = jobName(surroundings.run, step.Name, attempt);
    turn.job = job;
    say({ type: 'step-started', step: step.Name, attempt, job, links });
    try {
      const asked = await askedOf(turn, attempt);
      return await succeed(turn, job, asked, await runStep(turn, asked, job, log));
    } catch (error) {
      const retry = request.signal.aborted ? undefined : retries.next(error, surroundings.now().getTime());
      if (retry === undefined) throw error;
      const message = `${step.Name} failed (${sentence(error)}); ${retry.exception}: tried again in ${retry.seconds} s`;
      say({ type: 'progress', message });
      await surroundings.sleep(retry.seconds * 1000, request.signal);
      if (request.signal.aborted) throw error;
      removeFolder(jobFolder({ folder: path }));
    }
  }
}

async function succeed(turn: Turn, job: string, asked: JsonObject, result: StepResult): Promise<Ending> {
  const { steps, step, links } = turn;
  const { properties, outputs, facts } = result;
  const targets = outputs.map(({ target }) => target);
  const made = await madeAt(steps.request.surroundings.store, targets);
  const record: StepRecord = { state: 'succeeded', properties, outputs, facts, asked, made, job, ...timesOf(turn) };
  await steps.request.keepResult?.(step, record);
  tellEnd(steps.request, step, record, { links });
  return finish(steps, step, record);
}

function fail(turn: Turn, error: unknown): Ending {
  const { steps, step, path, links, job, log } = turn;
  const { request } = steps;
  const state = request.signal.aborted ? 'stopped' : 'failed';
  if (state === 'failed') steps.failed ??= { step: step.Name, error };
  const reason = state === 'stopped' ? 'the run was stopped' : sentence(error);
  const record = { state, reason, ...(job === undefined ? {} : { job }), ...timesOf(turn) } as const;
  request.keep(() => void (existsSync(path) || mkdirSync(path)));
  tellEnd(request, step, record, { tail: log?.tail() ?? [], links });
  return { state };
}

/** What a step has left is there for those behind it. */
function finish({ finished }: Steps, step: StepDocument, record: StepRecord): Ending {
  const { properties = null, outputs = [], facts = {} } = record;
  finished.set(step.Name, { step, result: { properties, outputs, facts } });
  return { state: 'succeeded', ...takenBy(step, properties) };
}

function makeFolder({ keep, folder, note }: StepRunnerRequest, step: StepDocument): void {
  keep(() => {
    freshStepFolder(folder, step.Name, kindOf(step.Type)?.keeps);
    note?.(step);
  });
}

interface EndOfStep {
  readonly state: Extract<RunHappening, { type: 'step-ended' }>['state'];
  readonly tail: readonly string[];
  readonly links: readonly Link[];
  /** It is written down already. */
  readonly isKept: boolean;
}

/** Writes down how a step has ended, and says it. */
function tellEnd(
  { keep, folder, say }: StepRunnerRequest,
  step: StepDocument,
  record: StepRecord,
  more: Partial<EndOfStep> = {},
): void {
  if (more.isKept !== true) keep(() => writeStepRecord(folder, step.Name, record));
  say({
    type: 'step-ended',
    step: step.Name,
    state: more.state ?? record.state,
    seconds: record.seconds ?? 0,
    ...(record.reason === undefined ? {} : { reason: record.reason }),
    ...(more.tail === undefined ? {} : { tail: more.tail }),
    outputs: record.outputs ?? [],
    facts: record.facts ?? {},
    links: more.links ?? [],
  });
}

/** All that a step is asked for, with every expression replaced: its request, and what stands beside it. */
async function askedOf({ steps, step, scope, started }: Turn, attempt: number, at = started): Promise<JsonObject> {
  const job = jobName(steps.request.surroundings.run, step.Name, attempt);
  const own = { ProcessingJobName: job, TrainingJobName: job };
  const asked = { ...besideOf(step), Arguments: requestOf({ step }) };
  return (await evaluate(asked, { ...scope, now: () => at }, own)) as JsonObject;
}

async function runStep(turn: Turn, asked: JsonObject, job: string, log: StepLog): Promise<StepResult> {
  const { steps, step, scope, path } = turn;
  const { surroundings, say, signal } = steps.request;
  const { Arguments: given, ...beside } = asked;
  writeArguments(path, given as JsonObject);
  return await kindOf(step.Type)!.run({
    ...surroundings,
    scope,
    step,
    given: given as JsonObject,
    beside,
    folder: path,
    job,
    signal,
    listen: (stream, line) => {
      log.write(stream, line);
      say({ type: 'log', step: step.Name, stream, line });
    },
    warn: (diagnostic) => say({ type: 'diagnostic', step: step.Name, diagnostic }),
  });
}

/** A run that goes on finds in a step's folder what its runner was killed with. */
async function rescue(step: StepDocument, folder: string, store: Store): Promise<void> {
  const kind = kindOf(step.Type)!;
  const given = kind.rescue && readArguments(folder);
  if (given !== undefined) await kind.rescue!({ given, folder, store });
}

function timesOf({ steps, started }: Turn): Required<Pick<StepRecord, 'started' | 'ended' | 'seconds'>> {
  const ended = steps.request.surroundings.now();
  const seconds = secondsBetween(started, ended);
  return { started: started.toISOString(), ended: ended.toISOString(), seconds };
}

function takenBy(step: StepDocument, properties: Json): Pick<Ending, 'taken'> {
  if (step.Type !== 'Condition' || !isObject(properties)) return {};
  return { taken: properties['Outcome'] === true ? 'IfSteps' : 'ElseSteps' };
}

/** Why something failed, in a sentence and what stands behind it. */
function sentence(error: unknown): string {
  if (isPipelineError(error)) return error.detail === undefined ? error.message : `${error.message}: ${error.detail}`;
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n')[0]!;
}
