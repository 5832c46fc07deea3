import type { Diagnostic } from '../definition/diagnostic.ts';
import type { Json } from '../definition/document.ts';
import { PipelineError } from '../definition/error.ts';
import type { RunEvent } from '../definition/events.ts';
import type { RunRequest, RunResult, World } from '../run/runner.ts';
import type { Answer, Arguments } from './command.ts';
import type { Context } from './context.ts';
import type { LOCAL_FLAGS } from './on-this-machine.ts';
import type { Target } from './plan.ts';
import { plainLine } from './render/plain.ts';
import { failureOf } from './render/summary.ts';
import type { Setting } from './settings.ts';

/** Runs a request to its end and tells of it. */
export type Run = (request: RunRequest, world: World) => Promise<RunResult>;

/** What flags, environment and configuration say of a run beside its request; each runner takes what it knows. */
export interface RunSettings {
  readonly region: Setting;
  readonly args: Arguments<typeof LOCAL_FLAGS> & { readonly 'max-parallel'?: string | undefined };
}

/** What each kind of machine needs is loaded when a run goes there. */
const RUNNERS: Readonly<Record<Target, ((settings: RunSettings, context: Context) => Promise<Run>) | undefined>> = {
  sagemaker: undefined,
  'step-functions': undefined,
  local: async ({ args, region }, context) => {
    const [{ localSettings }, { runLocally }] = await Promise.all([
      import('./on-this-machine.ts'),
      import('../run/local/run.ts'),
    ]);
    return (request, world) => {
      const { parallelism } = request.assembly;
      return runLocally(request, world, localSettings(args, { region, parallelism }, context));
    };
  },
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
  const events: RunEvent[] = [];
  const say = (event: RunEvent): void => {
    if (event.type !== 'log') events.push(event);
    const line = plainLine(event);
    if (line !== undefined) context.stderr.write(`${line}\n`);
  };
  const { env, cwd, now, unique, sleep, interrupted } = context;
  const run = await load(settings, context);
  const { run: name, state } = await run(request, { env, cwd, now, unique, sleep, interrupted, say });
  return {
    ...before,
    text: `${name}\n`,
    data: { run: name, state, steps: endsOf(events) },
    failure: failureOf(name, state, events),
  };
}

function endsOf(events: readonly RunEvent[]): Json {
  return events.flatMap((event) => {
    if (event.type !== 'step-ended') return [];
    const { step, state, seconds, reason, facts } = event;
    return [{ step, state, seconds, facts, ...(reason === undefined ? {} : { reason }) }];
  });
}
