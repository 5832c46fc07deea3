import type { Diagnostic } from '../definition/diagnostic.ts';
import type { Json } from '../definition/document.ts';
import { PipelineError } from '../definition/error.ts';
import type { RunEvent } from '../definition/events.ts';
import type { RunRequest, RunResult, World } from '../run/runner.ts';
import type { Answer, Arguments } from './command.ts';
import type { Context } from './context.ts';
import { type AccountSettings, type SAGEMAKER_FLAGS, sageMakerOptions } from './on-sagemaker.ts';
import type { Target } from './plan.ts';
import { plainLine } from './render/plain.ts';
import { type Rerun, endsOf, failureOf, summaryText } from './render/summary.ts';

/** Runs a request to its end and tells of it. */
export type Run = (request: RunRequest, world: World) => Promise<RunResult>;

/** What flags, environment and configuration say of a run beside its request; each runner takes what it knows. */
export interface RunSettings extends AccountSettings {
  readonly args: Arguments<typeof SAGEMAKER_FLAGS>;
}

/** What each kind of machine needs is loaded when a run goes there. */
const RUNNERS: Readonly<Record<Target, ((settings: RunSettings) => Promise<Run>) | undefined>> = {
  sagemaker: async (settings) => {
    const options = sageMakerOptions(settings.args, settings);
    const { runOnSageMaker } = await import('../run/sagemaker/run.ts');
    return (request, world) => runOnSageMaker(request, options, world);
  },
  'step-functions': undefined,
  local: undefined,
};

/** What was said before the run. */
export interface Before {
  readonly notes: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Starts a run, shows its events as they come and answers with its end. */
export async function execute(
  target: Target,
  request: RunRequest,
  settings: RunSettings,
  before: Before,
  context: Context,
): Promise<Answer> {
  const load = RUNNERS[target];
  if (load === undefined) {
    throw new PipelineError('usage', 'not-built-yet', `This version does not run pipelines on ${target} yet`, {
      fix: 'add --dry-run to see what would run',
    });
  }
  const run = await load(settings);
  return await showRun((world) => run(request, world), before, context);
}

/** Shows what a run says while it goes on, and answers with its end. */
export async function showRun(
  run: (world: World) => Promise<RunResult>,
  before: Before,
  context: Context,
  rerun?: Rerun,
): Promise<Answer> {
  const events: RunEvent[] = [];
  const say = (event: RunEvent): void => {
    if (event.type !== 'log') events.push(event);
    const line = plainLine(event);
    if (line !== undefined) context.stderr.write(`${line}\n`);
  };
  const { env, cwd, now, unique, sleep, interrupted } = context;
  const { run: name, state, failure } = await run({ env, cwd, now, unique, sleep, interrupted, say });
  return {
    ...before,
    text: summaryText(name, events),
    data: { run: name, state, steps: stepsOf(events) },
    failure: failure ?? failureOf(name, state, events, rerun),
  };
}

function stepsOf(events: readonly RunEvent[]): Json {
  return endsOf(events).map(({ step, state, seconds, reason, facts, outputs, links }) => ({
    step,
    state,
    seconds,
    facts,
    outputs: outputs.map(({ title, target }) => ({ title, target })),
    links: links.map(({ title, target }) => ({ title, target })),
    ...(reason === undefined ? {} : { reason }),
  }));
}
