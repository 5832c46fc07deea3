import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { S3 } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { type FakeStepFunctions, startStepFunctions } from '../fakes/step-functions.ts';
import { PIPELINES } from '../pipelines/shipped.ts';
import { type MotoServer, startMoto } from '../support/moto-server.ts';
import { writeProject } from '../support/project.ts';
import { PYTHON_ENVIRONMENT_TIME_LIMIT, describeWithPython } from '../support/python-environment.ts';

const COMMAND = 'run-pipeline';
const ROLE = 'arn:aws:iam::123456789012:role/SageMaker';
const BUCKET = 'sagemaker-us-east-1-123456789012';
const STATES = 'arn:aws:states:us-east-1:123456789012';

describeWithPython('a shipped pipeline on Step Functions', () => {
  let moto: MotoServer;
  let fake: FakeStepFunctions;
  let env: Record<string, string>;

  beforeAll(async () => {
    moto = await startMoto();
    fake = await startStepFunctions(moto.endpoint);
    env = { ...moto.env, AWS_ENDPOINT_URL: fake.endpoint };
    const credentials = { accessKeyId: 'testing', secretAccessKey: 'testing' };
    const s3 = new S3({ endpoint: moto.endpoint, region: 'us-east-1', credentials, forcePathStyle: true });
    await s3.createBucket({ Bucket: BUCKET });
    await s3.createBucket({ Bucket: 'bucket' });
    await s3.putObject({ Bucket: 'bucket', Key: 'Processing/evaluation/evaluation.json', Body: '{"roc_auc": 0.93}' });
    s3.destroy();
  }, PYTHON_ENVIRONMENT_TIME_LIMIT);

  afterAll(async () => {
    await fake?.stop();
    await moto?.stop();
  });

  /** A project with a pipeline of this repository, and files for its environments. */
  function shipped(name: string, environments: Readonly<Record<string, string>> = {}) {
    const project = writeProject({});
    mkdirSync(join(project.folder, 'pipelines'));
    cpSync(join(PIPELINES, name), join(project.folder, 'pipelines', name), { recursive: true });
    mkdirSync(join(project.folder, 'config'));
    for (const [file, text] of Object.entries(environments)) writeFileSync(join(project.folder, 'config', file), text);
    return project;
  }

  const args = ['--name', 'training', '--on', 'step-functions', '--poll', '0.01'];
  const data = ['-p', 'InputDataUrl=s3://orders/census.csv'];
  const withRole = () => ({ ...env, SAGEMAKER_PIPELINE_ROLE_ARN: ROLE });

  test('is created, started, told of, and its evaluation is printed', async () => {
    const { run } = shipped('training');
    const { stdout, stderr, exitCode } = await run(COMMAND, [...args, ...data], withRole());
    expect(exitCode).toBe(0);
    const arn = [...fake.executions.keys()].at(-1)!;
    expect(arn).toContain(`${STATES}:execution:training:`);
    expect(
      stderr
        .split('\n')
        .map(withoutTime)
        .filter((line) => !line.startsWith('uploading')),
    ).toEqual([
      'warning[not-cached]  Train runs every time: Step Functions keeps no results',
      '  at Steps[1].CacheConfig',
      'warning[not-cached]  Preprocess runs every time: Step Functions keeps no results',
      '  at Steps[0].CacheConfig',
      `uploaded 4 assets to s3://${BUCKET}`,
      'created the state machine training',
      `training on step-functions: ${arn}`,
      'Preprocess: started',
      'Preprocess: succeeded after 10 s',
      'Train: started',
      'Train: succeeded after 10 s',
      'Evaluate: started',
      'Evaluate: succeeded after 10 s',
      'GoodEnough: started',
      'GoodEnough: succeeded after 0.0 s',
      'Register: started',
      'Register: succeeded after 0.0 s',
      'NotGoodEnough: skipped: GoodEnough is True',
      expect.stringMatching(/^succeeded after \d+ s$/),
      '',
    ]);
    expect(stdout).toMatch(/^training succeeded in \d+ s\n/);
    expect(stdout).toContain('\n  Evaluate Evaluation\n  {\n    "roc_auc": 0.93\n  }\n');
    expect(stdout.trimEnd().endsWith(arn)).toBe(true);
    expect(fake.executions.get(arn)?.definition).toContain(`"RoleArn":"${ROLE}"`);
  });

  test('answers with data for programs, and with the name of the run when nobody waits', async () => {
    const { runInHost } = shipped('training');
    const waited = await runInHost(COMMAND, [...args, ...data, '--json'], withRole());
    expect(JSON.parse(waited.stdout)).toMatchObject({
      command: COMMAND,
      run: expect.stringContaining(STATES),
      state: 'succeeded',
    });
    const left = await runInHost(COMMAND, [...args, ...data, '--no-wait'], withRole());
    expect([left.exitCode, left.stdout]).toEqual([0, `${[...fake.executions.keys()].at(-1)}\n`]);
  });

  test('is watched and stopped later, by the name of its run', async () => {
    fake.plans['Preprocess'] = { looks: 3 };
    const project = shipped('training');
    const start = async () =>
      (await project.runInHost(COMMAND, [...args, ...data, '--no-wait'], withRole())).stdout.trim();
    const suite = (...words: string[]) => project.runInHost('sagemaker-pipelines', ['executions', ...words], env);
    const watched = await suite('watch', await start(), '--poll', '0.01');
    delete fake.plans['Preprocess'];
    expect(watched.exitCode).toBe(0);
    expect(watched.stderr.split('\n').map(withoutTime).slice(1, 5)).toEqual([
      'Preprocess: started',
      'Preprocess: succeeded after 30 s',
      'Train: started',
      'Train: succeeded after 10 s',
    ]);
    expect(watched.stdout).toContain('NotGoodEnough  skipped');
    const arn = await start();
    const stopped = await suite('stop', arn);
    expect(stopped).toMatchObject({ exitCode: 0, stdout: `${arn}\n`, stderr: `stopped: ${arn}\n` });
    expect(fake.executions.get(arn)?.status).toBe('ABORTED');
    expect((await suite('watch', arn, '--poll', '0.01')).exitCode).toBe(130);
  });

  test('is listed and shown by the ARNs of its machine and of its runs, and says what there is in place of a retry', async () => {
    fake.plans['Preprocess'] = { looks: 2 };
    const project = shipped('training');
    const named = [...args, ...data, '--pipeline-name', 'shown', '--no-wait'];
    const start = async () => (await project.runInHost(COMMAND, named, withRole())).stdout.trim();
    const suite = (...words: string[]) => project.runInHost('sagemaker-pipelines', ['executions', ...words], env);
    const machine = `${STATES}:stateMachine:shown`;
    const arns = [await start(), await start(), await start()];
    const listed = await suite('list', machine, '--json');
    expect(JSON.parse(listed.stdout)).toMatchObject({
      pipeline: machine,
      executions: arns.toReversed().map((arn) => ({ arn, state: 'running' })),
    });
    expect((await suite('list', arns[0]!, '--limit', '1')).stdout).toContain(arns[2]);
    const running = await suite('show', machine, '--json');
    expect(JSON.parse(running.stdout)).toMatchObject({
      execution: {
        arn: arns[2],
        pipeline: 'shown',
        state: 'running',
        parameters: { InputDataUrl: expect.stringContaining('s3://') },
        steps: [{ step: 'Preprocess', state: 'running', attempt: 1 }],
      },
    });
    delete fake.plans['Preprocess'];
    fake.plans['Train'] = { ends: 'Failed', failureReason: 'AlgorithmError: no rows' };
    expect((await suite('watch', arns[2]!, '--poll', '0.01')).exitCode).toBe(1);
    delete fake.plans['Train'];
    const failed = await suite('show', arns[2]!);
    expect(failed).toMatchObject({ exitCode: 0, stderr: '' });
    expect(failed.stdout).toContain('state     failed\n');
    expect(failed.stdout).toMatch(/ {2}Train +failed +\S+ s +AlgorithmError: no rows {2}\S+\n/);
    const retried = await suite('retry', arns[2]!);
    expect(retried).toMatchObject({ exitCode: 2, stdout: '' });
    expect(retried.stderr).toContain(`fix: aws stepfunctions redrive-execution --execution-arn ${arns[2]}, or run all`);
    const stopped = await suite('stop', machine);
    expect(stopped).toMatchObject({ exitCode: 0, stdout: `${arns[2]}\n` });
    const none = await suite('show', machine.replace('shown', 'nothing-here'));
    expect(none.exitCode).toBe(2);
    expect(none.stderr).toContain('error[no-execution]');
  });

  test('ends with exit code 1 and the failure last when its model is not good enough', async () => {
    fake.plans['GoodEnough'] = { outcome: 'False' };
    fake.plans['NotGoodEnough'] = { failureReason: 'The ROC AUC is 0.6, and 0.75 is wanted' };
    const { exitCode, stderr } = await shipped('training').run(COMMAND, [...args, ...data], withRole());
    delete fake.plans['GoodEnough'];
    expect(exitCode).toBe(1);
    expect(stderr.slice(stderr.indexOf('error['))).toBe(
      'error[step-failed]  NotGoodEnough failed: The ROC AUC is 0.6, and 0.75 is wanted\n',
    );
  });

  test('goes to the stack of an environment, with the settings of its file', async () => {
    const { runInHost } = shipped('training', {
      'deploy-us-east-1-dev.ini': `PipelineName=Census\nTargetEnv=dev\nInputDataURL=s3://orders/$(touch hacked).csv\nModelS3=s3://models/one\nOutputPathURL=\n`,
      'deploy-us-east-1-prod.ini': 'PipelineName=Census\nTargetEnv=prod\n',
    });
    const plan = await runInHost(COMMAND, [...args, '-e', 'dev', '--dry-run'], env);
    expect(plan.exitCode).toBe(0);
    expect(plan.stdout.replaceAll(/ +would be created/g, '  would be created')).toContain(`account
  stack             Census-training-dev  would be created
  state machine     Census-training-dev
  its role          the stack makes it
  role of the jobs  the stack makes it
  bucket            ${BUCKET}
`);
    expect(plan.stdout).toMatch(/^ {2}role +made by the stack +--environment dev$/m);
    expect(plan.stdout).toMatch(/InputDataUrl +s3:\/\/orders\/\$\(touch hacked\)\.csv +environment\n/);

    const first = await runInHost(COMMAND, [...args, '-e', 'dev', '--no-wait'], env);
    expect(first.exitCode).toBe(0);
    expect(first.stderr).toContain(
      'warning[unused-setting]  The file of the environment says what this pipeline does not ask for: ModelS3',
    );
    expect(first.stderr).toContain('created the stack Census-training-dev\n');
    const execution = [...fake.executions.values()].at(-1)!;
    expect(execution.machine).toBe(`${STATES}:stateMachine:Census-training-dev`);
    expect(JSON.parse(execution.input)).toEqual({ InputDataUrl: 's3://orders/$(touch hacked).csv' });
    const again = await runInHost(COMMAND, [...args, '-e', 'dev', '--diff'], env);
    expect([again.exitCode, again.stdout]).toEqual([0, 'Census-training-dev is as deployed\n']);
  });

  test.each<[string, string[], string]>([
    [
      'an environment that there is no file for',
      ['-e', 'prdo'],
      `error[missing-config]  There is no file for the environment prdo in us-east-1
  config/deploy-us-east-1-prdo.ini was looked for; there are: deploy-us-east-1-prod.ini
  fix: did you mean "prod"?
`,
    ],
    [
      'a flag that only pipelines of SageMaker have',
      ['--from', 'Train'],
      `error[bad-value]  --from means nothing to a run on Step Functions
  fix: leave --from out, or run with --on sagemaker or --local
`,
    ],
    [
      'a role for a machine that its stack makes one for',
      ['-e', 'prod', '--workflow-role-arn', ROLE],
      `error[bad-value]  --workflow-role-arn and --environment contradict each other
  the stack of an environment makes its machine's role
  fix: give one of them
`,
    ],
    [
      'no role',
      [],
      `error[missing-role]  No role was given for the jobs
  a machine starts jobs, and both run as a role
  fix: --role-arn ARN, SAGEMAKER_PIPELINE_ROLE_ARN, or "roleArn" in pipelines.config.json; with --environment NAME one is made
`,
    ],
  ])('refuses %s', async (_, flags, expected) => {
    const { runInHost } = shipped('training', { 'deploy-us-east-1-prod.ini': 'TargetEnv=prod\n' });
    const { exitCode, stderr } = await runInHost(COMMAND, [...args, ...data, ...flags], env);
    expect([exitCode, stderr]).toEqual([2, expected]);
  });
});

function withoutTime(line: string): string {
  return line.replace(/^\d\d:\d\d:\d\d /, '');
}
