import type * as sagemaker from '@aws-sdk/client-sagemaker';
import type { Input, InputOf } from '../../aws/input.ts';
import type { PropertiesOf } from '../../aws/properties.ts';
import { propertiesOf } from '../properties.ts';
import { type JobOptions, type Step, defineStep, stepValue } from './define.ts';

/** The arguments of a Training step: AWS's `CreateTrainingJob`. */
export interface TrainingArguments extends InputOf<
  Omit<sagemaker.CreateTrainingJobRequest, 'TrainingJobName' | 'RoleArn'>
> {
  /** Made up by the service for each execution when left out. */
  readonly TrainingJobName?: Input<string> | undefined;
  /** The account's execution role when left out. */
  readonly RoleArn?: Input<string> | undefined;
}

/** What a finished Training step can be asked for: AWS's `DescribeTrainingJob`. */
export interface TrainingProperties extends PropertiesOf<sagemaker.DescribeTrainingJobResponse> {}

/** A step that runs a training job. */
export interface TrainingStep extends Step {
  readonly type: 'Training';
  readonly properties: TrainingProperties;
}

/** A step that runs a training job and leaves a model artefact in S3. */
export function training(name: string, args: TrainingArguments, options?: JobOptions): TrainingStep {
  const node = defineStep(training, { type: 'Training', roleMember: 'RoleArn' }, name, args, options);
  return stepValue<TrainingStep>(node, { properties: propertiesOf(node) });
}
