import type { SSM } from '@aws-sdk/client-ssm';
import { awsFault, explainAwsError } from '../aws/failure.ts';
import { PipelineError } from '../definition/error.ts';
import type { Account } from './account.ts';

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
  const { SSM: SsmClient } = await import('@aws-sdk/client-ssm');
  const ssm = new SsmClient(account.credentials);
  try {
    const found = await Promise.all(missing.map(async ([key, entry]) => [key, await valueOf(ssm, account, entry)]));
    return { ...given, ...(Object.fromEntries(found) as BaseInfrastructure) };
  } finally {
    ssm.destroy();
  }
}

async function valueOf(ssm: SSM, account: Account, { name, flag }: Entry): Promise<string> {
  try {
    const { Parameter: parameter } = await ssm.getParameter({ Name: name });
    if (parameter?.Value !== undefined) return parameter.Value;
  } catch (error) {
    const isAbsent = awsFault(error) === 'absent' || (error as Error).name === 'ParameterNotFound';
    if (!isAbsent) throw explainAwsError(error, { doing: `read parameter ${name} of account ${account.id}` });
  }
  throw new PipelineError('usage', 'parameter-absent', `Account ${account.id} has no parameter ${name}`, {
    detail: 'it was asked because no flag and no configuration says it',
    fix: `give ${flag}, or create the parameter in ${account.region}`,
  });
}
