import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  BUCKETS,
  REGION,
  type Repository,
  register,
  releaseFlags,
  twoAccounts,
  versionsIn,
  writeRepository,
} from '../promote/two-accounts.ts';
import { describeWithPython } from '../support/python-environment.ts';
import { OWN_PYTHON, copyOfPipelines, readCsv, runHere } from './shipped.ts';

/** What the registry of this machine says of the serial model's version. */
interface LocalPackage {
  readonly model: {
    readonly InferenceSpecification: {
      readonly Containers: readonly { Image: string; ModelDataUrl: string; Environment: Record<string, string> }[];
    };
    readonly ModelMetrics: object;
  };
}

const GROUP = 'serial-inference-sklearn';
const LOCAL = 's3://sagemaker-local/';

/** The names of all objects that a value speaks of. */
function objectsOf(value: unknown, bucket: string): string[] {
  const found = JSON.stringify(value).matchAll(new RegExp(`s3://${bucket}/([^"]+)`, 'g'));
  return [...new Set([...found].map(([, key]) => key!))];
}

describeWithPython('the serial model in another account', () => {
  const accounts = twoAccounts();
  let repository: Repository;
  beforeEach(async () => {
    await accounts.reset();
    repository = writeRepository(accounts.moto);
  });
  afterEach(() => repository.remove());

  test('predicts what it predicted where it was trained', { timeout: 600_000 }, async () => {
    const project = copyOfPipelines();
    const region = ['--region', REGION];
    const run = await runHere(project, 'serial_inference', '-p', 'ModelApprovalStatus=Approved', ...region);
    expect(run.exitCode).toBe(0);
    const { stdout } = await project.run('sagemaker-pipelines', ['models', 'show', GROUP, '--json']);
    const { InferenceSpecification: serving, ModelMetrics } = (JSON.parse(stdout) as LocalPackage).model;

    // The store of this machine is laid out as a bucket is: its objects become those of the account that trained.
    const trained = { InferenceSpecification: serving, ModelMetrics };
    for (const Key of objectsOf(trained, 'sagemaker-local')) {
      await accounts.source.s3.putObject({ Bucket: BUCKETS.source, Key, Body: readFileSync(join(run.store, Key)) });
    }
    const there = JSON.parse(JSON.stringify(trained).replaceAll(LOCAL, `s3://${BUCKETS.source}/`)) as typeof trained;
    await register(accounts.source, GROUP, {
      ModelMetrics: there.ModelMetrics,
      InferenceSpecification: {
        Containers: [...there.InferenceSpecification.Containers],
        SupportedContentTypes: ['text/csv'],
        SupportedResponseMIMETypes: ['text/csv'],
      },
    });
    const release = await repository.release([...releaseFlags(GROUP), '--no-definition']);
    expect({ exitCode: release.exitCode, stderr: release.exitCode === 0 ? '' : release.stderr }).toEqual({
      exitCode: 0,
      stderr: '',
    });

    // What the target account has is all that the copy is served from.
    const [promoted] = await versionsIn(accounts.target, GROUP);
    const found = await accounts.target.sagemaker.describeModelPackage({ ModelPackageName: promoted! });
    const containers = found.InferenceSpecification!.Containers!;
    expect(JSON.stringify(found)).not.toContain(BUCKETS.source);
    const elsewhere = writeElsewhere();
    for (const Key of objectsOf(found, BUCKETS.target)) {
      const { Body } = await accounts.target.s3.getObject({ Bucket: BUCKETS.target, Key });
      elsewhere.write(join('target', Key), await Body!.transformToByteArray());
    }
    const test = join(run.store, 'serial-inference', run.run, 'test', 'test.csv');
    elsewhere.write('raw/test.csv', readFileSync(test));
    elsewhere.write('definition.json', JSON.stringify(transformWith(containers)));
    const places = [`s3://${BUCKETS.target}=target`, 's3://raw=raw', 's3://out=out'].flatMap((place) => [
      '--map',
      place,
    ]);
    const words = ['run', 'definition.json', '--local', '--json', ...region, ...places];
    const copy = await elsewhere.run('sagemaker-pipelines', words, OWN_PYTHON);
    expect({ exitCode: copy.exitCode, stderr: copy.exitCode === 0 ? '' : copy.stderr }).toEqual({
      exitCode: 0,
      stderr: '',
    });

    const known = readCsv(join(run.store, 'serial-inference', run.run, 'batch-transform', 'test.csv.out'));
    expect(known.length).toBe(330);
    expect(readCsv(join(elsewhere.folder, 'out', 'test.csv.out'))).toEqual(known.map((row) => row.slice(-1)));
  });
});

/** A document of its own, as the target account would have it: the model, and a batch through it. */
function transformWith(containers: readonly object[]): object {
  const model = {
    Name: 'Model',
    Type: 'Model',
    Arguments: { ExecutionRoleArn: 'arn:aws:iam::444455556666:role/SageMakerExecution', Containers: containers },
  };
  const input = { ContentType: 'text/csv', SplitType: 'Line' };
  const transform = {
    Name: 'Predict',
    Type: 'Transform',
    Arguments: {
      ModelName: { Get: 'Steps.Model.ModelName' },
      TransformInput: {
        ...input,
        DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://raw/test.csv' } },
      },
      TransformOutput: { S3OutputPath: 's3://out', Accept: 'text/csv', AssembleWith: 'Line' },
      TransformResources: { InstanceCount: 1, InstanceType: 'ml.m5.large' },
      DataProcessing: { InputFilter: '$[0:8]' },
    },
  };
  return { Version: '2020-12-01', Metadata: {}, Parameters: [], Steps: [model, transform] };
}

/** A folder that knows nothing of where the model was trained. */
function writeElsewhere() {
  const project = copyOfPipelines();
  const write = (path: string, content: string | Uint8Array) => {
    mkdirSync(dirname(join(project.folder, path)), { recursive: true });
    writeFileSync(join(project.folder, path), content);
  };
  return { ...project, write };
}
