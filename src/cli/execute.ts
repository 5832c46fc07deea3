import type { Diagnostic } from '../definition/diagnostic.ts';
import type { Json } from '../definition/document.ts';
import { PipelineError, isPipelineError } from '../definition/error.ts';
import type { RunEvent } from '../definition/events.ts';
import { hideSecrets, secretValues } from '../definition/secrets.ts';
import type { RunRequest, RunResult, World } from '../run/runner.ts';
import type { Answer, Arguments } from './command.ts';
import type { Context } from './context.ts';
import type { Environment } from './environment-file.ts';
import { type AccountSettings, type SAGEMAKER_FLAGS, sageMakerOptions } from './on-sagemaker.ts';
import { type STEP_FUNCTIONS_FLAGS, stepFunctionsOptions } from './on-step-functions.ts';
import type { LOCAL_FLAGS } from './on-this-machine.ts';
import type { Target } from './plan.ts';
import { progressOf, rendererOf } from './render/choose.ts';
import type { SHOW_FLAGS } from './render/flags.ts';
import { type Rerun, endsOf, failureOf, summaryText } from './render/summary.ts';

/** Runs a request to its end and tells of it. */
export type Run = (request: RunRequest, world: World) => Promise<RunResult>;

/** What flags, environment and configuration say of a run beside its request; each runner takes what it knows. */
interface RunSettings extends AccountSettings {
  readonly args: Arguments<typeof SAGEMAKER_FLAGS> &
    Arguments<typeof STEP_FUNCTIONS_FLAGS> &
    Arguments<typeof LOCAL_FLAGS> &
    Arguments<typeof SHOW_FLAGS>;
  readonly environment: Environment | undefined;
  /** The command that runs a step of this run again. */
  readonly rerun: Rerun | undefined;
}

/** What each kind of machine needs is loaded when a run goes there. */
const RUNNERS: Readonly<Record<Target, (settings: RunSettings, context: Context) => Promise<Run>>> = {
  sagemaker: async (settings) => {
    const options = sageMakerOptions(settings.args, settings);
    const { runOnSageMaker } = await import('../run/sagemaker/run.ts');
    return (request, world) => runOnSageMaker(request, options, world);
  },
  'step-functions': async (settings) => {
    const { runOnStepFunctions } = await import('../run/step-functions/run.ts');
    return async (request, world) => {
      const options = stepFunctionsOptions(settings.args, settings, request.assembly.name, settings.environment);
      return await runOnStepFunctions(request, options, world);
    };
  },
  local: async ({ args, region }, context) => {
    const [{ localSettings }, { runLocally }, { leavingReport }, { tellingPlaces }] = await Promise.all([
      import('./on-this-machine.ts'),
      import('../run/local/run.ts'),
      import('./leave-report.ts'),
      import('./local-places.ts'),
    ]);
    const show = async (page: string) => (await import('./open-page.ts')).openPage(page, context);
    return (request, world) => {
      const { parallelism } = request.assembly;
      const own = localSettings(args, { region, parallelism }, context);
      const { mounts } = own;
      const run = tellingPlaces((asked, around) => runLocally(asked, around, own), own);
      return leavingReport(run, { mounts, ...(args.open === true ? { show } : {}) })(request, world);
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
  const { args, rerun } = settings;
  const run = await RUNNERS[target](settings, context);
  const secrets = secretValues(request.parameters);
  return await showRun((world) => run(request, world), before, args, context, { rerun, secrets });
}

/** Shows what a run says while it goes on, and answers with its end. */
export async function showRun(
  run: (world: World) => Promise<RunResult>,
  before: Before,
  args: Arguments<typeof SHOW_FLAGS>,
  context: Context,
  { rerun, secrets = [] }: { readonly rerun?: Rerun | undefined; readonly secrets?: readonly string[] } = {},
): Promise<Answer> {
  const { env, cwd, now, unique, sleep, interrupted } = context;
  // Before anything is drawn: what is drawn later stays in its place.
  if (['plain', 'live'].includes(progressOf(args, context))) {
    for (const note of before.notes) context.stderr.write(`${note}\n`);
  }
  const renderer = rendererOf(args, context);
  const events: RunEvent[] = [];
  const say = (event: RunEvent): void => {
    const shown = hideSecrets(event, secrets);
    if (shown.type !== 'log') events.push(shown);
    renderer.say(shown);
  };
  const time = now().toISOString();
  for (const diagnostic of before.diagnostics) renderer.say({ version: 1, time, type: 'diagnostic', diagnostic });
  try {
    const { run: name, state, failure } = await run({ env, cwd, now, unique, sleep, interrupted, say });
    return {
      ...before,
      isTold: true,
      text: args.events === true ? '' : summaryText(name, events),
      data: { run: name, state, steps: stepsOf(events), outputs: outputsOf(events) },
      failure: failure ?? failureOf(name, state, events, rerun),
    };
  } catch (error) {
    throw isPipelineError(error) ? withoutSecrets(error, secrets) : error;
  } finally {
    renderer.close();
  }
}

/** AWS repeats in its words what was wrong with a value. */
function withoutSecrets(error: PipelineError, secrets: readonly string[]): PipelineError {
  const { failure, code, at, fix, diagnostics } = error;
  const said = hideSecrets({ message: error.message, detail: error.detail }, secrets);
  if (said.message === error.message && said.detail === error.detail) return error;
  return new PipelineError(failure, code, said.message, { at, fix, diagnostics, detail: said.detail });
}

/** What the run as a whole has left: its results that no other step reads, its report. */
function outputsOf(events: readonly RunEvent[]): Json {
  const ended = events.findLast((event) => event.type === 'run-ended');
  return (ended?.outputs ?? []).map(({ title, target }) => ({ title, target }));
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
