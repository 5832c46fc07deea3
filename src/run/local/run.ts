import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Diagnostic } from '../../definition/diagnostic.ts';
import { hasErrors } from '../../definition/diagnostic.ts';
import { bind } from '../../definition/bind.ts';
import type { Json, ParameterValue, PipelineDocument } from '../../definition/document.ts';
import { PipelineError, codeOf } from '../../definition/error.ts';
import { maskSecrets } from '../../definition/secrets.ts';
import type { Link, RunHappening, RunState } from '../../definition/events.ts';
import { walkSteps } from '../../definition/walk.ts';
import { announcedSteps } from '../announced-steps.ts';
import type { RunRequest, RunResult, World } from '../runner.ts';
import type { Containers } from './containers/container.ts';
import { execution, jobName } from './execution.ts';
import { experimentOf } from './expressions/scope.ts';
import { type Fetch, LOCAL_BUCKET } from './fetch.ts';
import { type Handlers, NO_HANDLERS, identifyHandler } from './handlers.ts';
import { inspect } from './inspect.ts';
import { publishAssets } from './publish-assets.ts';
import { LOCAL_FILES, localFiles } from './local-files.ts';
import { type CacheSettings, openCache } from './cache.ts';
import { firstOf, resumption } from './earlier.ts';
import type { PastRun } from './read-runs.ts';
import { RUNS, type RunFolder, appendEvent, createRunFolder, removeFolder, reopenRunFolder } from './run-folder.ts';
import { type Owner, takeRun } from './run-owner.ts';
import { NOBODY, type Registry } from './registry.ts';
import { startS3Server } from './s3-server/server.ts';
import { refuseCycles, schedule } from './schedule.ts';
import { type LocalSelection, selectLocally } from './source-run.ts';
import { stepRunner } from './step-runner.ts';
import { readPlace } from './store/place.ts';
import { type Mount, needObject, openStore, putFile } from './store/store.ts';

/** How runs on this machine are set up. */
export interface LocalSettings {
  /** Where the store, the registry and the runs of a project are: `.sagemaker-pipelines`. */
  readonly stateFolder: string;
  readonly region: string;
  readonly maxParallel: number;
  /** Folders that stand for parts of S3. */
  readonly mounts: readonly Mount[];
  /** What stands in for the service's containers; loaded when the run is known to be right. */
  readonly containers: (needs: ContainerNeeds) => Promise<Containers>;
  /** Brings what is missing in the store from S3. */
  readonly fetch?: (tell: (message: string) => void) => Fetch;
  /** Who runs it, so that no other process takes the run up while this one is there. */
  readonly owner: Owner;
  /** Which steps may use results of earlier runs; those whose `CacheConfig` says so when left out. */
  readonly cache?: CacheSettings['use'];
  /** What stands for functions, and for those who answer Callback steps. */
  readonly handlers?: Handlers;
  /** Which steps run, and whose results stand in for the others; all of them when left out. */
  readonly selection?: LocalSelection;
  /** A run that was killed, was stopped or failed, and goes on. */
  readonly resume?: PastRun;
}

/** What stands in for containers asks of the run around it. */
interface ContainerNeeds {
  /** Says what takes long before it does. */
  readonly tell: (message: string) => void;
  /** Brings an object of S3 into a file: code that a job names by its URI. */
  readonly fetchObject: (s3Uri: string, file: string) => Promise<void>;
}

/** What the execution role is where there is no account. */
const LOCAL_ROLE = `arn:aws:iam::${NOBODY}:role/sagemaker-local`;

/** Runs a document on this machine. */
export async function runLocally(request: RunRequest, world: World, settings: LocalSettings): Promise<RunResult> {
  const { assembly } = request;
  const { resume, handlers = NO_HANDLERS } = settings;
  if (resume !== undefined) refuseOther(resume, assembly.name);
  const document = bind(assembly.definition, { bucket: LOCAL_BUCKET, roleArn: LOCAL_ROLE });
  refuseCycles(document);
  const origin = { stateFolder: settings.stateFolder, pipeline: assembly.name };
  const selected = selectLocally(document, origin, settings.selection ?? {});
  const began = world.now();
  const started = resume === undefined ? began : new Date(resume.started);
  const run = resume?.run ?? nameRun(started, world.unique);
  const files = await localFiles(document, withDefaults(document, request.parameters), {
    cwd: world.cwd,
    gathered: join(settings.stateFolder, RUNS, run, 'files'),
    run,
  });
  const store = openStore(join(settings.stateFolder, 'store'), world.unique, [...settings.mounts, ...files.mounts]);
  const registry: Registry = {
    folder: join(settings.stateFolder, 'registry'),
    region: settings.region,
    unique: world.unique,
  };
  const { parameters } = files;
  const variables = execution({ pipeline: assembly.name, run, region: settings.region, started });
  const known = { parameters, execution: variables };
  const experiment = experimentOf(document, known);
  let tell = (message: string): void => {
    world.say({ version: 1, time: world.now().toISOString(), type: 'progress', message });
  };
  const fetch = settings.fetch?.((message) => tell(message));
  const obtain = (uri: string): Promise<void> => fetch?.(store, uri) ?? Promise.resolve();
  const containers = loadedLate(settings.containers, {
    tell: (message) => tell(message),
    fetchObject: async (uri, file) => {
      await obtain(uri);
      await copyFile((await needObject(store, readPlace(uri))).path, file);
    },
  });
  await publishAssets(assembly.assets, { bucket: LOCAL_BUCKET, store });
  for (const { key, path } of files.copies) await putFile(store, { bucket: LOCAL_FILES, key }, path);
  files.gather();
  const diagnostics = await inspect({
    document,
    origins: assembly.origins,
    scope: { ...known, experiment },
    containers,
    store,
    registry,
    handlers,
    mayFetch: settings.fetch !== undefined,
    only: selected?.steps,
  });
  if (hasErrors(diagnostics)) {
    if (resume === undefined) removeFolder(join(settings.stateFolder, RUNS, run));
    throw cannotRun(assembly.name, diagnostics);
  }

  const shown = maskSecrets(parameters);
  const definition = `${JSON.stringify(document, null, 2)}\n`;
  const folder =
    resume === undefined
      ? createRunFolder(
          settings.stateFolder,
          {
            version: 1,
            run,
            pipeline: assembly.name,
            started: started.toISOString(),
            parameters: shown,
            given: maskSecrets(request.parameters),
          },
          definition,
        )
      : { path: resume.folder };
  const release = takeRun(folder.path, run, settings.owner, world.unique);
  if (resume !== undefined) reopenRunFolder(settings.stateFolder, run, definition);
  const broken = new AbortController();
  const signal = AbortSignal.any([world.interrupted, broken.signal]);
  const keep = keeper(folder, broken);
  const say = teller(folder, world, keep.write);
  tell = (message) => say({ type: 'progress', message });
  const steps = announcedSteps(document);
  const links: Link[] = [{ title: 'folder', target: folder.path }];
  say({ type: 'run-started', run, pipeline: assembly.name, target: 'local', steps, parameters: shown, links });
  for (const diagnostic of diagnostics) say({ type: 'diagnostic', diagnostic });

  const stopping = stoppingOn(world, say);
  const server = hasJobs(document)
    ? await startS3Server({
        store,
        region: settings.region,
        now: world.now,
        buckets: bucketsIn([document as unknown as Json, parameters]),
        ...(fetch === undefined ? {} : { fetch: obtain }),
      })
    : undefined;
  const cache = openCache({
    folder: join(settings.stateFolder, 'cache'),
    pipeline: assembly.name,
    use: settings.cache ?? 'as-declared',
    now: world.now,
    runFolder: folder,
    taking: (step) => {
      const identify = async (name: string) => identifyHandler(handlers, step, name) ?? containers.identify(name);
      return { store, registry, run, job: jobName(run, step, 1), obtain, identify };
    },
  });
  const runner = stepRunner({
    document,
    folder,
    say,
    keep: keep.write,
    signal,
    surroundings: {
      pipeline: assembly.name,
      run,
      region: settings.region,
      store,
      registry,
      containers,
      jobEnvironment: server?.environment ?? {},
      now: world.now,
      unique: world.unique,
      sleep: world.sleep,
      env: world.env,
      cwd: world.cwd,
      handlers,
      maxParallel: settings.maxParallel,
      pipelineExecution: variables['PipelineExecutionArn']!,
      obtain,
    },
    known: { ...known, experiment },
    earlier: firstOf(
      ...(selected === undefined ? [] : [selected.earlier]),
      ...(resume === undefined ? [] : [resumption(document, folder, store)]),
      cache.earlier,
    ),
    keepResult: cache.keepResult,
    note: cache.note,
  });
  const { start, skip } = runner;
  const { maxParallel } = settings;
  let endings: Awaited<ReturnType<typeof schedule>>;
  try {
    endings = await schedule(document, { maxParallel, signal, start, skip });
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
  const seconds = (world.now().getTime() - began.getTime()) / 1000;
  say({ type: 'run-ended', state, seconds, outputs: [], ...runner.reason() });
  const fault = runner.fault();
  // What this machine lacks is not a fault of the pipeline, and the exit code says so.
  if (state === 'failed' && fault?.failure === 'machine') throw fault;
  return { run, state };
}

function refuseOther({ run, pipeline }: PastRun, asked: string): void {
  if (pipeline === asked) return;
  throw new PipelineError('usage', 'other-pipeline', `The run ${run} is one of ${pipeline}, not of ${asked}`, {
    fix: `name the pipeline that it is a run of: ${pipeline}`,
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

/** Most that a pipeline does needs no container at all, and making the first can take a while. */
function loadedLate(load: LocalSettings['containers'], needs: ContainerNeeds): Containers {
  let loaded: Promise<Containers> | undefined;
  const containers = (): Promise<Containers> => (loaded ??= load(needs));
  return {
    inspect: async (work) => (await containers()).inspect(work),
    identify: async (image) => (await containers()).identify(image),
    run: async (job, listen, signal) => (await containers()).run(job, listen, signal),
    serve: async (model, listen, signal) => (await containers()).serve(model, listen, signal),
  };
}

/** Twelve letters and digits, as the service's ids have; in the order of time, so that runs list themselves. */
function nameRun(time: Date, unique: World['unique']): string {
  const seconds = Math.floor(time.getTime() / 1000);
  return seconds.toString(36).padStart(7, '0') + unique(5);
}

function withDefaults(
  document: PipelineDocument,
  given: RunRequest['parameters'],
): Readonly<Record<string, ParameterValue>> {
  const defaults = (document.Parameters ?? []).flatMap(({ Name, DefaultValue }) =>
    DefaultValue === undefined || DefaultValue === null ? [] : [[Name, DefaultValue] as const],
  );
  return { ...Object.fromEntries(defaults), ...given };
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
      const code = codeOf(fault);
      const known = { ENOENT: 'run-folder-gone', ENOSPC: 'disk-full' }[code ?? ''] ?? 'cannot-write';
      throw new PipelineError('failed', known, `The run was ended, as its folder cannot be written: ${path}`, {
        detail: (fault as Error).message,
        fix: code === 'ENOSPC' ? 'make room on the disk' : undefined,
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
  const reasons = count === 1 ? 'a reason' : `${count} reasons`;
  return new PipelineError(
    'machine',
    'cannot-run-here',
    `${name} cannot run on this machine, for ${reasons}; nothing was started`,
    {
      diagnostics,
    },
  );
}
