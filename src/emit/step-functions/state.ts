import type { Json, StepDocument } from '../../definition/document.ts';
import type { Path } from '../../definition/path.ts';
import type { Scope } from './template.ts';

/** One state, as the States Language writes it. */
export type State = Record<string, Json>;

/** States of one machine or of one branch of a Parallel state, in the order in which they are reached. */
export interface Plan extends Scope {
  /** Adds a state; its name is made unlike all others, and is the result. */
  readonly add: (name: string, state: State) => string;
  /** Where a failure goes; undefined inside a branch, where it goes to the state around it. */
  readonly onFailure: string | undefined;
}

/** A step and what comes after it; undefined at the end. */
export interface Turn {
  readonly step: StepDocument;
  readonly path: Path;
  readonly next: string | undefined;
}

/** `Next`, or `End`. */
export function onward(next: string | undefined): State {
  return next === undefined ? { End: true } : { Next: next };
}

/** The catchers of a task. */
export function catchers({ onFailure }: Plan): State {
  return onFailure === undefined
    ? {}
    : { Catch: [{ ErrorEquals: ['States.TaskFailed'], ResultPath: '$.Error', Next: onFailure }] };
}
