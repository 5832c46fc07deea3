import { createHash } from 'node:crypto';
import type { CreateModelPackageInput, DescribeModelPackageOutput } from '@aws-sdk/client-sagemaker';
import { PipelineError } from '../definition/error.ts';
import type { Account } from './account.ts';
import { CONTENT_KEY, SOURCE_KEY } from './carry.ts';
import type { ModelPlan } from './plan-model.ts';
import { askRegistry, describePackage, hasGroup } from './registry.ts';
import { WENT_BACK } from './target-state.ts';
import { type PromotionWorld, throwIfInterrupted } from './world.ts';

/** How long AWS may take to make a package. */
export interface Patience {
  readonly limitSeconds: number;
}

/** It is asked after one second, then less and less often. */
const LONGEST_PAUSE = 10;

/** What was done about one model. */
export interface RegisteredModel {
  readonly arn: string;
  readonly state: 'registered' | 'there';
  /** Packages that were rejected, because the release went back from them. */
  readonly rejected: readonly string[];
  /** What the target answered otherwise than it was told. */
  readonly differences: readonly string[];
}

const TOKEN_LENGTH = 36;

/** Brings a package whose objects are in the target into its registry, once, and waits until AWS has made it. */
export async function registerModel(
  target: Account,
  plan: ModelPlan,
  tags: readonly { Key: string; Value: string }[],
  patience: Patience,
  world: PromotionWorld,
): Promise<RegisteredModel> {
  throwIfInterrupted(world);
  const { group, isNewGroup, state, isToBeApproved, outdated } = plan.target;
  if (isNewGroup) await createGroup(target, group, plan, tags);
  const arn = state === 'absent' ? await createPackage(target, plan) : plan.target.arn!;
  if (state === 'absent') world.say(`registered ${arn}`);
  const isOurs = plan.request.CustomerMetadataProperties !== undefined;
  const made = isOurs ? await awaitPackage(target, arn, patience, world) : undefined;
  if (isToBeApproved === true) {
    await decide(target, arn, 'Approved', `Its source is approved again: ${plan.source.arn}`);
    world.say(`approved ${arn}`);
  }
  const rejected: string[] = [];
  for (const { arn: old, sourceArn, isRevoked } of outdated) {
    if (!isRevoked) continue;
    await decide(target, old, 'Rejected', `${WENT_BACK}: ${sourceArn}`);
    world.say(`rejected ${old}`);
    rejected.push(old);
  }
  const isChanged = state === 'absent' || isToBeApproved === true || rejected.length > 0;
  const differences = made === undefined || state !== 'absent' ? [] : differencesOf(plan.request, made);
  return { arn, state: isChanged ? 'registered' : 'there', rejected, differences };
}

async function createGroup(
  target: Account,
  group: string,
  { source }: ModelPlan,
  tags: readonly { Key: string; Value: string }[],
): Promise<void> {
  try {
    await target.sagemaker.createModelPackageGroup({
      ModelPackageGroupName: group,
      ModelPackageGroupDescription: `Promoted from ${source.arn.slice(0, source.arn.lastIndexOf('/'))}`,
      ...(tags.length === 0 ? {} : { Tags: [...tags] }),
    });
  } catch (error) {
    // Two releases at once both find no group.
    if (await hasGroup(target, group)) return;
    await askRegistry(target, `create model package group ${group}`, Promise.reject(error as Error));
  }
}

/** AWS makes one package for one token, however often and by whomever it is asked. */
async function createPackage(target: Account, { request, source, target: { failed } }: ModelPlan): Promise<string> {
  const { [CONTENT_KEY]: content } = request.CustomerMetadataProperties!;
  const about = [target.id, target.region, request.ModelPackageGroupName, source.arn, content, ...failed].join('\n');
  const token = createHash('sha256').update(about).digest('hex').slice(0, TOKEN_LENGTH);
  const answer = target.sagemaker.createModelPackage({ ...request, ClientToken: token });
  const { ModelPackageArn: arn } = await askRegistry(
    target,
    `register version ${source.version} of ${source.group}`,
    answer,
  );
  return arn!;
}

async function awaitPackage(
  target: Account,
  arn: string,
  { limitSeconds }: Patience,
  world: PromotionWorld,
): Promise<DescribeModelPackageOutput> {
  const end = world.now().getTime() + limitSeconds * 1000;
  for (let pause = 1; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    throwIfInterrupted(world);
    const found = await describePackage(target, arn);
    const status = found?.ModelPackageStatus;
    if (found !== undefined && status === 'Completed') return found;
    if (found === undefined || status === 'Failed' || status === 'Deleting') throw notMade(arn, found);
    if (world.now().getTime() >= end) {
      throw new PipelineError(
        'failed',
        'package-takes-too-long',
        `${arn} is still ${status} after ${limitSeconds} seconds`,
        {
          fix: 'run this again: it goes on waiting; --wait-seconds makes it wait longer',
        },
      );
    }
    await world.sleep(pause * 1000, world.interrupted);
  }
}

function notMade(arn: string, found: DescribeModelPackageOutput | undefined): PipelineError {
  const details = found?.ModelPackageStatusDetails;
  const reasons = [...(details?.ValidationStatuses ?? []), ...(details?.ImageScanStatuses ?? [])];
  const reason = reasons.find(({ FailureReason: text }) => text !== undefined)?.FailureReason;
  const status = found?.ModelPackageStatus ?? 'gone';
  return new PipelineError('failed', 'package-failed', `AWS could not make ${arn}: its status is ${status}`, {
    detail: reason,
    fix: 'mend the cause and run this again: it is then registered anew',
  });
}

async function decide(
  target: Account,
  arn: string,
  status: 'Approved' | 'Rejected',
  description: string,
): Promise<void> {
  const answer = target.sagemaker.updateModelPackage({
    ModelPackageArn: arn,
    ModelApprovalStatus: status,
    ApprovalDescription: description,
  });
  await askRegistry(target, `set ${arn} to ${status}`, answer);
}

/** Members that decide what a batch job loads must be as they were sent; others are told of. */
function differencesOf(request: CreateModelPackageInput, found: DescribeModelPackageOutput): string[] {
  const isAlike = (field: keyof CreateModelPackageInput & keyof DescribeModelPackageOutput): boolean =>
    contains(found[field], request[field]);
  const origin = { ...found.CustomerMetadataProperties };
  const known = [SOURCE_KEY, CONTENT_KEY].every((key) => origin[key] === request.CustomerMetadataProperties?.[key]);
  if (!known || !isAlike('InferenceSpecification')) {
    throw new PipelineError('failed', 'read-back', `${found.ModelPackageArn} is not what was registered`, {
      detail: known
        ? 'its InferenceSpecification differs from the one that was sent'
        : 'it does not say where it came from',
      fix: 'look at the package in the target account; nothing was deployed',
    });
  }
  const fields = Object.keys(request).filter(
    (field) => !['ModelPackageGroupName', 'ClientToken', 'Tags'].includes(field),
  );
  return (fields as (keyof CreateModelPackageInput & keyof DescribeModelPackageOutput)[]).filter(
    (field) => !isAlike(field),
  );
}

/** Whether all that was sent is there; AWS adds members of its own. */
function contains(found: unknown, sent: unknown): boolean {
  if (sent === undefined) return true;
  if (typeof sent !== 'object' || sent === null) return found === sent;
  if (typeof found !== 'object' || found === null) return false;
  return Object.entries(sent).every(([name, value]) => contains((found as Record<string, unknown>)[name], value));
}
