import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BucketLocationConstraint, S3 } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';

import { errorAnswer, startFaultProxy } from '../fakes/fault-proxy.ts';
import { type FakeSageMaker, startSageMaker } from '../fakes/sagemaker.ts';
import { type MotoServer, startMoto } from '../support/moto-server.ts';
import { writeProject } from '../support/project.ts';
import { PYTHON_ENVIRONMENT_TIME_LIMIT, describeWithPython } from '../support/python-environment.ts';

const COMMAND = 'run-pipeline';
const ROLE = 'arn:aws:iam::123456789012:role/SageMaker';
const BUCKET = 'sagemaker-us-east-1-123456789012';
const ELSEWHERE = 'in-another-region';

describeWithPython('a pipeline on moto, with the executions of the fake', () => {
  let moto: MotoServer;
  let fake: FakeSageMaker;

  beforeAll(async () => {
    moto = await startMoto();
    fake = await startSageMaker(moto.endpoint);
    await createBucket(BUCKET);
    await createBucket(ELSEWHERE, 'eu-west-1');
  }, PYTHON_ENVIRONMENT_TIME_LIMIT);

  afterAll(async () => {
    await fake.stop();
    await moto.stop();
  });

  async function createBucket(bucket: string, region?: BucketLocationConstraint): Promise<void> {
    const credentials = { accessKeyId: 'testing', secretAccessKey: 'testing' };
    const s3 = new S3({ endpoint: moto.endpoint, region: region ?? 'us-east-1', credentials, forcePathStyle: true });
    const place = region === undefined ? {} : { CreateBucketConfiguration: { LocationConstraint: region } };
    await s3.createBucket({ Bucket: bucket, ...place });
    s3.destroy();
  }

  function shipped(): ReturnType<typeof writeProject> {
    const project = writeProject({});
    const from = fileURLToPath(new URL('../../pipelines/batch_inference', import.meta.url));
    mkdirSync(join(project.folder, 'pipelines'));
    cpSync(from, join(project.folder, 'pipelines/batch_inference'), { recursive: true });
    return project;
  }

  const args = ['--name', 'batch_inference', '-p', 'ModelName=abalone', '--poll', '0.01'];
  const inCodeBuild = () => ({ ...fake.env, SAGEMAKER_PIPELINE_ROLE_ARN: ROLE });

  test('is created, started and watched to its end; a second run finds all of it there', async () => {
    const { run, runInHost } = shipped();
    const first = await run(COMMAND, args, inCodeBuild());
    const arn = [...fake.executions.keys()].at(-1)!;
    expect(first.stderr.split('\n').map(withoutNames).map(withoutTime)).toEqual([
      `uploading s3://${BUCKET}/assets/<hash>/preprocess.py`,
      `uploaded 1 asset to s3://${BUCKET}`,
      'created the pipeline batch-inference (version 1)',
      `batch-inference on sagemaker: ${withoutNames(arn)}`,
      'PreprocessData: started',
      'PreprocessData: succeeded after 20 s',
      'Predict: started',
      'Predict: succeeded after 20 s',
      'succeeded after 50 s',
      '',
    ]);
    expect(withoutNames(first.stdout)).toBe(`batch-inference succeeded in 50 s

  PreprocessData  succeeded  20 s
  Predict         succeeded  20 s

  PreprocessData train  s3://bucket/pipelines-<id>-PreprocessData-<id>/train
  Predict predictions   s3://bucket/pipelines-<id>-Predict-<id>/predictions

${withoutNames(arn)}
`);
    expect(first.exitCode).toBe(0);

    const second = await runInHost(COMMAND, [...args, '--json'], inCodeBuild());
    expect(second.exitCode).toBe(0);
    expect(withoutTime(second.stderr.split('\n')[0]!)).toBe('the pipeline batch-inference is up to date');
    expect(JSON.parse(second.stdout)).toMatchObject({
      version: 1,
      command: COMMAND,
      run: [...fake.executions.keys()].at(-1),
      state: 'succeeded',
      steps: [
        { step: 'PreprocessData', state: 'succeeded', seconds: 20 },
        { step: 'Predict', state: 'succeeded', seconds: 20 },
      ],
    });
  });

  test('is given to AWS bound to its account, with the parameters that were given and no others', async () => {
    await shipped().runInHost(COMMAND, [...args, '-p', 'InferenceInstanceCount=2', '--no-wait'], inCodeBuild());
    const execution = [...fake.executions.values()].at(-1)!;
    expect(execution.definition).toContain(`s3://${BUCKET}/assets/`);
    expect(execution.definition).not.toMatch(/ArtifactBucket|ExecutionRoleArn/);
    expect(execution.input['PipelineParameters']).toEqual([
      { Name: 'InferenceInstanceCount', Value: '2' },
      { Name: 'ModelName', Value: 'abalone' },
    ]);
  });

  test('is not started without its bucket, and says which is missing', async () => {
    const before = fake.executions.size;
    const wrong = [...args, '--bucket', 'none-of-ours-123'];
    const { exitCode, stderr } = await shipped().runInHost(COMMAND, wrong, inCodeBuild());
    expect(exitCode).toBe(4);
    expect(stderr).toContain(
      'error[aws-bucket-absent]  Cannot use the bucket none-of-ours-123: there is no such bucket',
    );
    expect(fake.executions.size).toBe(before);
    const { stdout } = await shipped().runInHost(COMMAND, [...args, '--dry-run'], inCodeBuild());
    expect(withoutNames(stdout)).toContain(`  asset     s3://${BUCKET}/assets/<hash>/preprocess.py  is there\n`);
  });

  test('that is too long for a request goes through the bucket, under a key of its content', async () => {
    const text =
      "import { definePipeline, step } from 'sagemaker-pipelines';\n" +
      "const steps = Array.from({ length: 40 }, (_, index) => step.fail('Step' + index, { ErrorMessage: 'x'.repeat(3000) }));\n" +
      "export default definePipeline({ name: 'long', steps });\n";
    const project = writeProject({ 'pipelines/long/pipeline.ts': text });
    const { exitCode, stdout } = await project.runInHost(COMMAND, ['--no-wait'], inCodeBuild());
    expect({ exitCode, arn: [...fake.executions.keys()].at(-1) }).toEqual({ exitCode: 0, arn: stdout.trim() });
    expect([...fake.executions.values()].at(-1)!.steps).toHaveLength(40);
    const created = fake.calls.findLast(({ operation }) => operation === 'SageMaker.CreatePipeline')!;
    expect(withoutNames(JSON.stringify(created.input['PipelineDefinitionS3Location']))).toBe(
      `{"Bucket":"${BUCKET}","ObjectKey":"sagemaker-pipelines/definitions/<hash>.json"}`,
    );
    const { stderr } = await project.runInHost(COMMAND, ['--no-wait'], inCodeBuild());
    expect(withoutTime(stderr)).toMatch(/^the pipeline long is up to date\n/);
  });

  /** A pipeline whose definition is too long for a request, with a script that is uploaded. */
  function longProject() {
    const text = `import { asset, definePipeline, sklearn, step } from 'sagemaker-pipelines';
const instance = { type: 'ml.m5.large' };
const code = asset(import.meta, 'prepare.py');
const prepare = step.processing('Prepare', sklearn.processor({ version: '1.2-1', code, instance, outputs: ['train'] }));
const steps = Array.from({ length: 40 }, (_, index) => step.fail('Step' + index, { ErrorMessage: 'x'.repeat(3000) }));
export default definePipeline({ name: 'encrypted', steps: [prepare, ...steps] });
`;
    return writeProject({ 'pipelines/long/pipeline.ts': text, 'pipelines/long/prepare.py': 'print(1)\n' });
  }

  test('asks the bucket by its owner each time, and encrypts whatever it writes with the key that is given', async () => {
    const proxy = await startFaultProxy(fake.endpoint);
    onTestFinished(() => proxy.stop());
    const key = 'arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555';
    const flags = ['--no-wait', '--kms-key', key, '--expected-owner', '123456789012'];
    const env = { ...inCodeBuild(), AWS_ENDPOINT_URL: proxy.endpoint };
    const { exitCode, stderr } = await longProject().runInHost(COMMAND, flags, env);
    expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, stderr: '' });
    const onBucket = proxy.requests.filter(({ path }) => path.startsWith(`/${BUCKET}`));
    expect(onBucket.map(({ headers }) => headers['x-amz-expected-bucket-owner'])).toEqual(
      onBucket.map(() => '123456789012'),
    );
    const written = onBucket.filter(({ method }) => method === 'PUT' || method === 'POST');
    expect(written.map(({ path }) => withoutNames(path)).toSorted()).toEqual([
      `/${BUCKET}/assets/<hash>/prepare.py`,
      `/${BUCKET}/sagemaker-pipelines/definitions/<hash>.json`,
    ]);
    expect(written.map(({ headers }) => headers['x-amz-server-side-encryption-aws-kms-key-id'])).toEqual([key, key]);
  });

  test('is not begun in a bucket of another account, or of another region', async () => {
    const before = fake.calls.length;
    const proxy = await startFaultProxy(fake.endpoint);
    onTestFinished(() => proxy.stop());
    // The peer looks at no owner: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
    proxy.add({
      when: ({ headers }) => headers['x-amz-expected-bucket-owner'] === '999999999999',
      fault: errorAnswer(403, 'AccessDenied', 'Access Denied'),
      times: Number.POSITIVE_INFINITY,
    });
    const env = { ...inCodeBuild(), AWS_ENDPOINT_URL: proxy.endpoint };
    const foreign = await longProject().runInHost(COMMAND, ['--no-wait', '--expected-owner', '999999999999'], env);
    expect(foreign.exitCode).toBe(4);
    expect(foreign.stderr).toContain(`error[aws-bucket-owner]  Cannot use the bucket ${BUCKET}`);
    const text =
      'const steps = Array.from({ length: 40 }, (_, index) => step.fail(`Step${index}`, { ErrorMessage: "x".repeat(3000) }));';
    const alone = writeProject({
      'pipelines/long/pipeline.ts': `import { definePipeline, step } from 'sagemaker-pipelines';\n${text}\nexport default definePipeline({ name: 'elsewhere', steps });\n`,
    });
    for (const project of [longProject(), alone]) {
      const { exitCode, stderr } = await project.runInHost(
        COMMAND,
        ['--no-wait', '--bucket', ELSEWHERE],
        inCodeBuild(),
      );
      expect(exitCode).toBe(2);
      expect(stderr).toContain(`error[bucket-elsewhere]  The bucket ${ELSEWHERE} is in eu-west-1
  the pipeline is for us-east-1, and SageMaker reads nothing from another region
  fix: name a bucket in us-east-1: --bucket, or take the pipeline to eu-west-1: --region
`);
    }
    const made = fake.calls.slice(before).map(({ operation }) => operation);
    expect(made.filter((operation) => /Create|Start|Update/.test(operation))).toEqual([]);
  });

  test('is not begun with tags that AWS would refuse', async () => {
    const before = fake.calls.length;
    const { exitCode, stderr } = await shipped().runInHost(
      COMMAND,
      [...args, '--tags', '{"aws:team": "x"}'],
      inCodeBuild(),
    );
    expect(exitCode).toBe(2);
    expect(stderr).toContain(
      "error[bad-tags]  AWS would refuse these tags\n  aws:team: what begins with aws: is AWS's own",
    );
    expect(fake.calls.length).toBe(before);
  });

  test('ends with exit code 1 and the failure last when a step fails', async () => {
    fake.plans['Predict'] = {
      ends: 'Failed',
      failureReason: 'ClientError: the model could not be loaded',
      log: ['loading model', 'Traceback (most recent call last):', 'ValueError: bad pickle'],
    };
    const { exitCode, stderr } = await shipped().run(COMMAND, args, inCodeBuild());
    delete fake.plans['Predict'];
    expect(exitCode).toBe(1);
    expect(withoutNames(stderr.slice(stderr.indexOf('error['))))
      .toBe(`error[step-failed]  Predict failed: ClientError: the model could not be loaded
  │ loading model
  │ Traceback (most recent call last):
  │ ValueError: bad pickle
  transform job: https://us-east-1.console.aws.amazon.com/sagemaker/home?region=us-east-1#/transform-jobs/pipelines-<id>-Predict-<id>
  log: https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#logsV2:log-groups/log-group/$252Faws$252Fsagemaker$252FTransformJobs$3FlogStreamNameFilter$3Dpipelines-<id>-Predict-<id>$252F
  fix: run-pipeline --name batch_inference -p ModelName=abalone --poll 0.01 --from Predict --source-execution arn:aws:sagemaker:us-east-1:123456789012:pipeline/batch-inference/execution/<id>
`);
  });
});

/** Hashes and ids are new every time. */
function withoutNames(text: string): string {
  return text.replace(/\b[0-9a-f]{64}\b/g, '<hash>').replace(/\b(?!123456789012\b)[0-9a-f]{10,12}\b/g, '<id>');
}

function withoutTime(line: string): string {
  return line.replace(/^\d\d:\d\d:\d\d /, '');
}
