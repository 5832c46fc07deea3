import type * as sagemaker from '@aws-sdk/client-sagemaker';
import type { InputOf } from '../../aws/input.ts';
import type { PropertiesOf } from '../../aws/properties.ts';
import { propertiesOf } from '../properties.ts';
import { type CacheOptions, type ModelOptions, type Step, defineStep, stepValue } from './define.ts';

/** The arguments of an EndpointConfig step: AWS's `CreateEndpointConfig`, of which a pipeline takes no data capture and no explainer. */
export interface EndpointConfigArguments extends InputOf<
  Omit<sagemaker.CreateEndpointConfigInput, 'DataCaptureConfig' | 'ExplainerConfig'>
> {}

/** What a finished EndpointConfig step can be asked for: AWS's `DescribeEndpointConfig`. */
export interface EndpointConfigProperties extends PropertiesOf<sagemaker.DescribeEndpointConfigOutput> {}

/** What an EndpointConfig step may be told beside its arguments. */
export interface EndpointConfigOptions extends ModelOptions, CacheOptions {}

/** A step that says how an endpoint is to be made. */
export interface EndpointConfigStep extends Step {
  readonly type: 'EndpointConfig';
  /** The service appends to the configuration's name: read `EndpointConfigName` here, do not write it again. */
  readonly properties: EndpointConfigProperties;
}

/** A step that says which models an endpoint serves, and on which machines. */
export function endpointConfig(
  name: string,
  args: EndpointConfigArguments,
  options?: EndpointConfigOptions,
): EndpointConfigStep {
  const node = defineStep(endpointConfig, { type: 'EndpointConfig', retryOf: 'call' }, name, args, options);
  return stepValue<EndpointConfigStep>(node, { properties: propertiesOf(node) });
}
