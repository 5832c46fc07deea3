import type { DescribeModelPackageOutput, ModelApprovalStatus } from '@aws-sdk/client-sagemaker';
import { PipelineError } from '../definition/error.ts';
import type { Account } from './account.ts';
import { CONTENT_KEY, SOURCE_KEY } from './carry.ts';
import type { VersionChoice } from './choose-version.ts';
import { describePackage, listVersions } from './registry.ts';

/** What the target has of a version of the source. */
export interface TargetState {
  /** `pending` is a package that AWS is still making. */
  readonly state: 'there' | 'pending' | 'absent';
  readonly arn?: string;
  /** It is there and rejected, because an earlier release went back from it. */
  readonly isToBeApproved?: boolean;
  /** Packages of the same version that AWS could not make. */
  readonly failed: readonly string[];
  /** What a later version of the source was deployed as; the newest first. */
  readonly outdated: readonly OutdatedPackage[];
}

/** A package in the target that this release goes back from. */
export interface OutdatedPackage {
  readonly arn: string;
  readonly sourceArn: string;
  readonly sourceVersion: number;
  /** Its source is not approved any more, and so it must not be either. */
  readonly isRevoked: boolean;
}

/** How a package that a release went back from says so; only such a one is approved again. */
export const WENT_BACK = 'Its source is no longer approved';

const AT_ONCE = 4;

/** Looks through the target's group, newest first, for the package that came from this source with this content. */
export async function findInTarget(
  { source, target }: { readonly source: Account; readonly target: Account },
  group: string,
  from: { readonly arn: string; readonly group: string; readonly version: number },
  content: string,
  approval: ModelApprovalStatus,
): Promise<TargetState> {
  const failed: string[] = [];
  const newer: DescribeModelPackageOutput[] = [];
  const versions = await listVersions(target, group);
  for (let start = 0; start < versions.length; start += AT_ONCE) {
    const some = versions.slice(start, start + AT_ONCE);
    const described = await Promise.all(some.map(({ ModelPackageArn: arn }) => describePackage(target, arn!)));
    for (const one of described) {
      if (one === undefined || one.ModelPackageStatus === 'Deleting') continue;
      const { [SOURCE_KEY]: origin, [CONTENT_KEY]: itsContent } = one.CustomerMetadataProperties ?? {};
      if (origin !== from.arn || itsContent !== content) {
        if (one.ModelApprovalStatus === 'Approved' && versionOf(origin, from) > from.version) newer.push(one);
      } else if (one.ModelPackageStatus === 'Failed') {
        failed.push(one.ModelPackageArn!);
      } else {
        const outdated = await outdatedOf(source, newer, from);
        const state = one.ModelPackageStatus === 'Completed' ? 'there' : 'pending';
        return { state, arn: one.ModelPackageArn!, failed, outdated, ...approvalOf(one, approval) };
      }
    }
  }
  return { state: 'absent', failed, outdated: await outdatedOf(source, newer, from) };
}

/** The version that an origin names, when it is of the same group. */
function versionOf(origin: string | undefined, from: { readonly arn: string }): number {
  const group = from.arn.slice(0, from.arn.lastIndexOf('/') + 1);
  return origin?.startsWith(group) === true ? Number(origin.slice(group.length)) : 0;
}

async function outdatedOf(
  source: Account,
  packages: readonly DescribeModelPackageOutput[],
  from: { readonly arn: string },
): Promise<OutdatedPackage[]> {
  return Promise.all(
    packages.map(async (one) => {
      const sourceArn = one.CustomerMetadataProperties![SOURCE_KEY]!;
      const origin = await describePackage(source, sourceArn);
      const isRevoked = origin?.ModelApprovalStatus !== 'Approved';
      return { arn: one.ModelPackageArn!, sourceArn, sourceVersion: versionOf(sourceArn, from), isRevoked };
    }),
  );
}

function approvalOf(found: DescribeModelPackageOutput, wanted: ModelApprovalStatus): { isToBeApproved?: boolean } {
  const { ModelPackageArn: arn, ModelApprovalStatus: approval, ApprovalDescription: why } = found;
  if (approval !== 'Rejected' || wanted !== 'Approved') return {};
  if (why?.startsWith(WENT_BACK) === true) return { isToBeApproved: true };
  throw new PipelineError('failed', 'rejected-there', `${arn} was rejected in the target account`, {
    detail: why === undefined || why === '' ? undefined : `its description says: ${why}`,
    fix: 'approve it there if it is to be deployed after all, or choose another version',
  });
}

/** An older version than the deployed one is deployed only when somebody said that it is meant. */
export function refuseRollback(
  { outdated }: TargetState,
  from: { readonly version: number },
  choice: VersionChoice,
): void {
  const newest = outdated[0];
  if (newest === undefined || choice.followApproval || choice.version !== undefined || choice.arn !== undefined) return;
  const { sourceVersion, sourceArn, isRevoked } = newest;
  throw new PipelineError(
    'failed',
    'would-roll-back',
    `Version ${from.version} is older than version ${sourceVersion}, which is deployed`,
    {
      detail: isRevoked ? `${sourceArn} is no longer approved` : `${sourceArn} is approved as well`,
      fix: `--follow-approval goes back to version ${from.version}, --version ${sourceVersion} stays`,
    },
  );
}
