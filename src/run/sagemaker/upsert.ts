import { createHash } from 'node:crypto';
import { openS3 } from '../../s3/client.ts';
import { putObject } from '../../s3/put.ts';
import type { World } from '../runner.ts';
import { type Connection, asking } from './connect.ts';
import { type Deployment, findPipeline, isInline } from './deployment.ts';

/** The tag that says from which commit a pipeline's present state was deployed. */
export const COMMIT_TAG = 'git-commit';

/** How a definition that is too long for a request is uploaded. */
export interface UploadAccess {
  readonly kmsKey?: string | undefined;
  readonly expectedOwner?: string | undefined;
}

/** The pipeline as the account now has it. */
export interface Upserted {
  readonly arn: string;
  /** The version that was made, where one was. */
  readonly version: number | undefined;
  /** Whether the service has said so itself: of an update it does. */
  readonly isTold: boolean;
}

/**
 * Creates or updates a pipeline as was planned; one that differs in nothing is left alone. The commit is written only
 * with a change: it says where the present state comes from, and a new commit alone changes nothing that runs.
 */
export async function upsert(
  deployment: Deployment,
  commit: string | undefined,
  connection: Connection,
  world: World,
  access: UploadAccess,
): Promise<Upserted> {
  const { deployed, name, action } = deployment;
  if (deployed !== undefined && action === 'nothing') return { arn: deployed.arn, version: undefined, isTold: false };
  const tags = { ...deployment.tags, ...(commit === undefined ? {} : { [COMMIT_TAG]: commit }) };
  if (deployed !== undefined) return await update(deployment, deployed.arn, tags, connection, access);
  const { description } = deployment;
  const request = {
    PipelineName: name,
    RoleArn: deployment.roleArn,
    ...(await bodyOf(deployment, connection, access)),
    ...(description === undefined ? {} : { PipelineDescription: description }),
    ...parallelismOf(deployment),
    ...(Object.keys(tags).length === 0 ? {} : { Tags: tagList(tags) }),
    // Its own, so that a request whose answer was lost makes no second pipeline.
    ClientRequestToken: world.unique(64),
  };
  try {
    const { PipelineArn: arn = '' } = await connection.sagemaker.createPipeline(request);
    return { arn, version: 1, isTold: false };
  } catch (error) {
    // Someone was quicker, or it was ourselves and the answer was lost on the way.
    const other = isTaken(error) ? await findPipeline(name, connection) : undefined;
    if (other === undefined) return await asking(`create the pipeline ${name}`, Promise.reject(error as Error));
    return await update({ ...deployment, differs: ['definition', 'tags'] }, other.arn, tags, connection, access);
  }
}

async function update(
  deployment: Deployment,
  arn: string,
  tags: Readonly<Record<string, string>>,
  connection: Connection,
  access: UploadAccess,
): Promise<Upserted> {
  const { name, description, roleArn, differs } = deployment;
  const { sagemaker } = connection;
  let version: number | undefined;
  if (differs.some((part) => part !== 'tags')) {
    const request = {
      PipelineName: name,
      RoleArn: roleArn,
      ...(await bodyOf(deployment, connection, access)),
      ...(description === undefined ? {} : { PipelineDescription: description }),
      ...parallelismOf(deployment),
    };
    const updated = await asking(`update the pipeline ${name}`, sagemaker.updatePipeline(request));
    version = updated.PipelineVersionId;
  }
  if (Object.keys(tags).length > 0) {
    const request = { ResourceArn: arn, Tags: tagList(tags) };
    await asking(`tag the pipeline ${name}`, sagemaker.addTags(request));
  }
  return { arn, version, isTold: version !== undefined };
}

/** The definition itself, or the object that holds it under a key of its own content, which nothing can change later. */
async function bodyOf(
  { text, bucket }: Deployment,
  { region, profile }: Connection,
  { kmsKey, expectedOwner }: UploadAccess,
): Promise<DefinitionBody> {
  if (isInline(text)) return { PipelineDefinition: text };
  const key = `sagemaker-pipelines/definitions/${createHash('sha256').update(text).digest('hex')}.json`;
  const s3 = await openS3({ region, profile });
  try {
    await putObject(s3, { bucket: bucket!, key }, text, {
      contentType: 'application/json',
      kmsKeyId: kmsKey,
      expectedOwner,
    });
  } finally {
    s3.destroy();
  }
  return { PipelineDefinitionS3Location: { Bucket: bucket!, ObjectKey: key } };
}

type DefinitionBody =
  | { PipelineDefinition: string }
  | { PipelineDefinitionS3Location: { Bucket: string; ObjectKey: string } };

function parallelismOf({ parallelism }: Deployment): {
  ParallelismConfiguration?: { MaxParallelExecutionSteps: number };
} {
  return parallelism === undefined ? {} : { ParallelismConfiguration: { MaxParallelExecutionSteps: parallelism } };
}

function tagList(tags: Readonly<Record<string, string>>): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && /already exists/i.test(error.message);
}
