import { readFileSync } from 'node:fs';
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
    await repository.release(releaseFlags(GROUP));
    const before = await objectsIn(accounts.target, BUCKETS.target);
    const { exitCode, stderr } = await repository.release(releaseFlags(GROUP));
    expect(exitCode).toBe(0);
    expect(stderr).toContain('nothing was written to the target: all of it is there');
    expect(stderr).toContain('config-export.json is unchanged');
    expect(await objectsIn(accounts.target, BUCKETS.target)).toEqual(before);
    expect(await versionsIn(accounts.target, GROUP)).toHaveLength(1);
  });
});
