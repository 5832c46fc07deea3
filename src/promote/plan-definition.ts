import { createHash } from 'node:crypto';
import type { Assembly } from '../definition/assembly.ts';
import { EXECUTION_ROLE_ARN, bind } from '../definition/bind.ts';
import { PipelineError } from '../definition/error.ts';
import { toJson } from '../emit/json.ts';
import { headObject } from '../s3/head.ts';
import { publishAssets } from '../s3/publish.ts';
import { putObject } from '../s3/put.ts';
import type { S3Location } from '../s3/uri.ts';
import type { Account } from './account.ts';
import type { TargetPlace } from './plan-model.ts';
import type { PromotionWorld } from './world.ts';

/** A pipeline to deploy beside the models. */
export interface DefinitionRequest {
  readonly assembly: Assembly;
  /** What the object's name ends in: `pipelinedefinition.json`. */
  readonly fileName: string;
  readonly stage: string;
}

/** What deploying a definition comes to. */
export interface DefinitionPlan {
  readonly assembly: Assembly;
  readonly text: string;
  readonly to: S3Location;
  readonly isThere: boolean;
  /** Keys of assets that the target does not have. */
  readonly missingAssets: readonly string[];
}

// https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_PipelineDefinitionS3Location.html
const BYTES_AT_MOST = 1024 * 1024;
const DIGITS = 16;

/** Binds a definition to the target and says what the target lacks of it; nothing is written. */
export async function planDefinition(
  target: Account,
  { assembly, fileName, stage }: DefinitionRequest,
  place: TargetPlace,
): Promise<DefinitionPlan> {
  const { bucket, prefix, roleArn } = place;
  const definition = bind(assembly.definition, { bucket, roleArn });
  if (definition.Parameters?.some(({ Name: name }) => name === EXECUTION_ROLE_ARN) === true) {
    throw new PipelineError('usage', 'missing-role', `${assembly.name} runs under a role, and none is given`, {
      fix: 'give --role-arn, or --environment for the role in the target account’s parameters',
    });
  }
  const text = toJson(definition);
  const bytes = Buffer.byteLength(text);
  if (bytes > BYTES_AT_MOST) {
    throw new PipelineError(
      'invalid',
      'definition-too-large',
      `${assembly.name} has ${bytes} bytes, AWS takes ${BYTES_AT_MOST}`,
    );
  }
  const digest = createHash('sha256').update(text).digest('hex').slice(0, DIGITS);
  const to = { bucket, key: `${prefix}/pipeline/${stage}-${digest}-${fileName}` };
  const access = { expectedOwner: target.id };
  const head = await headObject(target.s3, to, access);
  const assets = await publishAssets(assembly, { s3: target.s3, bucket }, { ...access, dryRun: true });
  const missing = assets.flatMap(({ objects }) => objects.filter(({ state }) => state !== 'there'));
  return {
    assembly,
    text,
    to,
    isThere: head.state === 'there' && head.size === bytes,
    missingAssets: missing.map(({ key }) => key),
  };
}

/** Uploads the assets first and the document that names them last; the answer is how many objects were written. */
export async function uploadDefinition(
  target: Account,
  { assembly, text, to, isThere }: DefinitionPlan,
  kmsKeyId: string | undefined,
  world: PromotionWorld,
): Promise<number> {
  const access = { expectedOwner: target.id, kmsKeyId, signal: world.interrupted };
  const assets = await publishAssets(assembly, { s3: target.s3, bucket: to.bucket }, access);
  const uploaded = assets.flatMap(({ objects }) => objects.filter(({ state }) => state === 'uploaded'));
  for (const { key } of uploaded) world.say(`uploaded s3://${to.bucket}/${key}`);
  if (isThere) return uploaded.length;
  await putObject(target.s3, to, text, { ...access, contentType: 'application/json' });
  world.say(`uploaded s3://${to.bucket}/${to.key}`);
  return uploaded.length + 1;
}
