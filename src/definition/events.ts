import type { Diagnostic } from './diagnostic.ts';
import type { Json, ParameterValue } from './document.ts';

/** How a step can be: what every runner says of it, whatever its service calls it. */
export type StepState = 'waiting' | 'running' | 'succeeded' | 'cached' | 'skipped' | 'failed' | 'stopped';

/** How a run can be. */
export type RunState = 'running' | 'stopping' | 'succeeded' | 'failed' | 'stopped';

/** A step of a run before anything has happened. */
export interface AnnouncedStep {
  readonly name: string;
  readonly type: string;
  readonly waitsFor: readonly string[];
  /** The Condition step that decides whether it runs. */
  readonly decidedBy: string | null;
}

/** Where more is to be read: a page of the AWS console, or a file on this machine. */
export interface Link {
  readonly title: string;
  readonly target: string;
}

/** Work that takes so long that it tells where it is: as it begins, as often as it is at something else, and as it is over. */
export interface LongWork {
  /** Short, and the same in all that is told of it: `sklearn 1.2-1`. */
  readonly name: string;
  readonly state: 'begun' | 'going' | 'done' | 'given-up';
  /** How long it took, once it is over. */
  readonly seconds?: number;
  /** Why it was given up, where nothing that follows says so. */
  readonly reason?: string;
}

/** What happens in a run. */
export type RunHappening =
  | {
      readonly type: 'run-started';
      /** A folder's name on this machine, an execution's ARN on AWS. */
      readonly run: string;
      readonly pipeline: string;
      readonly target: string;
      readonly steps: readonly AnnouncedStep[];
      /** With secrets masked. */
      readonly parameters: Readonly<Record<string, ParameterValue>>;
      readonly links: readonly Link[];
    }
  /** Work before and beside the steps: `uploading 3 assets`, `building the environment sklearn 1.2`. */
  | { readonly type: 'progress'; readonly step?: string; readonly message: string; readonly work?: LongWork }
  | { readonly type: 'diagnostic'; readonly step?: string; readonly diagnostic: Diagnostic }
  | {
      readonly type: 'step-started';
      readonly step: string;
      /** 1 for the first; a retry starts the step once more. */
      readonly attempt: number;
      /** The name of the job behind it, once there is one. */
      readonly job?: string;
      readonly links: readonly Link[];
    }
  | { readonly type: 'log'; readonly step: string; readonly stream: 'stdout' | 'stderr'; readonly line: string }
  | {
      readonly type: 'step-ended';
      readonly step: string;
      readonly state: Exclude<StepState, 'waiting' | 'running'>;
      readonly seconds: number;
      /** Why it failed, was skipped or taken from the cache, in a sentence. */
      readonly reason?: string;
      /** The last lines of its log, when it failed. */
      readonly tail?: readonly string[];
      /** What it made: a title and an S3 URI or a file. */
      readonly outputs: readonly Link[];
      /** Metrics, the outcome of a condition, the name of a model: what a report shows. */
      readonly facts: Readonly<Record<string, Json>>;
      readonly links: readonly Link[];
    }
  | { readonly type: 'run-stopping'; readonly reason: string }
  | {
      readonly type: 'run-ended';
      readonly state: Exclude<RunState, 'running' | 'stopping'>;
      readonly seconds: number;
      readonly reason?: string;
      readonly outputs: readonly Link[];
    };

/** One thing that a run says: renderers, run folders and the report page read nothing else. */
export type RunEvent = { readonly version: 1; readonly time: string } & RunHappening;
