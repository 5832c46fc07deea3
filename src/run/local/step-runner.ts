import { existsSync, mkdirSync } from 'node:fs';
import type { Json, JsonObject, PipelineDocument, StepDocument } from '../../definition/document.ts';
import { type PipelineError, isPipelineError } from '../../definition/error.ts';
import type { Link, RunHappening } from '../../definition/events.ts';
import { isObject } from '../../definition/expression.ts';
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
  const { surroundings, say, keep, folder } = request;
  const finished = new Map<string, { readonly step: StepDocument; readonly result: StepResult }>();
  let first: { readonly step: string; readonly error: unknown } | undefined;

  const scope: Scope = {
    ...request.known,
    now: surroundings.now,
    stepProperties: (step) => finished.get(step)?.result.properties,
    propertyFile: (step, name) => readPropertyFile(finished.get(step), step, name, surroundings),
    jsonAt: (uri) => readStoredJson(uri, surroundings),
  };

  const end = (step: StepDocument, record: StepRecord, more: Partial<EndOfStep> = {}): void => {
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
  };

  const makeFolder = (step: StepDocument): void => {
    keep(() => {
      freshStepFolder(folder, step.Name, kindOf(step.Type)?.keeps);
      request.note?.(step);
    });
  };

  const finish = (step: StepDocument, record: StepRecord): Ending => {
    const { properties = null, outputs = [], facts = {} } = record;
    finished.set(step.Name, { step, result: { properties, outputs, facts } });
    return { state: 'succeeded', ...takenBy(step, properties) };
  };

  return {
    reason: () => (first === undefined ? {} : { reason: `${first.step} failed: ${sentence(first.error)}` }),
    fault: () => (first !== undefined && isPipelineError(first.error) ? first.error : undefined),
    skip: (step, state, reason) => {
      keep(() => freshStepFolder(folder, step.Name));
      end(step, { state, reason, ended: surroundings.now().toISOString() });
    },
    start: async (step): Promise<Ending> => {
      const started = surroundings.now();
      const at = { ...scope, now: () => started };
      const asked = (attempt: number): Promise<JsonObject> =>
        askedOf(step, at, jobName(surroundings.run, step.Name, attempt));
      const path = stepFolder(folder, step.Name);
      const links = [{ title: 'log', target: path }];
      const seconds = (): number => (surroundings.now().getTime() - started.getTime()) / 1000;
      let log: StepLog | undefined;
      let job: string | undefined;
      try {
        const before = await request.earlier(step, () => asked(1));
        if (before.record !== undefined) {
          const { state, reason } = before;
          const isKept = state === 'succeeded';
          const record = state === 'cached' ? { ...before.record, asked: await asked(1) } : before.record;
          if (!isKept) makeFolder(step);
          end(step, { ...record, reason }, { state, links, isKept });
          return finish(step, record);
        }
        if (before.why !== undefined) say({ type: 'progress', message: `${step.Name} ${before.why}` });
        await rescue(step, path, surroundings.store);
        makeFolder(step);
        const retries = retriesOf(step, started.getTime());
        log = openStepLog(path, keep);
        for (let attempt = 1; ; attempt++) {
          job = jobName(surroundings.run, step.Name, attempt);
          say({ type: 'step-started', step: step.Name, attempt, job, links });
          try {
            const given = await asked(attempt);
            const result = await runStep(step, given, { path, job, log, scope: at, request });
            const { properties, outputs, facts } = result;
            const made = await madeAt(
              surroundings.store,
              outputs.map(({ target }) => target),
            );
            const ended = { ...times(started, surroundings), seconds: seconds() };
            const record: StepRecord = {
              state: 'succeeded',
              properties,
              outputs,
              facts,
              asked: given,
              made,
              job,
              ...ended,
            };
            await request.keepResult?.(step, record);
            end(step, record, { links });
            return finish(step, record);
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
      } catch (error) {
        const state = request.signal.aborted ? 'stopped' : 'failed';
        if (state === 'failed') first ??= { step: step.Name, error };
        const reason = state === 'stopped' ? 'the run was stopped' : sentence(error);
        const ended = { ...times(started, surroundings), seconds: seconds() };
        keep(() => void (existsSync(path) || mkdirSync(path)));
        end(
          step,
          { state, reason, ...(job === undefined ? {} : { job }), ...ended },
          { tail: log?.tail() ?? [], links },
        );
        return { state };
      } finally {
        log?.close();
      }
    },
  };
}

interface EndOfStep {
  readonly state: Extract<RunHappening, { type: 'step-ended' }>['state'];
  readonly tail: readonly string[];
  readonly links: readonly Link[];
  /** It is written down already. */
  readonly isKept: boolean;
}

interface StepPlaceInRun {
  readonly path: string;
  readonly job: string;
  readonly log: StepLog;
  readonly scope: Scope;
  readonly request: StepRunnerRequest;
}

/** All that a step is asked for, with every expression replaced: its request, and what stands beside it. */
async function askedOf(step: StepDocument, scope: Scope, job: string): Promise<JsonObject> {
  const own = { ProcessingJobName: job, TrainingJobName: job };
  const asked = { ...besideOf(step), Arguments: requestOf({ step }) };
  return (await evaluate(asked, scope, own)) as JsonObject;
}

async function runStep(
  step: StepDocument,
  asked: JsonObject,
  { path, job, log, scope, request }: StepPlaceInRun,
): Promise<StepResult> {
  const { surroundings, say, signal } = request;
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

function times(
  started: Date,
  { now }: Pick<Surroundings, 'now'>,
): { readonly started: string; readonly ended: string } {
  return { started: started.toISOString(), ended: now().toISOString() };
}

function takenBy(step: StepDocument, properties: Json): Pick<Ending, 'taken'> {
  if (step.Type !== 'Condition' || !isObject(properties)) return {};
  return { taken: properties['Outcome'] === true ? 'IfSteps' : 'ElseSteps' };
}

/** Why something failed, in a sentence and what stands behind it. */
function sentence(error: unknown): string {
  if (isPipelineError(error)) return error.detail === undefined ? error.message : `${error.message}: ${error.detail}`;
  const message = error instanceof Error ? error.message : String(error);
  if (/^ENOSPC\b/.test(message)) return `the disk is full (${message})`;
  return message.split('\n')[0]!;
}
