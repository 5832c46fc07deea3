import type { Diagnostic } from '../../../definition/diagnostic.ts';
import type { Json, JsonObject, StepDocument } from '../../../definition/document.ts';
import type { Link } from '../../../definition/events.ts';
import type { ContainerJob, Containers, Listener, ModelContainer } from '../containers/container.ts';
import type { Scope } from '../expressions/scope.ts';
import type { World } from '../../runner.ts';
import type { Handlers } from '../handlers.ts';
import type { Registry } from '../registry.ts';
import type { Store } from '../store/store.ts';

/** What the steps of a run share. */
export interface Surroundings {
  readonly pipeline: string;
  /** The run's own name, and the last part of its execution's ARN. */
  readonly run: string;
  readonly region: string;
  readonly store: Store;
  readonly registry: Registry;
  readonly containers: Containers;
  readonly scope: Scope;
  /** What lets a job's own AWS clients find the store. */
  readonly jobEnvironment: Readonly<Record<string, string>>;
  readonly now: () => Date;
  readonly unique: (digits: number) => string;
  readonly sleep: World['sleep'];
  /** This machine's own environment, and the folder that relative paths of commands are meant from. */
  readonly env: World['env'];
  readonly cwd: string;
  readonly handlers: Handlers;
  readonly maxParallel: number;
  /** The ARN of the run. */
  readonly pipelineExecution: string;
  /** Sees to it that what is below a place is here, where it may be read from S3. */
  readonly obtain: (s3Uri: string) => Promise<void>;
}

/** A step as it is run. */
export interface StepWork extends Surroundings {
  readonly step: StepDocument;
  /** Evaluated. */
  readonly given: JsonObject;
  /** What stands beside its arguments (`FunctionArn` …), evaluated too. */
  readonly beside: JsonObject;
  /** Its folder in the run's. */
  readonly folder: string;
  /** The name of its job, as the service makes them. */
  readonly job: string;
  readonly listen: Listener;
  readonly signal: AbortSignal;
  /** Something that is not as it would be on the service, found on the way. */
  readonly warn: (diagnostic: Diagnostic) => void;
}

/** What a step leaves. */
export interface StepResult {
  /** What AWS would describe it as. */
  readonly properties: Json;
  readonly outputs: readonly Link[];
  readonly facts: Readonly<Record<string, Json>>;
}

/** A step before the run: its arguments with what is known by then. */
export interface PlannedStep {
  readonly step: StepDocument;
  readonly given: JsonObject;
  /** What stands beside its arguments, with what is known by then. */
  readonly beside: JsonObject;
  readonly handlers: Handlers;
  /** Where the step stands in the document. */
  readonly path: string;
  readonly registry: Registry;
  /** The request of another step, with what is known before the run. */
  readonly requestOf: (step: string) => JsonObject | undefined;
  /** Says that something is not as on the service, or cannot be. */
  readonly report: Report;
}

export type Report = (
  severity: Diagnostic['severity'],
  code: string,
  message: string,
  rest?: { readonly below?: string; readonly detail?: string | undefined; readonly fix?: string | undefined },
) => void;

/** A place that a step reads from, as far as it is known before the run. */
export interface StepRead {
  readonly uri: string;
  /** Where the step says so. */
  readonly below: string;
}

/** How one type of step runs on this machine. */
export interface StepKind {
  /** What cannot be done, and what is not as on the service, before anything runs. */
  readonly inspect: (planned: PlannedStep) => void;
  /** What it reads that may have to be there before the run. */
  readonly reads?: (planned: PlannedStep) => readonly StepRead[];
  /** What its containers will be asked for, as far as it is known before the run. */
  readonly containers?: (planned: PlannedStep) => ReadonlyArray<ContainerJob | ModelContainer>;
  readonly run: (work: StepWork) => Promise<StepResult>;
  /** What of its folder is left in place when the step is begun anew. */
  readonly keeps?: readonly string[];
  /** Saves what a job has left that was killed with its runner, where the service would have saved it meanwhile. */
  readonly rescue?: (left: LeftWork) => Promise<void>;
}

/** What is there of a step that did not come to its end. */
export interface LeftWork extends Pick<StepWork, 'given' | 'folder'>, Pick<Surroundings, 'store'> {}
