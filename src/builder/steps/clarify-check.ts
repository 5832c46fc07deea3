import type { Input } from '../../aws/input.ts';
import type { Expr } from '../../definition/expr.ts';
import { propertiesOf } from '../properties.ts';
import { type BaselineCheckOptions, baselineMembers } from './baseline-check.ts';
import { type Step, defineStep, stepValue } from './define.ts';
import type { ProcessingArguments } from './processing.ts';

/** A check of data alone. */
export interface DataBiasOptions extends BaselineCheckOptions {
  readonly checkType: 'DATA_BIAS';
  // The type is the message that an author gets who writes one.
  readonly modelName?: 'a check of data alone names no model' | undefined;
}

/** A check of a model's answers: AWS has to know the model, and makes an endpoint of it for the time being. */
export interface ModelAnalysisOptions extends BaselineCheckOptions {
  readonly checkType: 'MODEL_BIAS' | 'MODEL_EXPLAINABILITY';
  readonly modelName: Input<string>;
}

/** What a ClarifyCheck step is told beside its job's arguments. */
export type ClarifyCheckOptions = DataBiasOptions | ModelAnalysisOptions;

/** What a finished ClarifyCheck step can be asked for. */
export interface ClarifyCheckProperties {
  readonly CalculatedBaselineConstraints: Expr<string>;
  readonly BaselineUsedForDriftCheckConstraints: Expr<string>;
}

/** A step that measures bias or explains a model, and compares with a baseline. */
export interface ClarifyCheckStep extends Step {
  readonly type: 'ClarifyCheck';
  readonly properties: ClarifyCheckProperties;
}

/** A step that measures bias in data or predictions, or explains a model, and compares with an earlier baseline. */
export function clarifyCheck(name: string, args: ProcessingArguments, options: ClarifyCheckOptions): ClarifyCheckStep {
  const siblings = {
    ...baselineMembers(options.checkType, options),
    ...(options.modelName === undefined ? {} : { ModelName: options.modelName as string }),
  };
  const node = defineStep(clarifyCheck, { type: 'ClarifyCheck', roleMember: 'RoleArn', siblings }, name, args, options);
  return stepValue<ClarifyCheckStep>(node, { properties: propertiesOf(node) });
}
