import { requireBucket } from '../s3/bucket.ts';
import type { Account } from './account.ts';
import { requireStillApproved } from './choose-version.ts';
import { copyObjects } from './copy-objects.ts';
import { type DefinitionPlan, type DefinitionRequest, planDefinition, uploadDefinition } from './plan-definition.ts';
import { type ModelPlan, type ModelRequest, type TargetPlace, planModel } from './plan-model.ts';
import { type Patience, type RegisteredModel, registerModel } from './register.ts';
import { type PromotionWorld, throwIfInterrupted } from './world.ts';

/** The account that a release comes from and the one that it goes to. */
export interface Accounts {
  readonly source: Account;
  readonly target: Account;
}

/** What is released together. */
export interface PromotionRequest {
  readonly models: readonly ModelRequest[];
  readonly definition?: DefinitionRequest | undefined;
  readonly place: TargetPlace;
  /** Of a model package group that the release creates; versions of a group have none of their own. */
  readonly tags: Readonly<Record<string, string>>;
}

/** What a release comes to, as data: whoever reads it knows every write before the first one. */
export interface PromotionPlan {
  readonly models: readonly ModelPlan[];
  readonly definition?: DefinitionPlan;
  readonly place: TargetPlace;
  readonly tags: Readonly<Record<string, string>>;
}

/** What a release came to. */
export interface PromotionResult {
  readonly models: readonly RegisteredModel[];
  /** How many writes there were in the target account. */
  readonly writes: number;
}

/** Looks at both accounts and says what a release comes to; nothing is written. */
export async function planPromotion(accounts: Accounts, request: PromotionRequest): Promise<PromotionPlan> {
  const { models, definition, place, tags } = request;
  await requireBucket(accounts.target.s3, place.bucket, { expectedOwner: accounts.target.id });
  const planned: ModelPlan[] = [];
  for (const model of models) planned.push(await planModel(accounts, model, place));
  return {
    models: planned,
    ...(definition === undefined ? {} : { definition: await planDefinition(accounts.target, definition, place) }),
    place,
    tags,
  };
}

/** Does what a plan says, and nothing else: the one writer. What is cut short is finished by planning and applying again. */
export async function applyPromotion(
  accounts: Accounts,
  plan: PromotionPlan,
  patience: Patience,
  world: PromotionWorld,
): Promise<PromotionResult> {
  try {
    return await apply(accounts, plan, patience, world);
  } catch (error) {
    // A request that was given up says only that.
    throwIfInterrupted(world);
    throw error;
  }
}

async function apply(
  accounts: Accounts,
  { models, definition, place, tags }: PromotionPlan,
  patience: Patience,
  world: PromotionWorld,
): Promise<PromotionResult> {
  let writes = 0;
  // Bytes come first: a package that is registered names nothing that is not there.
  for (const { copies } of models) writes += await copyObjects(accounts, copies, place.kmsKeyId, world);
  if (definition !== undefined) writes += await uploadDefinition(accounts.target, definition, place.kmsKeyId, world);
  for (const { source, target } of models) {
    const isApproving = target.state === 'absent' || target.isToBeApproved === true;
    if (isApproving) await requireStillApproved(accounts.source, source.arn);
  }
  const registered: RegisteredModel[] = [];
  const groupTags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  for (const model of models) registered.push(await registerModel(accounts.target, model, groupTags, patience, world));
  writes += registered.filter(({ state }) => state === 'registered').length;
  return { models: registered, writes };
}
