import { PipelineError } from '../definition/error.ts';

/** What a release found out, as far as a stack is deployed with it. */
export interface DeploymentFacts {
  readonly projectName: string;
  readonly projectId: string | undefined;
  /** Of the packages in the target, in the order of their groups. */
  readonly packages: readonly string[];
  readonly bucket: string;
  readonly environment: string;
  readonly roleArn: string | undefined;
  readonly subnetIds: string | undefined;
  readonly securityGroupIds: string | undefined;
  readonly kmsKeyId: string | undefined;
  readonly pipelineName: string | undefined;
  readonly definitionKey: string | undefined;
  readonly definitionText: string | undefined;
}

/** Which parameters a deployment is used to: those of a stack that finds the definition in S3, or those of a CodePipeline. */
export type ParameterSet = 'stack' | 'codepipeline';

const SETS: Readonly<Record<ParameterSet, readonly string[]>> = {
  stack: ['ProjectBucket', 'Environment', 'SubnetIds', 'SGIds', 'BatchPipeline', 'PipelineDefinitionS3Key'],
  codepipeline: ['ModelExecutionRoleArn', 'PipelineDefinitionBody'],
};
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html: a parameter's value
const BODY_LIMIT = 4096;

/**
 * The parameters that a release computes: the ones of the set, and those beside them that the template declares. A value
 * that nobody knows is left out, so that the template's own default holds.
 */
export function deploymentParameters(
  facts: DeploymentFacts,
  set: ParameterSet,
  declared: ReadonlySet<string> = new Set(),
): Record<string, string | undefined> {
  const { packages } = facts;
  const values: Readonly<Record<string, string | undefined>> = {
    ProjectBucket: facts.bucket,
    Environment: facts.environment,
    SubnetIds: facts.subnetIds,
    SGIds: facts.securityGroupIds,
    BatchPipeline: facts.pipelineName,
    PipelineDefinitionS3Key: facts.definitionKey,
    ModelExecutionRoleArn: facts.roleArn,
    KmsKeyId: facts.kmsKeyId,
    PipelineDefinitionBody: facts.definitionText,
  };
  const hasKey = declared.has('PipelineDefinitionS3Key');
  const wanted = SETS[set].filter((name) => name !== 'PipelineDefinitionBody' || !hasKey);
  const extra = Object.keys(values).filter((name) => declared.has(name) && !wanted.includes(name));
  const names = [...wanted, ...extra];
  if (names.includes('PipelineDefinitionBody')) checkBody(facts.definitionText);
  return {
    SageMakerProjectName: facts.projectName,
    SageMakerProjectId: facts.projectId,
    ...Object.fromEntries(
      packages.map((arn, index) => [packages.length === 1 ? 'ModelPackageName' : `ModelPackageName${index + 1}`, arn]),
    ),
    ...Object.fromEntries(names.map((name) => [name, values[name]])),
  };
}

function checkBody(text: string | undefined): void {
  const bytes = Buffer.byteLength(text ?? '');
  if (bytes <= BODY_LIMIT) return;
  throw new PipelineError(
    'usage',
    'definition-too-large',
    `The definition has ${bytes} bytes, a parameter of a stack ${BODY_LIMIT} at most`,
    {
      detail: 'the template takes it as the parameter PipelineDefinitionBody',
      fix: 'use a template that takes PipelineDefinitionS3Key and ProjectBucket: --template-file',
    },
  );
}
