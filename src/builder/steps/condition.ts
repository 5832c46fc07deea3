import type { Expr } from '../../definition/expr.ts';
import { property } from '../properties.ts';
import type { Condition } from '../when.ts';
import { type Step, type StepOptions, defineStep, nodeOfStep, stepValue } from './define.ts';

/** The arguments of a Condition step. */
export interface ConditionArguments {
  /** All of them must hold for the steps of `IfSteps` to run. */
  readonly Conditions: readonly Condition[];
  readonly IfSteps?: readonly Step[] | undefined;
  readonly ElseSteps?: readonly Step[] | undefined;
}

/** A step that chooses between two lists of steps. */
export interface ConditionStep extends Step {
  readonly type: 'Condition';
  readonly properties: { readonly Outcome: Expr<boolean> };
}

/** A step that runs one of two lists of steps. */
export function condition(name: string, args: ConditionArguments, options?: StepOptions): ConditionStep {
  const { Conditions, IfSteps = [], ElseSteps = [] } = args;
  const branches = { IfSteps: IfSteps.map(nodeOfStep), ElseSteps: ElseSteps.map(nodeOfStep) };
  const node = defineStep(condition, { type: 'Condition', branches }, name, { Conditions }, options);
  return stepValue<ConditionStep>(node, {
    properties: Object.freeze({ Outcome: property(node, [{ member: 'Outcome' }]) as Expr<boolean> }),
  });
}
