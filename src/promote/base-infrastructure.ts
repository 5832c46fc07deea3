import { createRequire } from 'node:module';
import type * as SsmSdk from '@aws-sdk/client-ssm';
import { explainAwsError } from '../aws/failure.ts';
import { PipelineError } from '../definition/error.ts';
import type { Account } from './account.ts';

const load = createRequire(import.meta.url);

/** What a stage's account holds for every deployment. */
export interface BaseInfrastructure {
  readonly bucket?: string | undefined;
  readonly roleArn?: string | undefined;
  /** Comma-separated. */
  readonly subnetIds?: string | undefined;
  readonly securityGroupIds?: string | undefined;
}

/** A value that was not given, and where else it can come from. */
interface Entry {
  readonly name: string;
  readonly flag: string;
}

function entriesOf(environment: string): Readonly<Record<keyof BaseInfrastructure, Entry>> {
  return {
    bucket: { name: `/${environment}/sagemaker_ml_artifacts_s3_bucket`, flag: '--bucket' },
    roleArn: { name: `/${environment}/sagemaker_role_arn`, flag: '--role-arn' },
    subnetIds: { name: 'private-subnets-ids', flag: '--subnet-ids (or --no-vpc)' },
    securityGroupIds: { name: 'sagemaker-domain-sg', flag: '--security-group-ids (or --no-vpc)' },
  };
}

/** Asks the account's Parameter Store for what was not given; nothing is asked when all of it was. */
export async function lookUpInfrastructure(
  account: Account,
  environment: string | undefined,
  given: BaseInfrastructure,
  isInVpc: boolean,
): Promise<BaseInfrastructure> {
  if (environment === undefined) return given;
  const entries = Object.entries(entriesOf(environment)) as [keyof BaseInfrastructure, Entry][];
  const missing = entries.filter(([key]) => given[key] === undefined && (isInVpc || !/subnet|security/i.test(key)));
  if (missing.length === 0) return given;
  const { SSM: SsmClient } = load('@aws-sdk/client-ssm') as typeof SsmSdk;
  const ssm = new SsmClient(account.credentials);
  try {
    const { Parameters: found = [] } = await ssm.getParameters({ Names: missing.map(([, { name }]) => name) });
    const values = new Map(found.map(({ Name: name, Value: value }) => [name, value]));
    const absent = missing.filter(([, { name }]) => values.get(name) === undefined).map(([, entry]) => entry);
    if (absent.length > 0) throw absentParameters(account, absent);
    return { ...given, ...Object.fromEntries(missing.map(([key, { name }]) => [key, values.get(name)])) };
  } catch (error) {
    throw explainAwsError(error, { doing: `read the parameters of account ${account.id}` });
  } finally {
    ssm.destroy();
  }
}

function absentParameters(account: Account, absent: readonly Entry[]): PipelineError {
  const names = absent.map(({ name }) => name).join(', ');
  return new PipelineError('usage', 'parameter-absent', `Account ${account.id} has no parameter ${names}`, {
    detail: 'it was asked for what neither a flag nor the configuration says',
    fix: `give ${absent.map(({ flag }) => flag).join(', ')}, or create them in ${account.region}`,
  });
}
