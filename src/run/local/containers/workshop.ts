import { type Namespace, type Supervisor, cannotContain, probeNamespace } from './contained.ts';
import { type EnvironmentCache, type PythonEnvironment, environmentFor } from './environments.ts';
import { existingEnvironment } from './existing-environment.ts';
import type { ImageMappings, StandIn } from './images.ts';
import { GRACE } from './job.ts';
import { withScratch } from './scratch.ts';

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
  /** Says what takes long before it does. */
  readonly tell: (message: string) => void;
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
  readonly environmentOf: (standIn: StandIn) => Promise<PythonEnvironment>;
}

/** Readies what all jobs of a run share. */
export function openWorkshop(settings: ProcessSettings): Workshop {
  const { env, unique, tell } = settings;
  const supervisor: Supervisor = { python: 'python3', env };
  const cache: EnvironmentCache = { folder: settings.cache, supervisor, unique, tell };
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
    environmentOf: ({ recipe, folder }) => {
      const key = JSON.stringify([recipe, folder]);
      const found =
        environments.get(key) ??
        (folder === undefined ? environmentFor(cache, recipe) : existingEnvironment(cache, folder, settings.cwd));
      environments.set(key, found);
      return found;
    },
  };
}
