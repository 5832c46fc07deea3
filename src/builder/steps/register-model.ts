import type * as sagemaker from '@aws-sdk/client-sagemaker';
import type { Input, InputOf } from '../../aws/input.ts';
import type { PropertiesOf } from '../../aws/properties.ts';
import { propertiesOf } from '../properties.ts';
import { type ModelOptions, type Step, defineStep, stepValue } from './define.ts';

/** The arguments of a RegisterModel step: AWS's `CreateModelPackage`. */
export interface RegisterModelArguments extends InputOf<Omit<sagemaker.CreateModelPackageInput, 'ModelPackageName'>> {
  /** For a package outside any group; one of a group is named by its version. */
  readonly ModelPackageName?: Input<string> | undefined;
}

/** What a finished RegisterModel step can be asked for: AWS's `DescribeModelPackage`. */
export interface RegisterModelProperties extends PropertiesOf<sagemaker.DescribeModelPackageOutput> {}

/** A step that registers a model package. */
export interface RegisterModelStep extends Step {
  readonly type: 'RegisterModel';
  readonly properties: RegisterModelProperties;
}

/** A step that adds a version to a model package group of the registry. */
export function registerModel(name: string, args: RegisterModelArguments, options?: ModelOptions): RegisterModelStep {
  const node = defineStep(registerModel, { type: 'RegisterModel', retryOf: 'call' }, name, args, options);
  return stepValue<RegisterModelStep>(node, { properties: propertiesOf(node) });
}
