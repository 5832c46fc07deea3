import type {
  CreateModelPackageInput,
  DescribeModelPackageOutput,
  ModelApprovalStatus,
} from '@aws-sdk/client-sagemaker';
import { PipelineError } from '../definition/error.ts';
import { headObject } from '../s3/head.ts';
import { type S3Location, formatS3Uri } from '../s3/uri.ts';
import type { Account } from './account.ts';
import { CONTENT_KEY, type FieldReport, type TargetTerms, carryPackage } from './carry.ts';
import { type VersionChoice, chooseVersion } from './choose-version.ts';
import { type ImageMap, imageDoubt, mapImage } from './image-map.ts';
import { hasGroup } from './registry.ts';
import { type ObjectCopy, type ObjectReference, locateObjects } from './source-objects.ts';
import { type TargetState, findInTarget, refuseRollback } from './target-state.ts';

/** A model group that a release brings into the target. */
export interface ModelRequest extends VersionChoice {
  /** The group in the target; the source's own name unless told. */
  readonly targetGroup?: string | undefined;
}

/** Where and how the target keeps what is promoted. */
export interface TargetPlace {
  readonly bucket: string;
  /** What every key begins with, without a slash at its end. */
  readonly prefix: string;
  readonly kmsKeyId?: string | undefined;
  readonly roleArn?: string | undefined;
  readonly approval: ModelApprovalStatus;
  readonly images: ImageMap;
}

/** An object that the target needs, and whether it has it. */
export interface PlannedCopy extends ObjectCopy {
  readonly isThere: boolean;
}

/** What promoting one model comes to. */
export interface ModelPlan {
  readonly source: { readonly arn: string; readonly group: string; readonly version: number };
  readonly target: { readonly group: string; readonly isNewGroup: boolean } & TargetState;
  readonly copies: readonly PlannedCopy[];
  readonly report: readonly FieldReport[];
  /** What may not work in the target, in sentences. */
  readonly doubts: readonly string[];
  readonly request: CreateModelPackageInput;
}

/** What the target's copy of an object says about the object it was copied from. */
export const SOURCE_ETAG = 'source-etag';
/** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModelPackageGroup.html */
const GROUP_NAME = /^[a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,62}$/;
const AT_ONCE = 8;

/** Looks at both accounts and says what promoting a model comes to; nothing is written. */
export async function planModel(
  accounts: { readonly source: Account; readonly target: Account },
  choice: ModelRequest,
  place: TargetPlace,
): Promise<ModelPlan> {
  const { source, target } = accounts;
  const group = choice.targetGroup ?? nameOf(choice.group);
  if (!GROUP_NAME.test(group)) throw badGroup(group);
  const found = await chooseVersion(source, choice);
  const version = found.ModelPackageVersion ?? 0;
  const from = { arn: found.ModelPackageArn!, group: found.ModelPackageGroupName ?? nameOf(choice.group), version };
  const isSame = source.id === target.id && source.region === target.region && group === from.group;
  if (isSame) return unmoved(found, from, group);

  const base = { bucket: place.bucket, key: `${place.prefix}/model-artifacts/${from.group}-v${version}` };
  const terms = termsOf(source, group, base, place);
  const references: ObjectReference[] = [];
  carryPackage(found, { image: (image) => image, moved: () => undefined, object: collectInto(references) }, terms);
  const located = await locateObjects(source, references, base);
  const uris = new Map(located.map(({ reach, uri, target: to }) => [`${reach} ${uri}`, to]));
  const doubts: string[] = [];
  for (const { where, uri, target: to } of located) {
    if (to === undefined) doubts.push(`${where} stays ${uri}: the source has no object there`);
  }
  const image = (uri: string): string => {
    const mapped = mapImage(uri, place.images, target.region);
    const doubt = imageDoubt(mapped, source, target);
    if (doubt !== undefined) doubts.push(doubt);
    return mapped;
  };
  const { request, report } = carryPackage(
    found,
    {
      image,
      object: (uri, _, reach) => uris.get(`${reach} ${uri}`) ?? uri,
      moved: (uri) => uris.get(`object ${uri}`) ?? uris.get(`prefix ${uri}`),
    },
    terms,
  );
  const isNewGroup = !(await hasGroup(target, group));
  const state: TargetState = isNewGroup
    ? { state: 'absent', failed: [], outdated: [] }
    : await findInTarget(accounts, group, from, request.CustomerMetadataProperties![CONTENT_KEY]!, place.approval);
  refuseRollback(state, from, choice);
  const copies = await withPresence(target, unique(located.flatMap(({ copies: some }) => some)));
  return {
    source: from,
    target: { group, isNewGroup, ...state },
    copies,
    report,
    doubts: [...new Set(doubts)],
    request,
  };
}

/** A package that is deployed where it was registered: there is nothing to copy. */
function unmoved(found: DescribeModelPackageOutput, source: ModelPlan['source'], group: string): ModelPlan {
  return {
    source,
    target: { group, isNewGroup: false, state: 'there', arn: found.ModelPackageArn!, failed: [], outdated: [] },
    copies: [],
    report: [],
    doubts: [],
    request: {},
  };
}

function termsOf(source: Account, group: string, base: S3Location, place: TargetPlace): TargetTerms {
  return {
    group,
    approval: place.approval,
    sourceAccount: source.id,
    kmsKeyId: place.kmsKeyId,
    roleArn: place.roleArn,
    validationOutput: `${formatS3Uri(base)}/validation`,
  };
}

function collectInto(references: ObjectReference[]) {
  return (uri: string, where: string, reach: ObjectReference['reach'], required: boolean): string => {
    references.push({ uri, where, reach, required });
    return uri;
  };
}

function unique(copies: readonly ObjectCopy[]): ObjectCopy[] {
  return [...new Map(copies.map((copy) => [copy.to.key, copy])).values()];
}

async function withPresence(target: Account, copies: readonly ObjectCopy[]): Promise<PlannedCopy[]> {
  const planned: PlannedCopy[] = [];
  for (let start = 0; start < copies.length; start += AT_ONCE) {
    const some = copies
      .slice(start, start + AT_ONCE)
      .map(async (copy) => ({ ...copy, isThere: await isThere(target, copy) }));
    planned.push(...(await Promise.all(some)));
  }
  return planned;
}

/** Only an object that says what it is a copy of is taken for one. */
async function isThere(target: Account, { to, bytes, etag }: ObjectCopy): Promise<boolean> {
  const head = await headObject(target.s3, to, { expectedOwner: target.id });
  if (head.state === 'there') return head.size === bytes && head.metadata[SOURCE_ETAG] === plainTag(etag);
  // Without the right to list, S3 answers so for what is not there; the copy itself will say if it is more than that.
  return false;
}

/** An ETag without its quotes, which have no place in a header of metadata. */
export function plainTag(etag: string): string {
  return etag.replaceAll('"', '');
}

function nameOf(group: string): string {
  return group.slice(group.lastIndexOf('/') + 1);
}

function badGroup(group: string): PipelineError {
  return new PipelineError('usage', 'bad-value', `"${group}" cannot be the name of a model package group`, {
    detail:
      group.length > 63
        ? `it has ${group.length} characters, AWS takes 63`
        : 'AWS takes letters and digits, with dashes between them',
    fix: 'give the target another name with --target-model-package-group-name',
  });
}
