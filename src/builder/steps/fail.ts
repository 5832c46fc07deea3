import type { Input } from '../../aws/input.ts';
import { type Step, type StepOptions, defineStep, stepValue } from './define.ts';

/** The arguments of a Fail step. */
export interface FailArguments {
  /** What the execution gives as the reason of its failure. */
  readonly ErrorMessage: Input<string>;
}

/** A step that ends the execution as failed. Nothing can depend on it. */
export interface FailStep extends Step {
  readonly type: 'Fail';
}

/** A step that ends the execution as failed, with a reason. */
export function fail(name: string, args: FailArguments, options?: StepOptions): FailStep {
  return stepValue<FailStep>(defineStep(fail, { type: 'Fail' }, name, args, options), {});
}
