import { parseImageUri } from '../../aws/image-uri.ts';
import type { Json, JsonObject, StepDocument } from '../../definition/document.ts';
import { walkSteps } from '../../definition/walk.ts';
import { plain } from './joined.ts';
import { type Known, type Places, memberText } from './places.ts';

/** A statement of a policy. */
export type Statement = JsonObject;

/** What the ARNs of a policy are written with. */
export interface ArnScope extends Known {
  /** The mark in texts and what it is in `Fn::Sub`. */
  readonly references: ReadonlyMap<string, string>;
}

/** The condition under which the template's reader named further objects to read. */
export const HAS_MORE_ARNS = 'HasDataArns';
export const MORE_ARNS = 'DataArns';

/** Kinds of resources that the steps of a type make, with the actions on them. */
interface Kind {
  readonly resource: string;
  readonly actions: readonly string[];
  /** The argument that the service begins the name with. */
  readonly name?: string;
}

const PROCESSING: Kind = {
  resource: 'processing-job',
  actions: ['CreateProcessingJob', 'DescribeProcessingJob', 'StopProcessingJob'],
  name: 'ProcessingJobName',
};
const TRAINING: Kind = {
  resource: 'training-job',
  actions: ['CreateTrainingJob', 'DescribeTrainingJob', 'StopTrainingJob'],
  name: 'TrainingJobName',
};
const TRANSFORM: Kind = {
  resource: 'transform-job',
  actions: ['CreateTransformJob', 'DescribeTransformJob', 'StopTransformJob'],
  name: 'TransformJobName',
};
const TUNING: Kind = {
  resource: 'hyper-parameter-tuning-job',
  actions: [
    'CreateHyperParameterTuningJob',
    'DescribeHyperParameterTuningJob',
    'ListTrainingJobsForHyperParameterTuningJob',
    'StopHyperParameterTuningJob',
  ],
  name: 'HyperParameterTuningJobName',
};
const MODEL: Kind = { resource: 'model', actions: ['CreateModel', 'DescribeModel'], name: 'ModelName' };
const ENDPOINT_CONFIG: Kind = {
  resource: 'endpoint-config',
  actions: ['CreateEndpointConfig', 'DescribeEndpointConfig'],
  name: 'EndpointConfigName',
};
const ENDPOINT: Kind = {
  resource: 'endpoint',
  actions: ['CreateEndpoint', 'DescribeEndpoint', 'UpdateEndpoint'],
  name: 'EndpointName',
};
const AUTO_ML: Kind = {
  resource: 'automl-job',
  actions: ['CreateAutoMLJob', 'DescribeAutoMLJob', 'ListCandidatesForAutoMLJob', 'StopAutoMLJob'],
  name: 'AutoMLJobName',
};

const KINDS: Readonly<Record<string, readonly Kind[]>> = {
  Processing: [PROCESSING],
  Training: [TRAINING],
  Transform: [TRANSFORM],
  // A search starts its training jobs in this role's name.
  Tuning: [TUNING, TRAINING],
  Model: [MODEL],
  EndpointConfig: [ENDPOINT_CONFIG],
  Endpoint: [ENDPOINT, ENDPOINT_CONFIG],
  QualityCheck: [PROCESSING],
  // It asks the model through an endpoint that it makes and takes away.
  ClarifyCheck: [PROCESSING, MODEL, ENDPOINT_CONFIG, ENDPOINT],
  AutoML: [AUTO_ML, PROCESSING, TRAINING, TRANSFORM, MODEL],
};

/** What the service calls jobs that nobody named: https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps.html */
const PIPELINE_JOBS = 'pipelines-';

/** What starts the steps may do in SageMaker; the beginnings of names are those of `nameOf`, else the service's own. */
export function startingStatements(
  scope: ArnScope,
  nameOf: (step: StepDocument) => string | undefined = () => PIPELINE_JOBS,
): Statement[] {
  const kinds = new Map<Kind, Set<string>>();
  for (const { step } of walkSteps(scope.document)) {
    const own = KINDS[step.Type] ?? [];
    for (const [index, kind] of own.entries()) {
      const names = kinds.get(kind) ?? new Set<string>();
      kinds.set(kind, names);
      for (const name of index === 0 ? beginnings(step, kind, nameOf(step), scope) : ['']) names.add(name);
    }
  }
  const statements = [...kinds].map(([{ resource, actions }, names]) =>
    allow(
      resource,
      [...actions, 'AddTags'].map((action) => `sagemaker:${action}`),
      // A name that begins with nothing is every name.
      (names.has('') ? [''] : [...names]).map((name) => sageMakerArn(`${resource}/${name}*`, scope)),
    ),
  );
  return [...statements, ...registryStatements(scope), ...otherServices(scope)];
}

/** SageMaker's ARNs hold names in lower case, and IAM tells the cases apart. */
function beginnings(step: StepDocument, { name }: Kind, otherwise: string | undefined, scope: ArnScope): string[] {
  const given = name === undefined ? undefined : memberText(step, name, scope);
  const isOpen = name !== undefined && given === undefined && step.Arguments[name] !== undefined;
  const beginning = isOpen ? '' : (given ?? otherwise ?? '');
  return [...new Set([beginning, beginning.toLowerCase()])];
}

function registryStatements(scope: ArnScope): Statement[] {
  const groups = new Set<string>();
  for (const { step } of walkSteps(scope.document)) {
    if (step.Type === 'RegisterModel') groups.add(memberText(step, 'ModelPackageGroupName', scope) ?? '*');
    if (step.Type === 'QualityCheck' || step.Type === 'ClarifyCheck') {
      groups.add(memberText(step, 'ModelPackageGroupName', scope) ?? '*');
    }
  }
  if (groups.size === 0) return [];
  const names = groups.has('*') ? ['*'] : [...groups];
  return [
    allow(
      'registry',
      [
        'AddTags',
        'CreateModelPackage',
        'CreateModelPackageGroup',
        'DescribeModelPackage',
        'DescribeModelPackageGroup',
        'ListModelPackages',
      ].map((action) => `sagemaker:${action}`),
      names.flatMap((name) => [
        sageMakerArn(`model-package-group/${name}`, scope),
        sageMakerArn(`model-package/${name}/*`, scope),
      ]),
    ),
  ];
}

function otherServices(scope: ArnScope): Statement[] {
  const functions = new Set<string>();
  const queues = new Set<string>();
  const types = new Set<string>();
  for (const { step } of walkSteps(scope.document)) {
    types.add(step.Type);
    if (step.Type === 'Lambda') functions.add(memberText(step, 'FunctionArn', scope) ?? '');
    if (step.Type === 'Callback') queues.add(memberText(step, 'SqsQueueUrl', scope) ?? '');
  }
  const statements: Statement[] = [];
  const ownArn = (rest: string): Json => sub(`arn:\${AWS::Partition}:${rest}`);
  if (functions.size > 0) {
    const arns = [...functions].map((arn) =>
      arn.startsWith('arn:')
        ? sub(literalText(arn, scope))
        : ownArn(`lambda:\${AWS::Region}:\${AWS::AccountId}:function:${literalText(arn, scope) || '*'}`),
    );
    statements.push(allow('functions', ['lambda:InvokeFunction'], arns));
  }
  if (queues.size > 0) {
    const arns = [...queues].map((url) => {
      const [, account, name] = /^https:\/\/[^/]+\/(\d{12})\/([\w.-]+)$/.exec(url) ?? [];
      return ownArn(`sqs:\${AWS::Region}:${account ?? '${AWS::AccountId}'}:${name ?? '*'}`);
    });
    statements.push(allow('queues', ['sqs:SendMessage'], arns));
  }
  if (types.has('EMR')) {
    const actions = ['AddJobFlowSteps', 'CancelSteps', 'DescribeCluster', 'DescribeStep', 'TerminateJobFlows'];
    statements.push(
      allow(
        'clusters',
        actions.map((action) => `elasticmapreduce:${action}`),
        [ownArn('elasticmapreduce:${AWS::Region}:${AWS::AccountId}:cluster/*')],
      ),
      // A cluster that is not there yet has no ARN.
      allow('new clusters', ['elasticmapreduce:AddTags', 'elasticmapreduce:RunJobFlow'], ['*']),
    );
  }
  if (types.has('EMRServerless')) {
    const actions = ['CancelJobRun', 'CreateApplication', 'GetApplication', 'GetJobRun', 'StartJobRun'];
    statements.push(
      allow(
        'serverless',
        actions.map((action) => `emr-serverless:${action}`),
        [ownArn('emr-serverless:${AWS::Region}:${AWS::AccountId}:/*')],
      ),
    );
  }
  return statements;
}

/** What the service tracks an execution with, unless the document says that it is not to. */
export function experimentStatements(scope: ArnScope): Statement[] {
  if (scope.document.PipelineExperimentConfig === null) return [];
  const actions = ['AddTags', 'AssociateTrialComponent', 'CreateExperiment', 'CreateTrial', 'CreateTrialComponent'];
  const looks = ['DescribeExperiment', 'DescribeTrial', 'DescribeTrialComponent', 'UpdateTrialComponent'];
  const kinds = ['experiment', 'experiment-trial', 'experiment-trial-component'];
  return [
    allow(
      'experiments',
      [...actions, ...looks].map((action) => `sagemaker:${action}`),
      kinds.map((kind) => sageMakerArn(`${kind}/*`, scope)),
    ),
  ];
}

/** What the jobs may do: read and write their data, pull their images, write their logs and metrics. */
export function workingStatements(places: Places, scope: ArnScope): Statement[] {
  const statements: Statement[] = [];
  const s3 = (place: string): Json => sub(`arn:\${AWS::Partition}:s3:::${place}`);
  const bucketOf = (place: string): string => place.split('/')[0]!;
  const under = (place: string): Json => s3(literalText(place.includes('/') ? `${place}*` : `${place}/*`, scope));
  if (places.reads.size > 0) {
    const buckets = new Set([...places.reads].map(bucketOf));
    statements.push(
      allow('read', ['s3:GetObject'], withoutPrefixes(places.reads).map(under)),
      allow(
        'list',
        ['s3:GetBucketLocation', 's3:ListBucket'],
        [...buckets].map((bucket) => s3(literalText(bucket, scope))),
      ),
    );
  }
  if (places.writes.size > 0) {
    const actions = ['s3:AbortMultipartUpload', 's3:PutObject'];
    statements.push(allow('write', actions, withoutPrefixes(places.writes).map(under)));
  }
  const data = {
    Sid: 'Data',
    Effect: 'Allow',
    Action: ['s3:GetObject', 's3:ListBucket'],
    Resource: { Ref: MORE_ARNS },
  };
  if (places.reads.size > 0 || places.images.size > 0) {
    statements.push({ 'Fn::If': [HAS_MORE_ARNS, data, { Ref: 'AWS::NoValue' }] });
  }
  if (places.images.size === 0) return statements;
  statements.push(
    allow(
      'images',
      ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      [...new Set([...places.images].map(repositoryOf))].map(sub),
    ),
    // https://docs.aws.amazon.com/AmazonECR/latest/userguide/security_iam_id-based-policy-examples.html: it knows no resources.
    allow('registry login', ['ecr:GetAuthorizationToken'], ['*']),
    allow(
      'logs',
      ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
      [sub('arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws/sagemaker/*')],
    ),
    {
      ...allow('metrics', ['cloudwatch:PutMetricData'], ['*']),
      Condition: { StringLike: { 'cloudwatch:namespace': ['/aws/sagemaker/*', 'aws/sagemaker/*'] } },
    },
  );
  if (places.keys.size > 0) {
    const arns = [...places.keys].map((key) =>
      key.startsWith('arn:')
        ? sub(literalText(key, scope))
        : sub(`arn:\${AWS::Partition}:kms:\${AWS::Region}:\${AWS::AccountId}:key/${literalText(key, scope)}`),
    );
    const actions = ['kms:CreateGrant', 'kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'];
    statements.push(allow('keys', actions, arns));
  }
  if (places.hasNetwork) {
    // https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html: interfaces have no ARN before they are there.
    const actions = ['CreateNetworkInterface', 'CreateNetworkInterfacePermission', 'DeleteNetworkInterface'];
    const looks = ['DescribeDhcpOptions', 'DescribeNetworkInterfaces', 'DescribeSecurityGroups', 'DescribeSubnets'];
    const all = [...actions, 'DeleteNetworkInterfacePermission', ...looks, 'DescribeVpcs'];
    statements.push(
      allow(
        'network',
        all.map((action) => `ec2:${action}`),
        ['*'],
      ),
    );
  }
  return statements;
}

/** The right to give these roles to the services that take them. */
export function passStatement(roles: readonly Json[], services: readonly string[]): Statement {
  return {
    ...allow('pass', ['iam:PassRole'], roles),
    Condition: { StringEquals: { 'iam:PassedToService': services } },
  };
}

/** A statement that allows actions. */
export function allow(title: string, actions: readonly string[], resources: readonly Json[]): JsonObject {
  const words = title.split(/[^a-z]+/).map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  const resource = resources.length === 1 ? resources[0]! : resources;
  return { Sid: words.join(''), Effect: 'Allow', Action: actions.toSorted(), Resource: resource };
}

/** A role that the document names; Amazon EMR takes names as well. */
export function roleArn(role: string, scope: ArnScope): Json {
  const text = literalText(role, scope);
  return sub(role.startsWith('arn:') ? text : `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/${text}`);
}

function sageMakerArn(rest: string, scope: ArnScope): Json {
  return sub(`arn:\${AWS::Partition}:sagemaker:\${AWS::Region}:\${AWS::AccountId}:${literalText(rest, scope)}`);
}

function literalText(text: string, { references }: ArnScope): string {
  let written = plain(text);
  for (const [mark, reference] of references) written = written.replaceAll(mark, reference);
  return written;
}

function sub(text: string): Json {
  return text.includes('${') ? { 'Fn::Sub': text } : text;
}

function repositoryOf(image: string | undefined): string {
  const parts = image === undefined ? undefined : parseImageUri(image);
  if (parts?.account === undefined) return 'arn:${AWS::Partition}:ecr:${AWS::Region}:${AWS::AccountId}:repository/*';
  return `arn:\${AWS::Partition}:ecr:${parts.region}:${parts.account}:repository/${parts.repository}`;
}

/** Without what begins with another of them. */
function withoutPrefixes(places: ReadonlySet<string>): string[] {
  const kept: string[] = [];
  for (const place of [...places].toSorted()) {
    if (!kept.some((other) => place.startsWith(other))) kept.push(place);
  }
  return kept;
}
