import { join } from 'node:path';
import type { Assembly } from '../../definition/assembly.ts';
import { type Diagnostic, hasErrors } from '../../definition/diagnostic.ts';
import type { Json, PipelineDocument } from '../../definition/document.ts';
import { PipelineError, codeOf } from '../../definition/error.ts';
import type { Link, RunHappening, RunState } from '../../definition/events.ts';
import { maskSecrets } from '../../definition/secrets.ts';
import { walkSteps } from '../../definition/walk.ts';
import { announcedSteps } from '../announced-steps.ts';
import type { RunRequest, RunResult, World } from '../runner.ts';
import type { Tell } from '../say.ts';
import { systemFault } from '../system-fault.ts';
import { openCache } from './cache.ts';
import { secondsBetween } from './duration.ts';
import { firstOf, resumption } from './earlier.ts';
import { jobName } from './execution.ts';
import { LOCAL_BUCKET } from './fetch.ts';
import { NO_HANDLERS, identifyHandler } from './handlers.ts';
import { inspect } from './inspect.ts';
import { type PreparedRun, prepareRun } from './prepare-run.ts';
import { RUNS, type RunFolder, appendEvent, createRunFolder, removeFolder, reopenRunFolder } from './run-folder.ts';
import { takeRun } from './run-owner.ts';
import { type S3Server, startS3Server } from './s3-server/server.ts';
import { schedule } from './schedule.ts';
import type { LocalSettings } from './settings.ts';
import { type StepRunner, type StepRunnerRequest, stepRunner } from './step-runner.ts';

/** Runs a document on this machine. */
export async function runLocally(request: RunRequest, world: World, settings: LocalSettings): Promise<RunResult> {
  const { assembly } = request;
  let tell: Tell = (message, about) => {
    world.say({ version: 1, time: world.now().toISOString(), type: 'progress', message, ...about });
  };
  const prepared = await prepareRun(request, world, settings, (message, about) => tell(message, about));
  const { run, document, scope } = prepared;
  const diagnostics = await inspectRun(prepared, assembly, settings);

  const { folder, release } = takeFolder(prepared, request, world, settings);
  const broken = new AbortController();
  const signal = AbortSignal.any([world.interrupted, broken.signal]);
  const keep = keeper(folder, broken);
  const say = teller(folder, world, keep.write);
  tell = (message, about) => say({ type: 'progress', message, ...about });
  const steps = announcedSteps(document);
  const links: Link[] = [{ title: 'folder', target: folder.path }];
  const parameters = maskSecrets(scope.parameters);
  say({ type: 'run-started', run, pipeline: assembly.name, target: 'local', steps, parameters, links });
  for (const diagnostic of diagnostics) say({ type: 'diagnostic', diagnostic });

  const stopping = stoppingOn(world, say);
  const server = await serverFor(prepared, world, settings);
  const environment = server?.environment ?? {};
  const runner = runnerFor(prepared, { folder, say, keep: keep.write, signal, environment }, world, settings);
  const { start, skip } = runner;
  let endings: Awaited<ReturnType<typeof schedule>>;
  try {
    endings = await schedule(document, { maxParallel: settings.maxParallel, signal, start, skip });
  } finally {
    stopping();
    await server?.stop();
    release();
  }
  keep.check();
  const state = stateOf(
    [...endings.values()].map((ending) => ending.state),
    world.interrupted.aborted,
  );
  const seconds = secondsBetween(prepared.began, world.now());
  say({ type: 'run-ended', state, seconds, outputs: [], ...runner.reason() });
  const fault = runner.fault();
  // What this machine lacks is not a fault of the pipeline, and the exit code says so.
  if (state === 'failed' && fault?.failure === 'machine') throw fault;
  return { run, state };
}

/** What is otherwise than on the service; what cannot be done here at all ends the run before anything is started. */
async function inspectRun(prepared: PreparedRun, assembly: Assembly, settings: LocalSettings): Promise<Diagnostic[]> {
  const { run, document, scope, containers, store, registry, selected } = prepared;
  const { stateFolder, handlers = NO_HANDLERS, fetch, resume } = settings;
  const diagnostics = await inspect({
    document,
    origins: assembly.origins,
    scope,
    containers,
    store,
    registry,
    handlers,
    mayFetch: fetch !== undefined,
    only: selected?.steps,
  });
  if (!hasErrors(diagnostics)) return diagnostics;
  if (resume === undefined) removeFolder(join(stateFolder, RUNS, run));
  throw cannotRun(assembly.name, diagnostics);
}

/** Makes the folder of a run, or opens that of one which goes on, for this process alone. */
function takeFolder(
  { run, started, document, scope, selected }: PreparedRun,
  { assembly, parameters }: RunRequest,
  { unique }: World,
  { stateFolder, resume, owner }: LocalSettings,
): { readonly folder: RunFolder; readonly release: () => void } {
  const definition = `${JSON.stringify(document, null, 2)}\n`;
  const record = {
    version: 1,
    run,
    pipeline: assembly.name,
    started: started.toISOString(),
    parameters: maskSecrets(scope.parameters),
    given: maskSecrets(parameters),
    ...(selected === undefined ? {} : { selection: selected.selection }),
  } as const;
  const folder = resume === undefined ? createRunFolder(stateFolder, record, definition) : { path: resume.folder };
  const release = takeRun(folder.path, run, owner, unique);
  if (resume !== undefined) reopenRunFolder(stateFolder, run, definition);
  return { folder, release };
}

/** S3 for the programs of the steps; none where no step runs a program. */
async function serverFor(
  { document, scope, store, obtain }: PreparedRun,
  { now }: World,
  { region, fetch }: LocalSettings,
): Promise<S3Server | undefined> {
  if (!hasJobs(document)) return undefined;
  const buckets = bucketsIn([document as unknown as Json, scope.parameters]);
  return await startS3Server({ store, region, now, buckets, ...(fetch === undefined ? {} : { fetch: obtain }) });
}

/** What runs the steps, with all that earlier runs have left for them. */
function runnerFor(
  { run, document, scope, selected, store, registry, containers, obtain }: PreparedRun,
  {
    environment,
    ...telling
  }: Pick<StepRunnerRequest, 'folder' | 'say' | 'keep' | 'signal'> & {
    readonly environment: Readonly<Record<string, string>>;
  },
  { now, unique, sleep, env, cwd }: World,
  { stateFolder, region, maxParallel, resume, handlers = NO_HANDLERS, cache: use = 'as-declared' }: LocalSettings,
): StepRunner {
  const { folder } = telling;
  const pipeline = scope.execution['PipelineName']!;
  const cache = openCache({
    folder: join(stateFolder, 'cache'),
    pipeline,
    use,
    now,
    runFolder: folder,
    taking: (step) => {
      const identify = async (name: string) => identifyHandler(handlers, step, name) ?? containers.identify(name);
      return { store, registry, run, job: jobName(run, step, 1), obtain, identify };
    },
  });
  return stepRunner({
    ...telling,
    document,
    surroundings: {
      pipeline,
      run,
      region,
      store,
      registry,
      containers,
      jobEnvironment: environment,
      now,
      unique,
      sleep,
      env,
      cwd,
      handlers,
      maxParallel,
      pipelineExecution: scope.execution['PipelineExecutionArn']!,
      obtain,
    },
    known: scope,
    earlier: firstOf(
      ...(selected === undefined ? [] : [selected.earlier]),
      ...(resume === undefined ? [] : [resumption(document, folder, store)]),
      cache.earlier,
    ),
    keepResult: cache.keepResult,
    note: cache.note,
  });
}

const JOBS: readonly string[] = ['Callback', 'Lambda', 'Processing', 'Training', 'Transform', 'Tuning'];

function hasJobs(document: PipelineDocument): boolean {
  return [...walkSteps(document)].some(({ step }) => JOBS.includes(step.Type));
}

/** The buckets that a run names: for a script they are there, also as long as nothing is in them. */
function bucketsIn(values: Json): string[] {
  const found = JSON.stringify(values).matchAll(/s3:\/\/([A-Za-z0-9][A-Za-z0-9._-]*)/g);
  return [...new Set([LOCAL_BUCKET, ...[...found].map(([, bucket]) => bucket!)])];
}

type Say = (happening: RunHappening) => void;

/** Whoever listens hears everything; lines of logs have files of their own in the run's folder. */
function teller(folder: RunFolder, world: World, keep: Keeper['write']): Say {
  return (happening) => {
    const event = { version: 1, time: world.now().toISOString(), ...happening } as const;
    if (event.type !== 'log') keep(() => appendEvent(folder, event));
    world.say(event);
  };
}

/** Writes what a run leaves in its folder. When that cannot be written, the run is ended, and then that is said. */
interface Keeper {
  readonly write: (action: () => void) => void;
  readonly check: () => void;
}

function keeper({ path }: RunFolder, broken: AbortController): Keeper {
  let fault: unknown;
  return {
    write: (action) => {
      try {
        action();
      } catch (error) {
        fault ??= error;
        broken.abort();
      }
    },
    check: () => {
      if (fault === undefined) return;
      const isGone = codeOf(fault) === 'ENOENT';
      const { code = 'cannot-write', fix } = (isGone ? undefined : systemFault(fault)) ?? {};
      const message = `The run was ended, as its folder cannot be written: ${path}`;
      throw new PipelineError('machine', isGone ? 'run-folder-gone' : code, message, {
        detail: (fault as Error).message,
        fix,
        cause: fault,
      });
    },
  };
}

function stoppingOn({ interrupted }: World, say: Say): () => void {
  const tell = (): void => say({ type: 'run-stopping', reason: 'interrupted: what runs is being ended' });
  if (interrupted.aborted) tell();
  else interrupted.addEventListener('abort', tell, { once: true });
  return () => interrupted.removeEventListener('abort', tell);
}

function stateOf(steps: readonly string[], isInterrupted: boolean): Exclude<RunState, 'running' | 'stopping'> {
  if (isInterrupted && steps.includes('stopped')) return 'stopped';
  return steps.includes('failed') ? 'failed' : 'succeeded';
}

function cannotRun(name: string, diagnostics: readonly Diagnostic[]): PipelineError {
  const count = diagnostics.filter(({ severity }) => severity === 'error').length;
  const reasons = count === 1 ? 'the reason' : `the ${count} reasons`;
  return new PipelineError(
    'machine',
    'cannot-run-here',
    `${name} cannot run on this machine for ${reasons} above; nothing was started`,
    {
      diagnostics,
    },
  );
}
