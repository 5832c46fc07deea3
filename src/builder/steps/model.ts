import type * as sagemaker from '@aws-sdk/client-sagemaker';
import type { Input, InputOf } from '../../aws/input.ts';
import type { PropertiesOf } from '../../aws/properties.ts';
import { propertiesOf } from '../properties.ts';
import { type ModelOptions, type Step, defineStep, stepValue } from './define.ts';

/** The arguments of a Model step: AWS's `CreateModel`. */
export interface ModelArguments extends InputOf<Omit<sagemaker.CreateModelInput, 'ModelName' | 'ExecutionRoleArn'>> {
  /** Made up by the service for each execution when left out. */
  readonly ModelName?: Input<string> | undefined;
  /** The account's execution role when left out. */
  readonly ExecutionRoleArn?: Input<string> | undefined;
}

/** What a finished Model step can be asked for: AWS's `DescribeModel`. */
export interface ModelProperties extends PropertiesOf<sagemaker.DescribeModelOutput> {}

/** A step that creates a model. */
export interface ModelStep extends Step {
  readonly type: 'Model';
  readonly properties: ModelProperties;
}

/** A step that creates a model out of one container, or of several in a row. */
export function model(name: string, args: ModelArguments, options?: ModelOptions): ModelStep {
  const node = defineStep(
    model,
    { type: 'Model', roleMember: 'ExecutionRoleArn', retryOf: 'call' },
    name,
    args,
    options,
  );
  return stepValue<ModelStep>(node, { properties: propertiesOf(node) });
}
