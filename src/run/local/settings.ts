import type { Tell } from '../say.ts';
import type { CacheSettings } from './cache.ts';
import type { Containers } from './containers/container.ts';
import type { Fetch } from './fetch.ts';
import type { Handlers } from './handlers.ts';
import type { PastRun } from './read-runs.ts';
import type { LocalSelection } from './run-folder.ts';
import type { Owner } from './run-owner.ts';
import type { Mount } from './store/store.ts';

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
  /** Which steps run, and whose results stand in for the others; all of them when left out, or those that
   * the run which goes on was started for. */
  readonly selection?: LocalSelection;
  /** A run that was killed, was stopped or failed, and goes on. */
  readonly resume?: PastRun;
}

/** What stands in for containers asks of the run around it. */
export interface ContainerNeeds {
  /** Says what takes long before it does. */
  readonly tell: Tell;
  /** Given when nothing that is being readied will be needed any more. */
  readonly interrupted: AbortSignal;
  /** Brings an object of S3 into a file: code that a job names by its URI. */
  readonly fetchObject: (s3Uri: string, file: string) => Promise<void>;
}
