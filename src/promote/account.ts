import { createRequire } from 'node:module';
import type { SageMaker } from '@aws-sdk/client-sagemaker';
import type * as SageMakerSdk from '@aws-sdk/client-sagemaker';
import type { STS, STSClientConfig } from '@aws-sdk/client-sts';
import type * as StsSdk from '@aws-sdk/client-sts';
import { explainAwsError } from '../aws/failure.ts';
import { PipelineError } from '../definition/error.ts';
import { type S3, openS3 } from '../s3/client.ts';

/** How one of the two accounts is reached; what is not given is taken from AWS's ordinary places. */
export interface AccountSettings {
  readonly region: string;
  readonly profile?: string | undefined;
  /** A role to assume, by the profile or by the ordinary credentials. */
  readonly roleArn?: string | undefined;
  /** What the role's trust policy may ask for: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html */
  readonly externalId?: string | undefined;
  /** What CloudTrail shows the role's calls under. */
  readonly sessionName?: string | undefined;
  /** The account that it has to be; any other is refused before anything is read. */
  readonly expectedId?: string | undefined;
}

/** One side of a release. */
export type Side = 'source' | 'target';

/** An account that can be talked to. */
export interface Account {
  readonly side: Side;
  readonly id: string;
  readonly region: string;
  readonly sagemaker: SageMaker;
  readonly s3: S3;
  /** The client of another service, for this account: `account.client((config) => …)`. */
  readonly credentials: ClientIdentity;
  readonly close: () => void;
}

/** What every client of an account is made with. */
export interface ClientIdentity {
  readonly region: string;
  readonly profile?: string;
  readonly credentials?: NonNullable<STSClientConfig['credentials']>;
}

// A `require` of these bundles takes 100 ms less than an `import`, which looks for 3,000 names in them.
const load = createRequire(import.meta.url);

const SESSION_NAME = 'sagemaker-pipelines';
const ATTEMPTS = 6;

/** Opens an account and asks AWS which one it is. */
export async function openAccount(side: Side, settings: AccountSettings): Promise<Account> {
  const { region, profile, expectedId } = settings;
  const { STS: StsClient } = load('@aws-sdk/client-sts') as typeof StsSdk;
  const { SageMaker: SageMakerClient } = load('@aws-sdk/client-sagemaker') as typeof SageMakerSdk;
  const base: ClientIdentity = { region, ...(profile === undefined ? {} : { profile }) };
  const identity = settings.roleArn === undefined ? base : assumed(settings.roleArn, settings, base, StsClient);
  const sts = new StsClient({ ...identity, maxAttempts: ATTEMPTS });
  try {
    const { Account: id } = await sts.getCallerIdentity({});
    if (expectedId !== undefined && id !== expectedId) throw wrongAccount(side, id, settings);
    const s3 = await openS3({ ...identity, attempts: ATTEMPTS });
    const sagemaker = new SageMakerClient({ ...identity, maxAttempts: ATTEMPTS, retryMode: 'adaptive' });
    const close = (): void => [s3, sagemaker].forEach((client) => client.destroy());
    return { side, id: id ?? '', region, sagemaker, s3, credentials: identity, close };
  } catch (error) {
    throw explainAwsError(error, {
      doing: `reach the ${side} account${settings.roleArn === undefined ? '' : ` as ${settings.roleArn}`}`,
      fix: fixFor(side, settings),
    });
  } finally {
    sts.destroy();
  }
}

/** Credentials of a role; the client that holds them asks for new ones before they expire, in the middle of a copy too. */
function assumed(
  RoleArn: string,
  settings: AccountSettings,
  base: ClientIdentity,
  StsClient: new (config: STSClientConfig) => STS,
): ClientIdentity {
  const { externalId, sessionName = SESSION_NAME, region } = settings;
  const credentials = async () => {
    const sts = new StsClient({ ...base, maxAttempts: ATTEMPTS });
    try {
      const { Credentials: given } = await sts.assumeRole({
        RoleArn,
        RoleSessionName: sessionName,
        ...(externalId === undefined ? {} : { ExternalId: externalId }),
      });
      if (given?.AccessKeyId === undefined || given.SecretAccessKey === undefined) {
        throw new PipelineError('aws', 'aws-refused', `${RoleArn} was assumed, and no credentials came with it`);
      }
      return {
        accessKeyId: given.AccessKeyId,
        secretAccessKey: given.SecretAccessKey,
        ...(given.SessionToken === undefined ? {} : { sessionToken: given.SessionToken }),
        ...(given.Expiration === undefined ? {} : { expiration: given.Expiration }),
      };
    } finally {
      sts.destroy();
    }
  };
  return { region, credentials };
}

function wrongAccount(side: Side, id: string | undefined, { expectedId }: AccountSettings): PipelineError {
  const flag = side === 'source' ? '--training-id' : '--target-id';
  return new PipelineError('usage', 'wrong-account', `The ${side} account is ${id ?? 'unknown'}, not ${expectedId}`, {
    detail: `${flag} says ${expectedId}; the credentials of the ${side} belong to ${id ?? 'another account'}`,
    fix: `give the credentials of ${expectedId}: --${side}-profile or --${side}-role-arn`,
  });
}

function fixFor(side: Side, { roleArn }: AccountSettings): string | undefined {
  return roleArn === undefined
    ? undefined
    : `let the role be assumed: its trust policy, --${side}-external-id, and sts:AssumeRole for the caller`;
}
