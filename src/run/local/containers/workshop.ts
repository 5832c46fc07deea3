import { type Namespace, type Supervisor, cannotContain, probeNamespace } from './contained.ts';
import { type EnvironmentCache, type PythonEnvironment, environmentFor, ofStep } from './environments.ts';
import { existingEnvironment } from './existing-environment.ts';
import type { ImageMappings, StandIn } from './images.ts';
import { GRACE } from './job.ts';
import { withScratch } from './scratch.ts';
import type { Tell } from '../../say.ts';

/** What processes need to stand in for containers. */
export interface ProcessSettings {
  /** This machine's own environment: where programs are, what pip was told, proxies. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder against which folders in `images` are meant. */
  readonly cwd: string;
  /** Where environments are kept for later runs. */
  readonly cache: string;
  /** An existing folder with a short path without spaces: `/tmp`. */
  readonly temporary: string;
  readonly unique: (digits: number) => string;
  readonly now: () => Date;
  /** Says what takes long. */
  readonly tell: Tell;
  /** Ends the building of environments. */
  readonly interrupted: AbortSignal;
  readonly images?: ImageMappings;
  /** Refuse environments that differ from their image. */
  readonly strictEnvironment?: boolean;
  /** Brings an object of S3 into a file: code that a job names by its URI. */
  readonly fetchObject: (s3Uri: string, file: string) => Promise<void>;
  /** How a job finds its `/opt/ml`; tried out when left out. */
  readonly isolation?: 'namespace' | 'rewrite';
  /** Milliseconds that a job has to end by itself once it is asked to. */
  readonly grace?: number;
  /** Milliseconds that a model server has until it answers. */
  readonly startLimit?: number;
}

/** What is found out once and holds for all jobs of a run. */
export interface Workshop {
  readonly settings: ProcessSettings;
  readonly supervisor: Supervisor;
  readonly cache: EnvironmentCache;
  readonly grace: number;
  /** How jobs see `/opt/ml`; where they cannot, why not, and paths are rewritten. */
  readonly namespace: () => Promise<Namespace | string>;
  /** What stands in for images, built when it is not there yet; the step that waits for it, when it is one. */
  readonly environmentOf: (standIn: StandIn, images: readonly string[], step?: string) => Promise<PythonEnvironment>;
}

/** Readies what all jobs of a run share. */
export function openWorkshop(settings: ProcessSettings): Workshop {
  const { env, unique, now, tell, interrupted } = settings;
  const supervisor: Supervisor = { python: 'python3', env };
  const cache: EnvironmentCache = { folder: settings.cache, supervisor, unique, now, tell, interrupted };
  const environments = new Map<string, Promise<PythonEnvironment>>();
  let probed: Promise<Namespace | string> | undefined;
  return {
    settings,
    supervisor,
    cache,
    grace: settings.grace ?? GRACE,
    namespace: async () => {
      if (settings.isolation === 'rewrite') return 'it was asked for';
      probed ??= withScratch(settings, (scratch) => probeNamespace(supervisor, scratch));
      const found = await probed;
      if (typeof found === 'string' && settings.isolation === 'namespace') throw cannotContain(found);
      return found;
    },
    environmentOf: ({ recipe, folder }, images, step) => {
      const key = JSON.stringify([recipe, folder]);
      const found =
        environments.get(key) ??
        (folder === undefined
          ? environmentFor(ofStep(cache, step), recipe, images)
          : existingEnvironment(cache, folder, settings.cwd));
      environments.set(key, found);
      return found;
    },
  };
}

/**
 * The workshop of a job in an environment: the environment's own interpreter looks after all that is run for it. The `python3`
 * of the PATH may be a shim, which takes longer to find that interpreter than many a job to run.
 */
export function workshopIn(workshop: Workshop, { interpreter }: PythonEnvironment): Workshop {
  const supervisor = { ...workshop.supervisor, python: interpreter.path };
  return { ...workshop, supervisor, cache: { ...workshop.cache, supervisor } };
}
