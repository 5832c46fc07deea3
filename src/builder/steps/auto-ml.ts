import type * as sagemaker from '@aws-sdk/client-sagemaker';
import type { Input, InputOf } from '../../aws/input.ts';
import type { PropertiesOf } from '../../aws/properties.ts';
import type { Expr } from '../../definition/expr.ts';
import { propertiesOf } from '../properties.ts';
import { type JobOptions, type Step, defineStep, stepValue } from './define.ts';

/** The arguments of an AutoML step: AWS's `CreateAutoMLJob`, in its first version and without deployment. */
export interface AutoMLArguments extends InputOf<
  Omit<
    sagemaker.CreateAutoMLJobRequest,
    'AutoMLJobName' | 'RoleArn' | 'AutoMLJobConfig' | 'ModelDeployConfig' | 'GenerateCandidateDefinitionsOnly'
  >
> {
  /** Made up by the service for each execution when left out. */
  readonly AutoMLJobName?: Input<string> | undefined;
  /** The account's execution role when left out. */
  readonly RoleArn?: Input<string> | undefined;
  readonly AutoMLJobConfig: InputOf<Omit<sagemaker.AutoMLJobConfig, 'Mode'>> & {
    /** In a pipeline AWS takes no other mode. */
    readonly Mode: 'ENSEMBLING';
  };
}

/** Reports on the best candidate that only a pipeline's step knows. */
interface BestCandidateReports {
  readonly BestCandidateProperties: {
    readonly ModelInsightsJsonReportPath: Expr<string>;
    readonly ExplainabilityJsonReportPath: Expr<string>;
  };
}

/** What a finished AutoML step can be asked for: AWS's `DescribeAutoMLJob`, and reports on the best candidate. */
export interface AutoMLProperties extends PropertiesOf<sagemaker.DescribeAutoMLJobResponse>, BestCandidateReports {}

/** A step that finds a model by itself. */
export interface AutoMLStep extends Step {
  readonly type: 'AutoML';
  readonly properties: AutoMLProperties;
}

/** A step that tries algorithms and preprocessing on a table and keeps the best model. */
export function autoML(name: string, args: AutoMLArguments, options?: JobOptions): AutoMLStep {
  const node = defineStep(autoML, { type: 'AutoML', roleMember: 'RoleArn' }, name, args, options);
  return stepValue<AutoMLStep>(node, { properties: propertiesOf(node) });
}
