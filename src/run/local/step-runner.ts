import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject, PipelineDocument, StepDocument } from '../../definition/document.ts';
import { type PipelineError, isPipelineError } from '../../definition/error.ts';
import type { Link, RunHappening } from '../../definition/events.ts';
import { isObject } from '../../definition/expression.ts';
import { jobName } from './execution.ts';
import { type Scope, evaluate } from './expressions/scope.ts';
import { requestOf } from './inspect.ts';
import { readPropertyFile, readStoredJson } from './property-file.ts';
import { type RunFolder, type StepLog, type StepRecord, openStepLog, stepFolder, writeJson } from './run-folder.ts';
import type { Conductor, Ending } from './schedule.ts';
import { kindOf } from './steps/kinds.ts';
import type { StepResult, Surroundings } from './steps/step.ts';

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

  const end = (step: StepDocument, record: StepRecord, more: Partial<EndOfStep>): void => {
    keep(() => writeJson(join(stepFolder(folder, step.Name), 'result.json'), record));
    say({
      type: 'step-ended',
      step: step.Name,
      state: record.state,
      seconds: more.seconds ?? 0,
      ...(record.reason === undefined ? {} : { reason: record.reason }),
      ...(more.tail === undefined ? {} : { tail: more.tail }),
      outputs: more.outputs ?? [],
      facts: more.facts ?? {},
      links: more.links ?? [],
    });
  };

  return {
    reason: () => (first === undefined ? {} : { reason: `${first.step} failed: ${sentence(first.error)}` }),
    fault: () => (first !== undefined && isPipelineError(first.error) ? first.error : undefined),
    skip: (step, state, reason) => {
      keep(() => mkdirSync(stepFolder(folder, step.Name)));
      end(step, { state, reason, ended: surroundings.now().toISOString() }, {});
    },
    start: async (step): Promise<Ending> => {
      const path = stepFolder(folder, step.Name);
      keep(() => mkdirSync(path));
      const started = surroundings.now();
      const job = jobName(surroundings.run, step.Name, surroundings.unique);
      const links = [{ title: 'log', target: path }];
      say({ type: 'step-started', step: step.Name, attempt: 1, job, links });
      const log = openStepLog(path, keep);
      const seconds = (): number => (surroundings.now().getTime() - started.getTime()) / 1000;
      try {
        const result = await runStep(step, { path, job, log, scope, request });
        finished.set(step.Name, { step, result });
        const record = {
          state: 'succeeded',
          properties: result.properties,
          job,
          ...times(started, surroundings),
        } as const;
        end(step, record, { seconds: seconds(), outputs: result.outputs, facts: result.facts, links });
        return { state: 'succeeded', ...takenBy(step, result) };
      } catch (error) {
        const state = request.signal.aborted ? 'stopped' : 'failed';
        if (state === 'failed') first ??= { step: step.Name, error };
        const reason = state === 'stopped' ? 'the run was stopped' : sentence(error);
        const record = { state, reason, job, ...times(started, surroundings) } as const;
        end(step, record, { seconds: seconds(), tail: log.tail(), links });
        return { state };
      } finally {
        log.close();
      }
    },
  };
}

interface EndOfStep {
  readonly seconds: number;
  readonly tail: readonly string[];
  readonly outputs: readonly Link[];
  readonly facts: StepResult['facts'];
  readonly links: readonly Link[];
}

interface StepPlaceInRun {
  readonly path: string;
  readonly job: string;
  readonly log: StepLog;
  readonly scope: Scope;
  readonly request: StepRunnerRequest;
}

async function runStep(step: StepDocument, { path, job, log, scope, request }: StepPlaceInRun): Promise<StepResult> {
  const { surroundings, say, signal } = request;
  const own = { ProcessingJobName: job, TrainingJobName: job };
  const asked = requestOf({ step });
  const given = (await evaluate(asked, scope, own)) as JsonObject;
  writeJson(join(path, 'arguments.json'), given);
  return await kindOf(step.Type)!.run({
    ...surroundings,
    scope,
    step,
    given,
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

function times(
  started: Date,
  { now }: Pick<Surroundings, 'now'>,
): { readonly started: string; readonly ended: string } {
  return { started: started.toISOString(), ended: now().toISOString() };
}

function takenBy(step: StepDocument, { properties }: StepResult): Pick<Ending, 'taken'> {
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
