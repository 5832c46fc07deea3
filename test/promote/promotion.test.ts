import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { describeWithPython } from '../support/python-environment.ts';
import {
  BUCKETS,
  IMAGE,
  REGION,
  type Repository,
  SOURCE,
  TARGET,
  hashOf,
  objectsIn,
  putSource,
  register,
  releaseFlags,
  roleIn,
  singleContainer,
  twoAccounts,
  versionsIn,
  writeRepository,
} from './two-accounts.ts';

const GROUP = 'rings-p-1';

describeWithPython('a promotion between two accounts', () => {
  const accounts = twoAccounts();
  let repository: Repository;
  beforeEach(async () => {
    await accounts.reset();
    repository = writeRepository(accounts.moto);
  });
  afterEach(() => repository.remove());

  test('brings a package with one container over, byte for byte, and writes the parameters of the stack', async () => {
    const uri = await putSource(accounts.source, 'rings/model.tar.gz', 'weights'.repeat(50_000));
    const arn = await register(accounts.source, GROUP, singleContainer(uri));
    const { exitCode, stdout, stderr } = await repository.release(releaseFlags(GROUP));
    expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, stderr: '' });

    const [promoted] = await versionsIn(accounts.target, GROUP);
    const found = await accounts.target.sagemaker.describeModelPackage({ ModelPackageName: promoted! });
    const [container] = found.InferenceSpecification!.Containers!;
    expect(container!.Image).toBe(`${TARGET}.dkr.ecr.${REGION}.amazonaws.com/developer-img:v-${SOURCE}`);
    expect(container!.ModelDataUrl).toMatch(
      /^s3:\/\/target-artifacts\/rings-p-1\/model-artifacts\/rings-p-1-v1\/[0-9a-f]{16}\/model\.tar\.gz$/,
    );
    expect(await hashOf(accounts.target, container!.ModelDataUrl!)).toBe(await hashOf(accounts.source, uri));
    expect(found).toMatchObject({
      ModelPackageDescription: 'Counts rings',
      ModelApprovalStatus: 'Approved',
      CustomerMetadataProperties: { 'sagemaker-pipelines:source': arn },
    });

    const definition = readFileSync(join(repository.folder, 'staging-pipelinedefinition.json'));
    const keys = Object.keys(await objectsIn(accounts.target, BUCKETS.target));
    const key = keys.find((one) => one.startsWith('rings-p-1/pipeline/'))!;
    expect(key).toMatch(/^rings-p-1\/pipeline\/staging-[0-9a-f]{16}-pipelinedefinition\.json$/);
    const { Body } = await accounts.target.s3.getObject({ Bucket: BUCKETS.target, Key: key });
    expect(await Body!.transformToString()).toBe(definition.toString('utf8'));
    expect(definition.toString('utf8')).not.toContain('"ArtifactBucket"');

    expect(readFileSync(join(repository.folder, 'config-export.json'), 'utf8')).toBe(`[
    "ProcessingInstanceCount=1",
    "ScheduleExpressionforPipeline=1 day",
    "SageMakerProjectName=rings",
    "SageMakerProjectId=p-1",
    "ModelPackageName=${promoted}",
    "ProjectBucket=target-artifacts",
    "Environment=staging",
    "BatchPipeline=rings-p-1-staging",
    "PipelineDefinitionS3Key=${key}"
]`);
    expect(stdout).toBe(`${promoted}\ns3://target-artifacts/${key}\n`);
  });

  test('writes nothing when it is run again, and says so', async () => {
    const uri = await putSource(accounts.source, 'rings/model.tar.gz', 'weights');
    await register(accounts.source, GROUP, singleContainer(uri, IMAGE));
    await repository.releaseInHost(releaseFlags(GROUP));
    const before = await objectsIn(accounts.target, BUCKETS.target);
    const { exitCode, stderr } = await repository.releaseInHost(releaseFlags(GROUP));
    expect(exitCode).toBe(0);
    expect(stderr).toContain('nothing was written to the target: all of it is there');
    expect(stderr).toContain('config-export.json is unchanged');
    expect(await objectsIn(accounts.target, BUCKETS.target)).toEqual(before);
    expect(await versionsIn(accounts.target, GROUP)).toHaveLength(1);
  });

  test('brings a script-mode package of two containers over with its code, its metrics and its baselines', async () => {
    const { source, target } = accounts;
    const uris = {
      sklearn: await putSource(source, 'rings/sklearn/model.tar.gz', 'sklearn'.repeat(9_000)),
      pytorch: await putSource(source, 'rings/pytorch/model.tar.gz', 'pytorch'.repeat(9_000)),
      code: await putSource(source, 'rings/code/sourcedir.tar.gz', 'code'.repeat(999)),
      statistics: await putSource(source, 'rings/metrics/statistics.json', '{"mse": 4.9}'),
      baseline: await putSource(source, 'rings/metrics/baseline.json', '{"mse": 5.1}'),
      report: await putSource(source, 'rings/explain/report.json', '{"shap": []}'),
      sample: await putSource(source, 'rings/sample/payload.tar.gz', 'payload'),
    };
    const environment = { SAGEMAKER_PROGRAM: 'inference.py', SAGEMAKER_SUBMIT_DIRECTORY: uris.code };
    const managed = '141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3';
    await register(source, GROUP, {
      ModelPackageDescription: 'Scales, then predicts',
      InferenceSpecification: {
        Containers: [
          { Image: managed, ImageDigest: 'sha256:1', ModelDataUrl: uris.sklearn, Environment: environment },
          {
            Image: IMAGE,
            ImageDigest: 'sha256:2',
            ModelDataUrl: uris.pytorch,
            Environment: { ...environment, MODE: 'fast' },
          },
        ],
        SupportedContentTypes: ['text/csv'],
        SupportedResponseMIMETypes: ['text/csv'],
      },
      ModelMetrics: {
        ModelQuality: { Statistics: { ContentType: 'application/json', S3Uri: uris.statistics } },
        Explainability: { Report: { ContentType: 'application/json', S3Uri: uris.report } },
      },
      DriftCheckBaselines: {
        ModelQuality: { Constraints: { ContentType: 'application/json', S3Uri: uris.baseline } },
      },
      CustomerMetadataProperties: { team: 'rings' },
      MetadataProperties: { CommitId: 'c0ffee' },
      Domain: 'MACHINE_LEARNING',
      Task: 'REGRESSION',
      SamplePayloadUrl: uris.sample,
    });
    const { exitCode, stderr } = await repository.releaseInHost(releaseFlags(GROUP));
    expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stderr).toContain(
      'InferenceSpecification.Containers[1].ImageDigest was left out, it is the digest of an image',
    );

    const [promoted] = await versionsIn(target, GROUP);
    const found = await target.sagemaker.describeModelPackage({ ModelPackageName: promoted! });
    const [first, second] = found.InferenceSpecification!.Containers!;
    expect(first).toMatchObject({ Image: managed, ImageDigest: 'sha256:1' });
    expect(second!.ImageDigest).toBeUndefined();
    expect(first!.Environment!['SAGEMAKER_PROGRAM']).toBe('inference.py');
    expect(second!.Environment!['MODE']).toBe('fast');
    const copies: [string, string | undefined][] = [
      [uris.sklearn, first!.ModelDataUrl],
      [uris.pytorch, second!.ModelDataUrl],
      [uris.code, first!.Environment!['SAGEMAKER_SUBMIT_DIRECTORY']],
      [uris.code, second!.Environment!['SAGEMAKER_SUBMIT_DIRECTORY']],
      [uris.statistics, found.ModelMetrics!.ModelQuality!.Statistics!.S3Uri],
      [uris.report, found.ModelMetrics!.Explainability!.Report!.S3Uri],
      [uris.baseline, found.DriftCheckBaselines!.ModelQuality!.Constraints!.S3Uri],
      [uris.sample, found.SamplePayloadUrl],
    ];
    for (const [from, to] of copies) {
      expect(to).toMatch(/^s3:\/\/target-artifacts\/rings-p-1\/model-artifacts\/rings-p-1-v1\//);
      expect(await hashOf(target, to!)).toBe(await hashOf(source, from));
    }
    expect(found).toMatchObject({
      CustomerMetadataProperties: { team: 'rings' },
      MetadataProperties: { CommitId: 'c0ffee' },
      Domain: 'MACHINE_LEARNING',
      Task: 'REGRESSION',
    });
    expect(JSON.stringify(found)).not.toContain(BUCKETS.source);
  });

  test('brings an uncompressed model of many objects over, under a prefix of its own', async () => {
    const { source, target } = accounts;
    for (const name of ['weights/a.bin', 'weights/b.bin', 'config.json'])
      await putSource(source, `raw/model/${name}`, name);
    await putSource(source, 'raw/model-of-others/x.bin', 'x');
    const S3DataSource = {
      S3Uri: `s3://${BUCKETS.source}/raw/model/`,
      S3DataType: 'S3Prefix',
      CompressionType: 'None',
    } as const;
    await register(source, GROUP, {
      InferenceSpecification: { Containers: [{ Image: IMAGE, ModelDataSource: { S3DataSource } }] },
    });
    const { exitCode } = await repository.releaseInHost([...releaseFlags(GROUP), '--no-definition']);
    expect(exitCode).toBe(0);
    const [promoted] = await versionsIn(target, GROUP);
    const found = await target.sagemaker.describeModelPackage({ ModelPackageName: promoted! });
    const uri = found.InferenceSpecification!.Containers![0]!.ModelDataSource!.S3DataSource!.S3Uri!;
    const prefix = uri.replace(`s3://${BUCKETS.target}/`, '');
    expect(Object.keys(await objectsIn(target, BUCKETS.target)).toSorted()).toEqual(
      ['config.json', 'weights/a.bin', 'weights/b.bin'].map((name) => `${prefix}${name}`),
    );
    expect(await hashOf(target, `${uri}weights/a.bin`)).toBe(
      await hashOf(source, `s3://${BUCKETS.source}/raw/model/weights/a.bin`),
    );
  });

  test('deploys changed code with the same version of the model', async () => {
    const uri = await putSource(accounts.source, 'rings/model.tar.gz', 'weights');
    await register(accounts.source, GROUP, singleContainer(uri));
    await repository.releaseInHost(releaseFlags(GROUP));
    const first = readFileSync(join(repository.folder, 'config-export.json'), 'utf8');
    appendFileSync(join(repository.folder, 'pipelines/batch_inference/preprocess.py'), '# mended\n');
    const { exitCode } = await repository.releaseInHost(releaseFlags(GROUP));
    const second = readFileSync(join(repository.folder, 'config-export.json'), 'utf8');
    expect(exitCode).toBe(0);
    expect(keyIn(second)).not.toBe(keyIn(first));
    expect(second.replace(keyIn(second), keyIn(first))).toBe(first);
    expect(await versionsIn(accounts.target, GROUP)).toHaveLength(1);
  });

  test('with --dry-run says every write and makes none', async () => {
    const uri = await putSource(accounts.source, 'rings/model.tar.gz', 'weights');
    const arn = await register(accounts.source, GROUP, singleContainer(uri));
    const { exitCode, stdout } = await repository.releaseInHost([...releaseFlags(GROUP), '--dry-run']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`model ${arn}\n  copy      ${uri} -> s3://target-artifacts/rings-p-1/`);
    expect(stdout).toContain('register  in group rings-p-1, which is created');
    expect(stdout).toMatch(/\n4 to write\n$/);
    expect(await objectsIn(accounts.target, BUCKETS.target)).toEqual({});
    expect(await versionsIn(accounts.target, GROUP)).toEqual([]);
    expect(existsSync(join(repository.folder, 'config-export.json'))).toBe(false);
    const { stdout: json } = await repository.releaseInHost([...releaseFlags(GROUP), '--dry-run', '--json']);
    expect(JSON.parse(json)).toMatchObject({
      command: 'build-deployment',
      dryRun: true,
      writes: 4,
      models: [{ source: { arn, version: 1 }, target: { state: 'absent' }, copies: [{ from: uri, isThere: false }] }],
    });
  });

  test('releases several groups at once, their packages numbered', async () => {
    for (const group of ['one', 'two']) {
      const uri = await putSource(accounts.source, `${group}/model.tar.gz`, group);
      await register(accounts.source, group, singleContainer(uri));
    }
    const { exitCode } = await repository.releaseInHost([...releaseFlags('one,two'), '--code', 'tf']);
    expect(exitCode).toBe(0);
    const exported = JSON.parse(readFileSync(join(repository.folder, 'config-export.json'), 'utf8')) as object;
    expect(exported).toMatchObject({
      ModelPackageName1: (await versionsIn(accounts.target, 'one'))[0],
      ModelPackageName2: (await versionsIn(accounts.target, 'two'))[0],
    });
  });

  test('configures both stages of a CodePipeline at once, from the account that it runs in', async () => {
    const uri = await putSource(accounts.source, 'rings/model.tar.gz', 'weights');
    const arn = await register(accounts.source, GROUP, singleContainer(uri));
    for (const stage of ['staging', 'prod']) {
      const parameters = { StageName: stage, BatchInstanceCount: '1', InputPath: '' };
      writeFileSync(join(repository.folder, `${stage}-config.json`), JSON.stringify({ Parameters: parameters }));
    }
    const flags = releaseFlags(GROUP, {
      stage: undefined,
      bucket: BUCKETS.source,
      'target-role-arn': roleIn(SOURCE),
      'target-id': undefined,
      'role-arn': undefined,
      'model-execution-role': `arn:aws:iam::${SOURCE}:role/SageMaker`,
      'import-staging-config': 'staging-config.json',
      'export-cfn-params-tags': 'True',
    });
    const { exitCode, stderr } = await repository.releaseInHost([...flags, '--no-definition']);
    expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, stderr: '' });
    const read = (name: string): string => readFileSync(join(repository.folder, name), 'utf8');
    expect(read('prod-config-export.json')).toBe(`{
    "Parameters": {
        "StageName": "prod",
        "BatchInstanceCount": "1",
        "InputPath": "",
        "SageMakerProjectName": "rings",
        "SageMakerProjectId": "p-1",
        "ModelPackageName": "${arn}",
        "ModelExecutionRoleArn": "arn:aws:iam::${SOURCE}:role/SageMaker"
    },
    "Tags": {
        "sagemaker:deployment-stage": "prod",
        "sagemaker:project-name": "rings",
        "sagemaker:project-id": "p-1"
    }
}`);
    expect(read('staging-params-export.json')).toMatch(
      /^\[\n {4}\{\n {8}"ParameterKey": "StageName",\n {8}"ParameterValue": "staging"\n/,
    );
    expect(read('staging-tags-export.json')).toContain(
      '"Key": "sagemaker:deployment-stage",\n        "Value": "staging"',
    );
  });

  test('asks the parameters of the account for bucket, role and network when an environment is named', async () => {
    const uri = await putSource(accounts.source, 'rings/model.tar.gz', 'weights');
    await register(accounts.source, GROUP, singleContainer(uri));
    const flags = [...releaseFlags(GROUP, { bucket: undefined, 'role-arn': undefined }), '--environment', 'preprod'];
    const { exitCode, stderr } = await repository.releaseInHost(flags);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(
      `error[parameter-absent]  Account ${TARGET} has no parameter /preprod/sagemaker_ml_artifacts_s3_bucket, /preprod/sagemaker_role_arn, private-subnets-ids`,
    );
    await accounts.setParameters({
      '/preprod/sagemaker_ml_artifacts_s3_bucket': BUCKETS.target,
      '/preprod/sagemaker_role_arn': `arn:aws:iam::${TARGET}:role/SageMaker`,
      'private-subnets-ids': 'subnet-1,subnet-2',
      'sagemaker-domain-sg': 'sg-1',
    });
    expect((await repository.releaseInHost(flags)).exitCode).toBe(0);
    expect(readFileSync(join(repository.folder, 'config-export.json'), 'utf8')).toContain(`
    "ProjectBucket=target-artifacts",
    "Environment=preprod",
    "SubnetIds=subnet-1,subnet-2",
    "SGIds=sg-1",
`);
  });
});

function keyIn(configuration: string): string {
  return /PipelineDefinitionS3Key=(.*)"/.exec(configuration)![1]!;
}
