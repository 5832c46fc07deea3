import type {
  DescribeModelPackageOutput,
  ModelApprovalStatus,
  ModelPackageSummary,
  SageMakerServiceException,
} from '@aws-sdk/client-sagemaker';
import { awsFault, explainAwsError } from '../aws/failure.ts';
import type { Account } from './account.ts';

const PAGE = 100;
/** The service says "absent" with the exception it uses for everything that is wrong with a request. */
const ABSENT = /does not exist|could not find|cannot find|not found|unable to find/i;

/** Waits for an answer about the registry; what is refused becomes an error of ours. */
export async function askRegistry<T>(account: Account, doing: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw explainAwsError(error, { doing: `${doing} in the ${account.side} account ${account.id}` });
  }
}

/** The same, with undefined for what is not there: denied and throttled are never taken for absent. */
export async function askWhetherThere<T>(account: Account, doing: string, answer: Promise<T>): Promise<T | undefined> {
  return askRegistry(
    account,
    doing,
    answer.catch((error: unknown) => {
      if (isAbsent(error)) return undefined;
      throw error;
    }),
  );
}

function isAbsent(error: unknown): boolean {
  if (awsFault(error) === 'absent') return true;
  const { name, message } = error as SageMakerServiceException;
  return name === 'ValidationException' && ABSENT.test(message);
}

/** A package, or undefined when the account has none of that name. */
export function describePackage(account: Account, name: string): Promise<DescribeModelPackageOutput | undefined> {
  return askWhetherThere(
    account,
    `describe model package ${name}`,
    account.sagemaker.describeModelPackage({ ModelPackageName: name }),
  );
}

/** Whether the account has the group. */
export async function hasGroup(account: Account, group: string): Promise<boolean> {
  const answer = account.sagemaker.describeModelPackageGroup({ ModelPackageGroupName: group });
  return (await askWhetherThere(account, `describe model package group ${group}`, answer)) !== undefined;
}

/** Every version of a group, newest first; none when the group is not there. */
export async function listVersions(
  account: Account,
  group: string,
  approval?: ModelApprovalStatus,
): Promise<ModelPackageSummary[]> {
  const found: ModelPackageSummary[] = [];
  let token: string | undefined;
  // A page that the filter has emptied still says where the next one is.
  do {
    const page = await askWhetherThere(
      account,
      `list the versions of model package group ${group}`,
      account.sagemaker.listModelPackages({
        ModelPackageGroupName: group,
        ...(approval === undefined ? {} : { ModelApprovalStatus: approval }),
        SortBy: 'CreationTime',
        SortOrder: 'Descending',
        MaxResults: PAGE,
        ...(token === undefined ? {} : { NextToken: token }),
      }),
    );
    found.push(...(page?.ModelPackageSummaryList ?? []));
    token = page?.NextToken;
  } while (token !== undefined);
  return found.toSorted(newestFirst);
}

/** The tags of anything that has an ARN; AWS's own are left out, since nobody may set them. */
export async function listTags(account: Account, arn: string): Promise<Record<string, string>> {
  const tags: Record<string, string> = {};
  let token: string | undefined;
  do {
    const request = { ResourceArn: arn, ...(token === undefined ? {} : { NextToken: token }) };
    const page = await askRegistry(account, `list the tags of ${arn}`, account.sagemaker.listTags(request));
    for (const { Key, Value } of page.Tags ?? []) if (!/^aws:/i.test(Key ?? '')) tags[Key!] = Value!;
    token = page.NextToken;
  } while (token !== undefined);
  return tags;
}

/** By time of creation, then by version: times may be equal, and the order that AWS documents is not the one it was seen to give. */
function newestFirst(one: ModelPackageSummary, other: ModelPackageSummary): number {
  const apart = (other.CreationTime?.getTime() ?? 0) - (one.CreationTime?.getTime() ?? 0);
  return apart === 0 ? (other.ModelPackageVersion ?? 0) - (one.ModelPackageVersion ?? 0) : apart;
}
