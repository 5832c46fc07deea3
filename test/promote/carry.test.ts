import type { DescribeModelPackageOutput } from '@aws-sdk/client-sagemaker';
import { expect, test } from 'vitest';

import { type FieldReport, type Places, type TargetTerms, carryPackage } from '../../src/promote/carry.ts';

const SOURCE_ARN = 'arn:aws:sagemaker:eu-west-1:111122223333:model-package/rings/4';
const TERMS: TargetTerms = {
  group: 'rings',
  approval: 'Approved',
  sourceAccount: '111122223333',
  validationOutput: 's3://target/validation',
};
const PLACES: Places = {
  image: (image) => image,
  object: (uri) => uri.replace('s3://source/', 's3://target/'),
  moved: (uri) => (uri === 's3://source/model.tar.gz' ? 's3://target/model.tar.gz' : undefined),
};

function described(members: Partial<DescribeModelPackageOutput>): DescribeModelPackageOutput {
  return {
    ModelPackageName: 'rings',
    ModelPackageGroupName: 'rings',
    ModelPackageVersion: 4,
    ModelPackageArn: SOURCE_ARN,
    CreationTime: new Date(0),
    ModelPackageStatus: 'Completed',
    ModelPackageStatusDetails: { ValidationStatuses: [] },
    ModelApprovalStatus: 'Approved',
    InferenceSpecification: { Containers: [{ Image: 'image', ModelDataUrl: 's3://source/model.tar.gz' }] },
    ...members,
  };
}

function outcomeOf(report: readonly FieldReport[], field: string): string | undefined {
  return report.find((one) => one.field === field)?.outcome;
}

test('every member that a registration takes is carried, adapted or dropped with a reason', () => {
  const found = described({
    ModelPackageDescription: 'Counts rings',
    Domain: 'MACHINE_LEARNING',
    Task: 'REGRESSION',
    SkipModelValidation: 'All',
    MetadataProperties: { CommitId: 'c0ffee' },
    ModelLifeCycle: { Stage: 'Staging', StageStatus: 'PendingApproval' },
    ModelPackageRegistrationType: 'Registered',
    ApprovalDescription: 'fine',
    SourceUri: SOURCE_ARN,
    SecurityConfig: { KmsKeyId: 'arn:aws:kms:eu-west-1:111122223333:key/1' },
    CertifyForMarketplace: false,
    ModelMetrics: { ModelQuality: { Statistics: { ContentType: 'application/json', S3Uri: 's3://source/m.json' } } },
  });
  const { request, report } = carryPackage(found, PLACES, TERMS);
  expect(Object.fromEntries(report.map(({ field, outcome }) => [field, outcome]))).toEqual({
    ApprovalDescription: 'dropped',
    CustomerMetadataProperties: 'adapted',
    Domain: 'carried',
    InferenceSpecification: 'adapted',
    MetadataProperties: 'carried',
    ModelApprovalStatus: 'carried',
    ModelLifeCycle: 'carried',
    ModelMetrics: 'adapted',
    ModelPackageDescription: 'carried',
    ModelPackageGroupName: 'adapted',
    ModelPackageRegistrationType: 'carried',
    SecurityConfig: 'dropped',
    SkipModelValidation: 'carried',
    SourceUri: 'dropped',
    Task: 'carried',
  });
  expect(report.filter(({ outcome, why }) => outcome === 'dropped' && why === undefined)).toEqual([]);
  expect(request).toMatchObject({ ModelPackageGroupName: 'rings', Task: 'REGRESSION', SkipModelValidation: 'All' });
  expect(request).not.toHaveProperty('SourceUri');
  expect(request).not.toHaveProperty('CreationTime');
});

test('a container without an environment is none with an empty one', () => {
  const { request } = carryPackage(described({}), PLACES, TERMS);
  expect(request.InferenceSpecification!.Containers![0]).toEqual({
    Image: 'image',
    ModelDataUrl: 's3://target/model.tar.gz',
  });
});

test('a digest goes with the image that it is the digest of', () => {
  const found = described({
    InferenceSpecification: {
      Containers: [
        { Image: 'kept', ImageDigest: 'sha256:1' },
        { Image: 'moved', ImageDigest: 'sha256:2' },
      ],
    },
  });
  const image = (name: string): string => (name === 'moved' ? 'elsewhere' : name);
  const { request, report } = carryPackage(found, { ...PLACES, image }, TERMS);
  expect(request.InferenceSpecification!.Containers).toEqual([
    { Image: 'kept', ImageDigest: 'sha256:1' },
    { Image: 'elsewhere' },
  ]);
  expect(outcomeOf(report, 'InferenceSpecification.Containers[1].ImageDigest')).toBe('dropped');
});

test('of an environment only what names an object is rewritten', () => {
  const Environment = {
    SAGEMAKER_SUBMIT_DIRECTORY: '/opt/ml/model/code',
    CODE: 's3://source/code.tar.gz',
    NOTE: 'see s3://source/x',
  };
  const found = described({ InferenceSpecification: { Containers: [{ Image: 'image', Environment }] } });
  const { request } = carryPackage(found, PLACES, TERMS);
  expect(request.InferenceSpecification!.Containers![0]!.Environment).toEqual({
    ...Environment,
    CODE: 's3://target/code.tar.gz',
  });
});

test('a model card names what moved with the package, and still says where the data was', () => {
  const card = { artefacts: ['s3://source/model.tar.gz'], data: ['s3://source/train.csv'] };
  const found = described({ ModelCard: { ModelCardContent: JSON.stringify(card), ModelCardStatus: 'Approved' } });
  const { request } = carryPackage(found, PLACES, TERMS);
  expect(JSON.parse(request.ModelCard!.ModelCardContent!)).toEqual({
    artefacts: ['s3://target/model.tar.gz'],
    data: ['s3://source/train.csv'],
  });
  expect(request.ModelCard!.ModelCardStatus).toBe('Approved');
});

test('a model card that names nothing that moved keeps its text to the letter', () => {
  const ModelCardContent = '{ "intended_uses" : {"purpose" : "rings"} }';
  const found = described({ ModelCard: { ModelCardContent, ModelCardStatus: 'Draft' } });
  expect(carryPackage(found, PLACES, TERMS).request.ModelCard!.ModelCardContent).toBe(ModelCardContent);
});

test('validation runs in the target under a role of the target, or not at all', () => {
  const TransformJobDefinition = {
    TransformInput: { DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://source/batch/' } } },
    TransformOutput: { S3OutputPath: 's3://source/out', KmsKeyId: 'theirs' },
    TransformResources: { InstanceType: 'ml.m5.large', InstanceCount: 1 },
  } as const;
  const ValidationProfiles = [{ ProfileName: 'batch', TransformJobDefinition }];
  const found = described({ ValidationSpecification: { ValidationRole: 'theirs', ValidationProfiles } });
  const dropped = carryPackage(found, PLACES, TERMS);
  expect(outcomeOf(dropped.report, 'ValidationSpecification')).toBe('dropped');
  expect(dropped.request).not.toHaveProperty('ValidationSpecification');
  const { request } = carryPackage(found, PLACES, { ...TERMS, roleArn: 'ours' });
  expect(request.ValidationSpecification).toMatchObject({
    ValidationRole: 'ours',
    ValidationProfiles: [
      {
        TransformJobDefinition: {
          TransformInput: { DataSource: { S3DataSource: { S3Uri: 's3://target/batch/' } } },
          TransformOutput: { S3OutputPath: 's3://target/validation/batch' },
        },
      },
    ],
  });
  expect(JSON.stringify(request)).not.toContain('theirs');
});

test('an algorithm of the source account is left out beside an inference specification, and refused alone', () => {
  const SourceAlgorithmSpecification = {
    SourceAlgorithms: [{ AlgorithmName: 'arn:aws:sagemaker:eu-west-1:111122223333:algorithm/own' }],
  };
  const { request, report } = carryPackage(described({ SourceAlgorithmSpecification }), PLACES, TERMS);
  expect(request.SourceAlgorithmSpecification).toBeUndefined();
  expect(outcomeOf(report, 'SourceAlgorithmSpecification')).toBe('dropped');
  const alone = { ...described({ SourceAlgorithmSpecification }) };
  delete alone.InferenceSpecification;
  expect(() => carryPackage(alone, PLACES, TERMS)).toThrow('which another account cannot use');
});

test('the target knows a package again by its source and by what would be registered', () => {
  const metadata = (members: Partial<DescribeModelPackageOutput>, terms = TERMS) =>
    carryPackage(described({ CustomerMetadataProperties: { team: 'rings' }, ...members }), PLACES, terms).request
      .CustomerMetadataProperties!;
  const first = metadata({});
  expect(first).toMatchObject({ team: 'rings', 'sagemaker-pipelines:source': SOURCE_ARN });
  expect(metadata({ CreationTime: new Date(9) })).toEqual(first);
  expect(metadata({}, { ...TERMS, approval: 'PendingManualApproval' })).toEqual(first);
  expect(metadata({ ModelPackageDescription: 'another' })).not.toEqual(first);
  expect(metadata({ CustomerMetadataProperties: { team: 'others' } })['sagemaker-pipelines:content']).not.toBe(
    first['sagemaker-pipelines:content'],
  );
});

test('a package whose metadata is full is refused before anything is written', () => {
  const CustomerMetadataProperties = Object.fromEntries(
    Array.from({ length: 49 }, (_, index) => [`key-${index}`, 'value']),
  );
  expect(() => carryPackage(described({ CustomerMetadataProperties }), PLACES, TERMS)).toThrow(
    'more than 48 metadata properties',
  );
});
