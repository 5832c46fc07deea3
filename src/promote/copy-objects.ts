import { PipelineError } from '../definition/error.ts';
import { transferObject } from '../s3/copy.ts';
import { headObject, requireObject } from '../s3/head.ts';
import { inParallel } from '../s3/parallel.ts';
import { formatS3Uri } from '../s3/uri.ts';
import type { Account } from './account.ts';
import { type PlannedCopy, SOURCE_ETAG, plainTag } from './plan-model.ts';
import { type PromotionWorld, throwIfInterrupted } from './world.ts';

const AT_ONCE = 2;

/** Copies what the target does not have, and looks at every copy before anything may name it. */
export async function copyObjects(
  { source, target }: { readonly source: Account; readonly target: Account },
  copies: readonly PlannedCopy[],
  kmsKeyId: string | undefined,
  world: PromotionWorld,
): Promise<number> {
  const missing = copies.filter(({ isThere }) => !isThere);
  const copyOne = async (copy: PlannedCopy, signal: AbortSignal): Promise<void> => {
    throwIfInterrupted(world);
    const { from, to, bytes, etag } = copy;
    const { how } = await transferObject(source.s3, from, target.s3, to, {
      resume: true,
      metadata: { [SOURCE_ETAG]: plainTag(etag) },
      kmsKeyId,
      expectedOwner: target.id,
      signal,
    });
    await verify(source, target, copy);
    world.say(`copied ${formatS3Uri(from)} to ${formatS3Uri(to)} (${bytes} bytes, ${how})`);
  };
  await inParallel(missing, AT_ONCE, copyOne, world.interrupted);
  return missing.length;
}

/** The key says what state of the source is under it, so that nothing else may stay there. */
async function verify(source: Account, target: Account, { from, to, bytes, etag }: PlannedCopy): Promise<void> {
  const access = { expectedOwner: target.id };
  const [original, copy] = await Promise.all([headObject(source.s3, from), requireObject(target.s3, to, access)]);
  const isChanged = original.state === 'absent' || (original.state === 'there' && original.etag !== etag);
  const isWhole = copy.size === bytes && sameSum(original.state === 'there' ? original.sha256 : undefined, copy.sha256);
  if (!isChanged && isWhole) return;
  await target.s3.deleteObject({ Bucket: to.bucket, Key: to.key, ExpectedBucketOwner: target.id });
  const what = isChanged ? 'changed while it was copied' : 'is not what arrived in the target';
  throw new PipelineError('failed', 'artefact-changed', `${formatS3Uri(from)} ${what}`, {
    detail: isChanged
      ? `it was ${etag} when the release was planned`
      : `${bytes} bytes were sent, ${copy.size} are there`,
    fix: 'run this again; an object that a package names should never be overwritten',
  });
}

/** Sums over parts depend on how an object was parted: only those of whole objects can be compared. */
function sameSum(one: string | undefined, other: string | undefined): boolean {
  if (one === undefined || other === undefined || one.includes('-') || other.includes('-')) return true;
  return one === other;
}
