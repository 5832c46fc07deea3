import { PIPELINE_NAME_RULE, isPipelineName } from '../../aws/pipeline-name.ts';
import { RESERVED_PARAMETERS, ARTIFACT_BUCKET, bind } from '../../definition/bind.ts';
import type { Assembly } from '../../definition/assembly.ts';
import type { PipelineDocument } from '../../definition/document.ts';
import { PipelineError } from '../../definition/error.ts';
import { parse } from '../../definition/parse.ts';
import { type Change, diffDocuments } from '../../emit/diff.ts';
import { toJson } from '../../emit/json.ts';
import { type Connection, asking, isAbsent } from './connect.ts';

/** What an account has under a pipeline's name. */
export interface DeployedPipeline {
  readonly arn: string;
  /** Undefined when its text is no definition that we can read. */
  readonly definition: PipelineDocument | undefined;
  readonly roleArn: string | undefined;
  readonly description: string | undefined;
  readonly parallelism: number | undefined;
  readonly tags: ReadonlyMap<string, string>;
}

/** Where a pipeline goes, as far as someone said it. */
export interface DeploymentOptions {
  /** Another name than the pipeline's own. */
  readonly pipelineName?: string | undefined;
  /** Else the deployed pipeline keeps its own. */
  readonly roleArn?: string | undefined;
  /** Else SageMaker's own bucket of the account and region. */
  readonly bucket?: string | undefined;
}

/** What there is to do so that the account has a pipeline; nothing of it is done yet. */
export interface Deployment {
  readonly name: string;
  readonly roleArn: string;
  /** Undefined when the document needs none. */
  readonly bucket: string | undefined;
  readonly definition: PipelineDocument;
  readonly text: string;
  readonly description: string | undefined;
  readonly parallelism: number | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly deployed: DeployedPipeline | undefined;
  readonly action: 'create' | 'update' | 'nothing';
  /** What differs: `definition`, `role`, `description`, `parallelism`, `tags`. */
  readonly differs: readonly string[];
  readonly changes: readonly Change[];
}

/** The most that a request may carry; a longer definition goes through S3. */
const INLINE_BYTES = 100 * 1024;

/** Compares what an assembly wants with what the account has; asks AWS, and changes nothing. */
export async function planDeployment(
  assembly: Assembly,
  options: DeploymentOptions,
  connection: Connection,
): Promise<Deployment> {
  const name = options.pipelineName ?? assembly.name;
  refuseName(name);
  const deployed = await findPipeline(name, connection);
  const roleArn = options.roleArn ?? deployed?.roleArn;
  if (roleArn === undefined) throw missingRole(name);
  const { bucket, definition, text } = await bound(assembly, roleArn, options.bucket, connection);
  refuseUnbound(definition);
  refuseTooLong(name, text);
  const { description, parallelism } = assembly;
  const changes = deployed?.definition === undefined ? [] : diffDocuments(deployed.definition, definition);
  const differs: string[] = [];
  if (deployed !== undefined) {
    if (deployed.definition === undefined || changes.length > 0) differs.push('definition');
    if (deployed.roleArn !== roleArn) differs.push('role');
    if (description !== undefined && deployed.description !== description) differs.push('description');
    if (parallelism !== undefined && deployed.parallelism !== parallelism) differs.push('parallelism');
    // Tags that others put there stay: AWS and Studio have some of their own.
    const isOther = ([key, value]: [string, string]): boolean => deployed.tags.get(key) !== value;
    if (Object.entries(assembly.tags).some(isOther)) differs.push('tags');
  }
  const action = deployed === undefined ? 'create' : differs.length > 0 ? 'update' : 'nothing';
  const { tags } = assembly;
  return {
    name,
    roleArn,
    bucket,
    definition,
    text,
    description,
    parallelism,
    tags,
    deployed,
    action,
    differs,
    changes,
  };
}

/** What the account has under a name; undefined when it has nothing. */
export async function findPipeline(name: string, connection: Connection): Promise<DeployedPipeline | undefined> {
  const doing = `look at the pipeline ${name}`;
  try {
    const found = await connection.sagemaker.describePipeline({ PipelineName: name });
    const { PipelineArn: arn = '', PipelineDefinition: text = '', ParallelismConfiguration: parallelism } = found;
    return {
      arn,
      definition: parse(text).document,
      roleArn: found.RoleArn,
      description: found.PipelineDescription,
      parallelism: parallelism?.MaxParallelExecutionSteps,
      tags: await tagsOf(arn, connection),
    };
  } catch (error) {
    if (isAbsent(error)) return undefined;
    return await asking(doing, Promise.reject(error as Error));
  }
}

async function tagsOf(arn: string, { sagemaker }: Connection): Promise<Map<string, string>> {
  const tags = new Map<string, string>();
  let next: string | undefined;
  do {
    const page = await asking(
      `read the tags of ${arn}`,
      sagemaker.listTags({ ResourceArn: arn, ...(next === undefined ? {} : { NextToken: next }) }),
    );
    for (const { Key: key, Value: value } of page.Tags ?? []) if (key !== undefined) tags.set(key, value ?? '');
    next = page.NextToken;
  } while (next !== undefined && next !== '');
  return tags;
}

/** A definition as its account has it; with a bucket where it needs one: for its assets, or because it is too long for a request. */
async function bound(
  { definition: open, assets }: Assembly,
  roleArn: string,
  given: string | undefined,
  connection: Connection,
): Promise<Pick<Deployment, 'bucket' | 'definition' | 'text'>> {
  const withBucket = (bucket: string | undefined) => {
    const definition = bind(open, { bucket, roleArn });
    return { bucket, definition, text: toJson(definition) };
  };
  const isRead = open.Parameters?.some(({ Name: name }) => name === ARTIFACT_BUCKET) ?? false;
  if (given !== undefined) return withBucket(given);
  // How long it is shows only when the role stands in it.
  const without = withBucket(undefined);
  if (!isRead && assets.length === 0 && isInline(without.text)) return without;
  return withBucket(`sagemaker-${connection.region}-${await connection.account()}`);
}

/** Whether a definition fits into a request. */
export function isInline(text: string): boolean {
  return Buffer.byteLength(text) < INLINE_BYTES;
}

/** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreatePipeline.html */
const LONGEST_DEFINITION = 1_048_576;

/** AWS would say so once the assets are in the bucket. */
function refuseName(name: string): void {
  if (isPipelineName(name)) return;
  throw new PipelineError('usage', 'bad-value', `"${name}" is no name for a pipeline in AWS`, {
    detail: PIPELINE_NAME_RULE,
    fix: 'deploy it under another: --pipeline-name NAME',
  });
}

function refuseTooLong(name: string, text: string): void {
  if (text.length <= LONGEST_DEFINITION) return;
  throw new PipelineError('invalid', 'definition-too-long', `The definition of ${name} is too long for SageMaker`, {
    detail: `it has ${text.length} characters; the most is ${LONGEST_DEFINITION}`,
    fix: 'make several pipelines of it, or move long arguments into files',
  });
}

function refuseUnbound({ Parameters: parameters = [] }: PipelineDocument): void {
  const open = parameters.filter(({ Name: name }) => RESERVED_PARAMETERS.includes(name));
  if (open.length === 0) return;
  throw new PipelineError('usage', 'unbound', `${open.map(({ Name }) => Name).join(' and ')} would stay open`, {
    fix: 'give --bucket and --role-arn',
  });
}

function missingRole(name: string): PipelineError {
  return new PipelineError(
    'usage',
    'missing-role',
    `No role was given, and there is no pipeline ${name} to take it from`,
    {
      detail: 'SageMaker runs the steps of a pipeline as this role',
      fix: '--role-arn ARN, SAGEMAKER_PIPELINE_ROLE_ARN, or "roleArn" in pipelines.config.json',
    },
  );
}
