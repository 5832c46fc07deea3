import { createHash } from 'node:crypto';
import { mkdtempSync, cpSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CreateModelPackageInput, SageMaker } from '@aws-sdk/client-sagemaker';
import { S3 } from '@aws-sdk/client-s3';
import { SSM } from '@aws-sdk/client-ssm';
import { STS } from '@aws-sdk/client-sts';
import { afterAll, beforeAll } from 'vitest';

import { type MotoServer, startMoto } from '../support/moto-server.ts';
import { PYTHON_ENVIRONMENT_TIME_LIMIT } from '../support/python-environment.ts';
import { runInHost } from '../support/command-host.ts';
import { programOf } from '../support/project.ts';
import { type CommandOptions, type CommandResult, runCommand } from '../support/run-command.ts';

export const SOURCE = '111122223333';
export const TARGET = '444455556666';
export const REGION = 'eu-west-1';
export const IMAGE = `${SOURCE}.dkr.ecr.${REGION}.amazonaws.com/developer-img:v-${SOURCE}`;
export const BUCKETS = { source: 'source-models', target: 'target-artifacts' } as const;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export const roleIn = (account: string): string => `arn:aws:iam::${account}:role/release`;

/** Clients of one account, each with the keys of a role in it. */
export interface AccountClients {
  readonly sagemaker: SageMaker;
  readonly s3: S3;
  readonly ssm: SSM;
}

/** A training account and an account to release to, on one moto: what is in the one is not in the other. */
export interface TwoAccounts {
  readonly moto: MotoServer;
  readonly source: AccountClients;
  readonly target: AccountClients;
}

/** Starts the peer for the tests of a file; `reset` makes both accounts empty but for a bucket each. */
export function twoAccounts(): TwoAccounts & {
  readonly reset: () => Promise<void>;
  readonly setParameters: (values: Readonly<Record<string, string>>) => Promise<void>;
} {
  const there: { moto?: MotoServer; source?: AccountClients; target?: AccountClients } = {};
  const close = (): void => {
    for (const account of [there.source, there.target]) {
      account?.s3.destroy();
      account?.sagemaker.destroy();
      account?.ssm.destroy();
    }
  };
  const reset = async (): Promise<void> => {
    await fetch(`${there.moto!.endpoint}/moto-api/reset`, { method: 'POST' });
    close();
    there.source = await clientsOf(SOURCE, there.moto!.endpoint);
    there.target = await clientsOf(TARGET, there.moto!.endpoint);
    const CreateBucketConfiguration = { LocationConstraint: REGION } as const;
    await there.source.s3.createBucket({ Bucket: BUCKETS.source, CreateBucketConfiguration });
    await there.target.s3.createBucket({ Bucket: BUCKETS.target, CreateBucketConfiguration });
  };
  beforeAll(async () => {
    there.moto = await startMoto();
  }, PYTHON_ENVIRONMENT_TIME_LIMIT);
  afterAll(async () => {
    close();
    await there.moto?.stop();
  });
  return {
    reset,
    setParameters: async (values) => {
      for (const [Name, Value] of Object.entries(values)) {
        await there.target!.ssm.putParameter({ Name, Value, Type: 'String' });
      }
    },
    get moto() {
      return there.moto!;
    },
    get source() {
      return there.source!;
    },
    get target() {
      return there.target!;
    },
  };
}

async function clientsOf(account: string, endpoint: string): Promise<AccountClients> {
  const base = { endpoint, region: REGION, credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' } };
  const sts = new STS(base);
  const { Credentials: given } = await sts.assumeRole({ RoleArn: roleIn(account), RoleSessionName: 'test' });
  sts.destroy();
  const credentials = {
    accessKeyId: given!.AccessKeyId!,
    secretAccessKey: given!.SecretAccessKey!,
    sessionToken: given!.SessionToken!,
  };
  const config = { ...base, credentials, maxAttempts: 1 };
  return { sagemaker: new SageMaker(config), s3: new S3({ ...config, forcePathStyle: true }), ssm: new SSM(config) };
}

/** Puts an object into the training account's bucket and gives its URI. */
export async function putSource({ s3 }: AccountClients, key: string, content: string | Uint8Array): Promise<string> {
  await s3.putObject({ Bucket: BUCKETS.source, Key: key, Body: content });
  return `s3://${BUCKETS.source}/${key}`;
}

/** The SHA-256 of an object, read to its last byte. */
export async function hashOf({ s3 }: AccountClients, uri: string): Promise<string> {
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.*)$/.exec(uri) ?? [];
  const { Body } = await s3.getObject({ Bucket: Bucket!, Key: Key! });
  const hash = createHash('sha256');
  for await (const piece of Body as AsyncIterable<Uint8Array>) hash.update(piece);
  return hash.digest('hex');
}

/** Registers an approved version in the training account. */
export async function register(
  { sagemaker }: AccountClients,
  group: string,
  request: CreateModelPackageInput,
): Promise<string> {
  const present = await sagemaker.listModelPackageGroups({ NameContains: group });
  if (present.ModelPackageGroupSummaryList?.length === 0) {
    await sagemaker.createModelPackageGroup({ ModelPackageGroupName: group });
  }
  const full = { ModelPackageGroupName: group, ModelApprovalStatus: 'Approved' as const, ...request };
  return (await sagemaker.createModelPackage(full)).ModelPackageArn!;
}

/** One container with one artefact: what the simplest model is. */
export function singleContainer(uri: string, image = IMAGE): CreateModelPackageInput {
  return {
    ModelPackageDescription: 'Counts rings',
    InferenceSpecification: {
      Containers: [{ Image: image, ModelDataUrl: uri }],
      SupportedContentTypes: ['text/csv'],
      SupportedResponseMIMETypes: ['text/csv'],
    },
  };
}

/** Every object of a bucket, by key, with its size. */
export async function objectsIn({ s3 }: AccountClients, bucket: string): Promise<Record<string, number>> {
  const { Contents: contents = [] } = await s3.listObjectsV2({ Bucket: bucket });
  return Object.fromEntries(contents.map(({ Key, Size }) => [Key!, Size!]));
}

/** The versions of a group in an account, oldest first; none without the group. */
export async function versionsIn({ sagemaker }: AccountClients, group: string): Promise<string[]> {
  const page = await sagemaker.listModelPackages({ ModelPackageGroupName: group }).catch(() => undefined);
  const found = page?.ModelPackageSummaryList ?? [];
  return found
    .toSorted((a, b) => a.ModelPackageVersion! - b.ModelPackageVersion!)
    .map(({ ModelPackageArn: arn }) => arn!);
}

export const STAGING = {
  StageName: 'staging',
  Parameters: { ProcessingInstanceCount: '1', ScheduleExpressionforPipeline: '1 day' },
};

/** A user's repository, as the release tool is run in it. */
export interface Repository {
  readonly folder: string;
  readonly remove: () => void;
  readonly release: Release;
  /** The same in a process that has made others before: see `runInHost`. */
  readonly releaseInHost: Release;
}

type Release = (args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<CommandResult>;

/** A repository with the shipped pipeline and a stage's configuration. */
export function writeRepository(moto: MotoServer, files: Readonly<Record<string, object | string>> = {}): Repository {
  const folder = mkdtempSync(join(tmpdir(), 'sagemaker-pipelines-release-'));
  cpSync(join(ROOT, 'pipelines/batch_inference'), join(folder, 'pipelines/batch_inference'), { recursive: true });
  for (const [path, content] of Object.entries({ 'cloudformation/staging-config.json': STAGING, ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
  const program = programOf('build-deployment');
  const options = (env: Readonly<Record<string, string>>): CommandOptions => ({
    cwd: folder,
    env: { PATH: process.env['PATH'], ...moto.env, ...RELEASE_ENV, ...env },
  });
  return {
    folder,
    remove: () => rmSync(folder, { recursive: true, force: true }),
    release: (args, env = {}) => runCommand(process.execPath, [program, ...args], options(env)),
    releaseInHost: (args, env = {}) => runInHost(program, args, options(env)),
  };
}

export const RELEASE_ENV = { AWS_REGION: REGION, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };

/** The flags of a whole release from one account into the other; undefined takes one away. */
export function releaseFlags(group: string, changed: Readonly<Record<string, string | undefined>> = {}): string[] {
  const flags = {
    'sagemaker-project-name': 'rings',
    'sagemaker-project-id': 'p-1',
    'model-package-group-name': group,
    stage: 'staging',
    'source-role-arn': roleIn(SOURCE),
    'target-role-arn': roleIn(TARGET),
    'training-id': SOURCE,
    'target-id': TARGET,
    bucket: BUCKETS.target,
    'role-arn': `arn:aws:iam::${TARGET}:role/SageMakerExecution`,
    ...changed,
  };
  return Object.entries(flags).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, value]));
}
