import type { Json, ParameterValue } from '../definition/document.ts';
import type { Link, RunState, StepState } from '../definition/events.ts';
import type { Resource } from './console-links.ts';

/** An execution in a list. */
export interface ListedExecution {
  readonly arn: string;
  readonly state: RunState;
  readonly started: Date | undefined;
  readonly displayName: string | undefined;
  readonly description: string | undefined;
  readonly reason: string | undefined;
}

/** An execution and all its steps. */
export interface DescribedExecution extends ListedExecution {
  readonly pipeline: string;
  readonly ended: Date | undefined;
  /** With secrets masked. */
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly steps: readonly StepReport[];
}

/** A step of an execution as its service told it at one moment. */
export interface StepReport {
  readonly name: string;
  readonly state: Exclude<StepState, 'waiting'>;
  readonly attempt: number;
  readonly seconds: number;
  readonly started: Date | undefined;
  readonly reason: string | undefined;
  /** The job, model or function behind it, once there is one. */
  readonly resource: Resource | undefined;
  readonly links: readonly Link[];
  readonly facts: Readonly<Record<string, Json>>;
}
