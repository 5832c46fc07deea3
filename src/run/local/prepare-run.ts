import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bind } from '../../definition/bind.ts';
import type { ParameterValue, PipelineDocument } from '../../definition/document.ts';
import { isChoice } from '../chosen-steps.ts';
import type { RunRequest, World } from '../runner.ts';
import type { Tell } from '../say.ts';
import type { Containers } from './containers/container.ts';
import { execution } from './execution.ts';
import { type Scope, experimentOf } from './expressions/scope.ts';
import { LOCAL_BUCKET, refuseCut } from './fetch.ts';
import { LOCAL_FILES, localFiles } from './local-files.ts';
import { publishAssets } from './publish-assets.ts';
import { refuseOther } from './read-runs.ts';
import { NOBODY, type Registry } from './registry.ts';
import { RUNS } from './run-folder.ts';
import { refuseCycles } from './schedule.ts';
import type { ContainerNeeds, LocalSettings } from './settings.ts';
import { selectLocally } from './source-run.ts';
import { readPlace } from './store/place.ts';
import { type Store, needObject, openStore, putFile } from './store/store.ts';

/** A run with all that it works with; nothing of it is in its folder yet. */
export interface PreparedRun {
  readonly run: string;
  /** When this process took it up; it `started` earlier where it goes on. */
  readonly began: Date;
  readonly started: Date;
  /** Bound to this machine. */
  readonly document: PipelineDocument;
  /** Which steps run, and what stands in for the others; undefined where all run. */
  readonly selected: ReturnType<typeof selectLocally>;
  readonly store: Store;
  readonly registry: Registry;
  readonly containers: Containers;
  readonly scope: Pick<Scope, 'parameters' | 'execution' | 'experiment'>;
  /** Sees to it that what is below a place is here, where it may be read from S3. */
  readonly obtain: (s3Uri: string) => Promise<void>;
}

/** What the execution role is where there is no account. */
const LOCAL_ROLE = `arn:aws:iam::${NOBODY}:role/sagemaker-local`;

/** Readies a run: its name, its document, what it reads and where it writes; its files and assets are in the store then. */
export async function prepareRun(
  { assembly, parameters: given }: RunRequest,
  world: World,
  settings: LocalSettings,
  tell: Tell,
): Promise<PreparedRun> {
  const { stateFolder, region, resume } = settings;
  if (resume !== undefined) refuseOther(resume, assembly.name, stateFolder);
  const document = bind(assembly.definition, { bucket: LOCAL_BUCKET, roleArn: LOCAL_ROLE });
  refuseCycles(document);
  const { selection = {} } = settings;
  const selected = selectLocally(
    document,
    { stateFolder, pipeline: assembly.name },
    isChoice(selection) ? selection : (resume?.selection ?? {}),
  );
  const began = world.now();
  const started = resume === undefined ? began : new Date(resume.started);
  const run = resume?.run ?? nameRun(started, world.unique);
  const files = await localFiles(document, withDefaults(document, given), {
    cwd: world.cwd,
    gathered: join(stateFolder, RUNS, run, 'files'),
    run,
  });
  const store = openStore(join(stateFolder, 'store'), world.unique, [...settings.mounts, ...files.mounts]);
  const { parameters } = files;
  const known = { parameters, execution: execution({ pipeline: assembly.name, run, region, started }) };
  const scope = { ...known, experiment: experimentOf(document, known) };
  const fetch = settings.fetch?.(tell);
  const obtain = (uri: string): Promise<void> => (fetch ?? refuseCut)(store, uri);
  const containers = loadedLate(settings.containers, {
    tell,
    interrupted: world.interrupted,
    fetchObject: async (uri, file) => {
      await obtain(uri);
      await copyFile((await needObject(store, readPlace(uri))).path, file);
    },
  });
  await publishAssets(assembly.assets, { bucket: LOCAL_BUCKET, store });
  for (const { key, path } of files.copies) await putFile(store, { bucket: LOCAL_FILES, key }, path);
  files.gather();
  const registry: Registry = { folder: join(stateFolder, 'registry'), region, unique: world.unique };
  return { run, began, started, document, selected, store, registry, containers, scope, obtain };
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
  return time.getTime().toString(36).padStart(8, '0') + unique(4);
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
