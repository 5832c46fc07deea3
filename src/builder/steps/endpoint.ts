import type * as sagemaker from '@aws-sdk/client-sagemaker';
import type { InputOf } from '../../aws/input.ts';
import type { PropertiesOf } from '../../aws/properties.ts';
import { propertiesOf } from '../properties.ts';
import { type CacheOptions, type Step, defineStep, stepValue } from './define.ts';

/** The arguments of an Endpoint step: AWS's `CreateEndpoint`, of which a pipeline takes no deployment configuration. */
export interface EndpointArguments extends InputOf<Omit<sagemaker.CreateEndpointInput, 'DeploymentConfig'>> {}

/** What a finished Endpoint step can be asked for: AWS's `DescribeEndpoint`. */
export interface EndpointProperties extends PropertiesOf<sagemaker.DescribeEndpointOutput> {}

/** A step that makes an endpoint, or updates the one that has its name. */
export interface EndpointStep extends Step {
  readonly type: 'Endpoint';
  readonly properties: EndpointProperties;
}

/** A step that makes an endpoint, or updates the one that has its name. */
export function endpoint(name: string, args: EndpointArguments, options?: CacheOptions): EndpointStep {
  const node = defineStep(endpoint, { type: 'Endpoint' }, name, args, options);
  return stepValue<EndpointStep>(node, { properties: propertiesOf(node) });
}
