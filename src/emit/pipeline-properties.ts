import type { Assembly } from '../definition/assembly.ts';
import { ARTIFACT_BUCKET, EXECUTION_ROLE_ARN, bind } from '../definition/bind.ts';
import { PipelineError } from '../definition/error.ts';

/** What a stack gives to a pipeline; tokens of the CDK do as well as literals. */
export interface CfnPipelineOptions {
  readonly roleArn: string;
  /** The artefact bucket, which holds the published assets. */
  readonly bucket?: string | undefined;
  readonly name?: string | undefined;
  /** An object with the bound definition, instead of the definition itself. */
  readonly definitionLocation?: { readonly bucket: string; readonly key: string } | undefined;
}

/** The properties of `AWS::SageMaker::Pipeline`, as the CDK's `CfnPipeline` takes them. */
export interface CfnPipelineProperties {
  readonly pipelineName: string;
  readonly pipelineDescription?: string;
  readonly pipelineDefinition:
    | { readonly PipelineDefinitionBody: string }
    | { readonly PipelineDefinitionS3Location: { readonly Bucket: string; readonly Key: string } };
  readonly roleArn: string;
  readonly parallelismConfiguration?: { readonly MaxParallelExecutionSteps: number };
  readonly tags?: { readonly key: string; readonly value: string }[];
}

/**
 * A pipeline's properties in a stack. Its assets are published beforehand, under keys that the definition names.
 *
 * @example new CfnPipeline(this, 'Batch', cfnPipelineProps(assembly, { bucket: bucket.bucketName, roleArn: role.roleArn }));
 */
export function cfnPipelineProps(
  assembly: Pick<Assembly, 'name' | 'definition'> & Partial<Assembly>,
  { roleArn, bucket, name, definitionLocation }: CfnPipelineOptions,
): CfnPipelineProperties {
  const { description, parallelism, tags = {} } = assembly;
  const definition = bind(assembly.definition, { bucket, roleArn });
  const open = definition.Parameters?.find(({ Name }) => Name === ARTIFACT_BUCKET || Name === EXECUTION_ROLE_ARN);
  if (open !== undefined && definitionLocation === undefined) {
    throw new PipelineError('usage', 'unbound-definition', `The definition of ${assembly.name} asks for ${open.Name}`, {
      detail: 'an execution that a schedule or the console starts would have to give it',
      fix: 'give the artefact bucket: cfnPipelineProps(assembly, { bucket, roleArn })',
    });
  }
  const list = Object.entries(tags).map(([key, value]) => ({ key, value }));
  return {
    pipelineName: name ?? assembly.name,
    ...(description === undefined ? {} : { pipelineDescription: description }),
    pipelineDefinition:
      definitionLocation === undefined
        ? { PipelineDefinitionBody: JSON.stringify(definition) }
        : { PipelineDefinitionS3Location: { Bucket: definitionLocation.bucket, Key: definitionLocation.key } },
    roleArn,
    ...(parallelism === undefined ? {} : { parallelismConfiguration: { MaxParallelExecutionSteps: parallelism } }),
    ...(list.length === 0 ? {} : { tags: list }),
  };
}
