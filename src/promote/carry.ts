import { createHash } from 'node:crypto';
import type {
  CreateModelPackageInput,
  DescribeModelPackageOutput,
  ModelApprovalStatus,
  ModelPackageValidationSpecification,
} from '@aws-sdk/client-sagemaker';
import type { Json } from '../definition/document.ts';
import { PipelineError } from '../definition/error.ts';
import { type PackageContents, type Visitor, mapContents } from './package-contents.ts';

/** What became of a member of the source package. */
export interface FieldReport {
  readonly field: string;
  readonly outcome: 'carried' | 'adapted' | 'dropped';
  readonly why?: string;
}

/** What the target account decides about a package. */
export interface TargetTerms {
  readonly group: string;
  readonly approval: ModelApprovalStatus;
  readonly sourceAccount: string;
  readonly kmsKeyId?: string | undefined;
  /** The role that validation jobs run under. */
  readonly roleArn?: string | undefined;
  /** Where validation jobs write to. */
  readonly validationOutput: string;
}

/** Where things are in the target. */
export interface Places extends Pick<Visitor, 'object' | 'image'> {
  /** The target's URI of something that moved with the package. */
  readonly moved: (uri: string) => string | undefined;
}

/** A request for the target's registry, and how it came from the source's answer. */
export interface CarriedPackage {
  readonly request: CreateModelPackageInput;
  readonly report: readonly FieldReport[];
}

/** Members of the target package's metadata, by which it is known again. */
export const SOURCE_KEY = 'sagemaker-pipelines:source';
export const CONTENT_KEY = 'sagemaker-pipelines:content';

/** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModelPackage.html: at most 50 entries. */
const METADATA_LIMIT = 50;

/** Taken over as they are. */
const PLAIN = [
  'ModelPackageDescription',
  'Domain',
  'Task',
  'SkipModelValidation',
  'MetadataProperties',
  'ModelLifeCycle',
  'ModelPackageRegistrationType',
  'ManagedStorageType',
] as const;

/** What Describe answers and Create does not take; about these there is nothing to decide. */
const DERIVED: ReadonlySet<string> = new Set([
  '$metadata',
  'ModelPackageArn',
  'ModelPackageName',
  'ModelPackageVersion',
  'ModelPackageStatus',
  'ModelPackageStatusDetails',
  'CreationTime',
  'CreatedBy',
  'LastModifiedTime',
  'LastModifiedBy',
]);

/** The package as the target registers it: everything that Create takes, with the objects and images of the target. */
export function carryPackage(found: DescribeModelPackageOutput, places: Places, terms: TargetTerms): CarriedPackage {
  const report = new Map<string, FieldReport>();
  const say = (field: string, outcome: FieldReport['outcome'], why?: string): void =>
    void report.set(field, { field, outcome, ...(why === undefined ? {} : { why }) });
  const visitor: Visitor = { ...places, dropped: (where, why) => say(where, 'dropped', why) };
  const contents = mapContents(found, visitor);
  for (const field of Object.keys(contents) as (keyof PackageContents)[]) {
    const isSame = JSON.stringify(contents[field]) === JSON.stringify(found[field]);
    say(field, isSame ? 'carried' : 'adapted', isSame ? undefined : 'objects and images are those of the target');
  }
  const request: CreateModelPackageInput = { ModelPackageGroupName: terms.group, ModelApprovalStatus: terms.approval };
  for (const field of PLAIN) {
    if (found[field] === undefined) continue;
    Object.assign(request, { [field]: found[field] });
    say(field, 'carried');
  }
  Object.assign(request, contents, carryAlgorithms(contents, terms, say), carrySourceUri(found, visitor, say));
  Object.assign(request, carryCard(found, places, say), carrySecurity(found, terms, say));
  Object.assign(request, carryValidation(found, visitor, terms, say));
  say('ModelPackageGroupName', 'adapted', `is ${terms.group} in the target`);
  say('ModelApprovalStatus', terms.approval === found.ModelApprovalStatus ? 'carried' : 'adapted');
  if (found.CertifyForMarketplace === true)
    say('CertifyForMarketplace', 'dropped', 'a promoted package is not for sale');
  for (const field of Object.keys(found)) {
    const isUnknown = !report.has(field) && !DERIVED.has(field) && field !== 'CustomerMetadataProperties';
    const isSet = found[field as keyof DescribeModelPackageOutput] !== undefined && field !== 'CertifyForMarketplace';
    if (isUnknown && isSet) say(field, 'dropped', 'CreateModelPackage does not take it');
  }
  request.CustomerMetadataProperties = metadataOf(found, request);
  say('CustomerMetadataProperties', 'adapted', 'says which package this is a copy of');
  return { request, report: [...report.values()].toSorted((a, b) => (a.field < b.field ? -1 : 1)) };
}

type Say = (field: string, outcome: FieldReport['outcome'], why?: string) => void;

function carryAlgorithms(contents: PackageContents, terms: TargetTerms, say: Say): Partial<CreateModelPackageInput> {
  const algorithms = contents.SourceAlgorithmSpecification?.SourceAlgorithms ?? [];
  const own = algorithms.find(
    ({ AlgorithmName: name = '' }) => !name.startsWith('arn:') || name.includes(`:${terms.sourceAccount}:`),
  );
  if (own === undefined) return {};
  if (contents.InferenceSpecification === undefined) {
    throw new PipelineError(
      'failed',
      'algorithm-stays',
      `The package is made from algorithm ${own.AlgorithmName}, which another account cannot use`,
      {
        detail: 'SourceAlgorithmSpecification names an algorithm resource, and those are not shared between accounts',
        fix: 'register the model with an InferenceSpecification: image and model data',
      },
    );
  }
  say('SourceAlgorithmSpecification', 'dropped', `algorithm ${own.AlgorithmName} is a resource of the source account`);
  return { SourceAlgorithmSpecification: undefined };
}

/** An ARN here would have AWS clone the package that it names. */
function carrySourceUri(
  { SourceUri: uri }: DescribeModelPackageOutput,
  visitor: Visitor,
  say: Say,
): Partial<CreateModelPackageInput> {
  if (uri === undefined) return {};
  if (uri.startsWith('arn:')) {
    say('SourceUri', 'dropped', `would have AWS look for ${uri} from the target account`);
    return {};
  }
  const mapped = uri.startsWith('s3://') ? visitor.object(uri, 'SourceUri', 'object', false) : uri;
  say('SourceUri', mapped === uri ? 'carried' : 'adapted');
  return { SourceUri: mapped };
}

/** What a model card tells of data sets stays: it says where the model came from. Only what moved with the package is told anew. */
function carryCard(
  { ModelCard: card }: DescribeModelPackageOutput,
  { moved }: Places,
  say: Say,
): Partial<CreateModelPackageInput> {
  if (card === undefined) return {};
  const { ModelCardContent: content } = card;
  let parsed: Json;
  try {
    parsed = JSON.parse(content ?? '') as Json;
  } catch {
    say('ModelCard', 'carried', 'its content is no JSON and stays as it is');
    return { ModelCard: card };
  }
  const mapped = mapTexts(parsed, (text) => moved(text) ?? text);
  const isSame = JSON.stringify(mapped) === JSON.stringify(parsed);
  say('ModelCard', isSame ? 'carried' : 'adapted', isSame ? undefined : 'names the objects of the target');
  return { ModelCard: isSame ? card : { ...card, ModelCardContent: JSON.stringify(mapped) } };
}

function mapTexts(value: Json, map: (text: string) => string): Json {
  if (typeof value === 'string') return map(value);
  if (Array.isArray(value)) return value.map((element: Json) => mapTexts(element, map));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, mapTexts(member, map)]));
}

function carrySecurity(
  { SecurityConfig: security }: DescribeModelPackageOutput,
  { kmsKeyId }: TargetTerms,
  say: Say,
): Partial<CreateModelPackageInput> {
  if (security === undefined) return {};
  if (kmsKeyId === undefined) {
    say('SecurityConfig', 'dropped', 'names a key of the source account; give the target its own with --kms-key');
    return {};
  }
  say('SecurityConfig', 'adapted', `the key is ${kmsKeyId}`);
  return { SecurityConfig: { KmsKeyId: kmsKeyId } };
}

function carryValidation(
  { ValidationSpecification: validation }: DescribeModelPackageOutput,
  visitor: Visitor,
  { roleArn, kmsKeyId, validationOutput }: TargetTerms,
  say: Say,
): { ValidationSpecification?: ModelPackageValidationSpecification } {
  if (validation === undefined) return {};
  if (roleArn === undefined) {
    say(
      'ValidationSpecification',
      'dropped',
      'its role is of the source account; give the target its own with --role-arn',
    );
    return {};
  }
  say('ValidationSpecification', 'adapted', `runs as ${roleArn}, in the target`);
  const profiles = validation.ValidationProfiles?.map((profile, index) => {
    const job = profile.TransformJobDefinition;
    const from = job?.TransformInput?.DataSource?.S3DataSource;
    if (job === undefined || from?.S3Uri === undefined) return profile;
    const where = `ValidationSpecification.ValidationProfiles[${index}].TransformJobDefinition.TransformInput`;
    const uri = visitor.object(from.S3Uri, where, from.S3DataType === 'S3Prefix' ? 'prefix' : 'object', true);
    const { KmsKeyId: _, ...output } = job.TransformOutput!;
    return {
      ...profile,
      TransformJobDefinition: {
        ...job,
        TransformInput: { ...job.TransformInput!, DataSource: { S3DataSource: { ...from, S3Uri: uri } } },
        TransformOutput: {
          ...output,
          S3OutputPath: `${validationOutput}/${profile.ProfileName ?? index}`,
          ...(kmsKeyId === undefined ? {} : { KmsKeyId: kmsKeyId }),
        },
      },
    };
  });
  return { ValidationSpecification: { ValidationRole: roleArn, ValidationProfiles: profiles } };
}

function metadataOf(found: DescribeModelPackageOutput, request: CreateModelPackageInput): Record<string, string> {
  const theirs = Object.fromEntries(
    Object.entries(found.CustomerMetadataProperties ?? {}).filter(([key]) => key !== SOURCE_KEY && key !== CONTENT_KEY),
  );
  const room = METADATA_LIMIT - 2;
  if (Object.keys(theirs).length > room) {
    throw new PipelineError(
      'failed',
      'metadata-full',
      `${found.ModelPackageArn} has more than ${room} metadata properties`,
      {
        detail: `AWS takes ${METADATA_LIMIT}, and a promoted package needs two to be known again`,
        fix: 'remove some of its CustomerMetadataProperties',
      },
    );
  }
  const { ModelApprovalStatus: _, ...content } = request;
  return {
    ...theirs,
    [SOURCE_KEY]: found.ModelPackageArn!,
    [CONTENT_KEY]: createHash('sha256')
      .update(JSON.stringify(sorted({ ...content, theirs })))
      .digest('hex'),
  };
}

/** Members in one order, whatever order AWS answered in. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(
    entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, sorted(member)]),
  );
}
