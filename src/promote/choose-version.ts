import type { DescribeModelPackageOutput, ModelPackageSummary } from '@aws-sdk/client-sagemaker';
import { PipelineError } from '../definition/error.ts';
import type { Account } from './account.ts';
import { describePackage, hasGroup, listVersions } from './registry.ts';

/** Which version of a group is wanted: one that is named, else the newest approved one. */
export interface VersionChoice {
  /** A group's name, or its ARN where another account shares it. */
  readonly group: string;
  readonly version?: number | undefined;
  readonly arn?: string | undefined;
  /** The version that was approved last, which is how an older one is gone back to. */
  readonly followApproval: boolean;
}

/** The version to promote, described; it is approved and whole. */
export async function chooseVersion(source: Account, choice: VersionChoice): Promise<DescribeModelPackageOutput> {
  const { arn, version, followApproval } = choice;
  if (arn !== undefined) return approved(await described(source, arn));
  if (version !== undefined) return chosenVersion(source, choice, version);
  const candidates = await listVersions(source, choice.group, 'Approved');
  const whole = candidates.filter(({ ModelPackageStatus: status }) => status === 'Completed');
  if (whole.length === 0) throw await nothingApproved(source, choice, candidates);
  return followApproval ? approvedLast(source, whole) : described(source, whole[0]!.ModelPackageArn!);
}

/** Copying takes its time, in which somebody may have rejected the version: it is asked again before it is approved elsewhere. */
export async function requireStillApproved(source: Account, arn: string): Promise<void> {
  approved(await described(source, arn));
}

async function chosenVersion(
  source: Account,
  { group }: VersionChoice,
  version: number,
): Promise<DescribeModelPackageOutput> {
  const versions = await listVersions(source, group);
  const found = versions.find(({ ModelPackageVersion: number }) => number === version);
  if (found !== undefined) return approved(await described(source, found.ModelPackageArn!));
  const numbers = versions.map(({ ModelPackageVersion: number }) => String(number)).slice(0, 10);
  throw new PipelineError('failed', 'no-such-version', `${group} has no version ${version} in account ${source.id}`, {
    detail: numbers.length === 0 ? 'it has none at all' : `the newest are: ${numbers.join(', ')}`,
    fix: 'choose one of them with --version, or leave it out for the newest approved one',
  });
}

/** Approving is what a version was modified for last; one that nobody touched was approved when it was made. */
async function approvedLast(
  source: Account,
  candidates: readonly ModelPackageSummary[],
): Promise<DescribeModelPackageOutput> {
  const packages = await Promise.all(candidates.map(({ ModelPackageArn: arn }) => described(source, arn!)));
  const time = (one: DescribeModelPackageOutput): number => (one.LastModifiedTime ?? one.CreationTime)?.getTime() ?? 0;
  return packages.reduce((best, one) => (time(one) > time(best) ? one : best));
}

async function described(source: Account, arn: string): Promise<DescribeModelPackageOutput> {
  const found = await describePackage(source, arn);
  if (found !== undefined) return found;
  throw new PipelineError('failed', 'package-absent', `There is no model package ${arn} in account ${source.id}`, {
    fix: 'look at the account and the region of the ARN, and at --source-profile or --source-role-arn',
  });
}

function approved(found: DescribeModelPackageOutput): DescribeModelPackageOutput {
  const { ModelPackageArn: arn, ModelApprovalStatus: approval, ModelPackageStatus: status } = found;
  if (approval !== 'Approved') {
    throw new PipelineError(
      'failed',
      'not-approved',
      `${arn} is not approved: it is ${approval ?? 'without a status'}`,
      {
        fix: 'approve it first: only approved versions leave their account',
      },
    );
  }
  if (status === 'Completed') return found;
  throw new PipelineError('failed', 'package-not-whole', `${arn} is approved and not whole: its status is ${status}`, {
    detail: found.ModelPackageStatusDetails?.ValidationStatuses?.[0]?.FailureReason,
    fix: 'register it again in its own account, or choose another version',
  });
}

async function nothingApproved(
  source: Account,
  { group }: VersionChoice,
  unfinished: readonly ModelPackageSummary[],
): Promise<PipelineError> {
  const there = unfinished.length > 0 || (await hasGroup(source, group));
  const message = `No approved ModelPackage found for ModelPackageGroup: ${group}`;
  if (!there) {
    return new PipelineError('failed', 'group-absent', message, {
      detail: `account ${source.id} has no such group in ${source.region}`,
      fix: 'look at the name, at --source-region, and at which account the source is',
    });
  }
  const states = unfinished.map(
    ({ ModelPackageVersion: version, ModelPackageStatus: status }) => `${version} is ${status}`,
  );
  return new PipelineError('failed', 'nothing-approved', message, {
    detail: states.length === 0 ? undefined : `of the approved versions none is whole: ${states.join(', ')}`,
    fix: states.length === 0 ? 'approve a version, then run this again' : 'approve a version that is Completed',
  });
}
