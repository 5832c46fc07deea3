import type { Input } from '../../aws/input.ts';
import type { Expr } from '../../definition/expr.ts';
import { propertiesOf } from '../properties.ts';
import { type BaselineCheckOptions, baselineMembers, orNull } from './baseline-check.ts';
import { type Step, defineStep, stepValue } from './define.ts';
import type { ProcessingArguments } from './processing.ts';

/** What a QualityCheck step is told beside its job's arguments. */
export interface QualityCheckOptions extends BaselineCheckOptions {
  readonly checkType: 'DATA_QUALITY' | 'MODEL_QUALITY';
  readonly suppliedBaselineStatistics?: Input<string> | undefined;
}

/** What a finished QualityCheck step can be asked for. */
export interface QualityCheckProperties {
  readonly CalculatedBaselineConstraints: Expr<string>;
  readonly CalculatedBaselineStatistics: Expr<string>;
  readonly BaselineUsedForDriftCheckConstraints: Expr<string>;
  readonly BaselineUsedForDriftCheckStatistics: Expr<string>;
}

/** A step that compares data or predictions with a baseline. */
export interface QualityCheckStep extends Step {
  readonly type: 'QualityCheck';
  readonly properties: QualityCheckProperties;
}

/** A step that suggests a baseline for data or predictions and compares them with an earlier one. */
export function qualityCheck(name: string, args: ProcessingArguments, options: QualityCheckOptions): QualityCheckStep {
  const siblings = {
    ...baselineMembers(options.checkType, options),
    SuppliedBaselineStatistics: orNull(options.suppliedBaselineStatistics),
  };
  const node = defineStep(qualityCheck, { type: 'QualityCheck', roleMember: 'RoleArn', siblings }, name, args, options);
  return stepValue<QualityCheckStep>(node, { properties: propertiesOf(node) });
}
