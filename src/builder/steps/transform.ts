import type * as sagemaker from '@aws-sdk/client-sagemaker';
import type { Input, InputOf } from '../../aws/input.ts';
import type { PropertiesOf } from '../../aws/properties.ts';
import { propertiesOf } from '../properties.ts';
import { type JobOptions, type Step, defineStep, stepValue } from './define.ts';

/** The arguments of a Transform step: AWS's `CreateTransformJob`. */
export interface TransformArguments extends InputOf<Omit<sagemaker.CreateTransformJobRequest, 'TransformJobName'>> {
  /** Made up by the service for each execution when left out. */
  readonly TransformJobName?: Input<string> | undefined;
}

/** What a finished Transform step can be asked for: AWS's `DescribeTransformJob`. */
export interface TransformProperties extends PropertiesOf<sagemaker.DescribeTransformJobResponse> {}

/** A step that runs a batch transform job. */
export interface TransformStep extends Step {
  readonly type: 'Transform';
  readonly properties: TransformProperties;
}

/** A step that sends every record of some objects in S3 through a model and keeps the answers. */
export function transform(name: string, args: TransformArguments, options?: JobOptions): TransformStep {
  const node = defineStep(transform, { type: 'Transform' }, name, args, options);
  return stepValue<TransformStep>(node, { properties: propertiesOf(node) });
}
