import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';

import { type FakeSageMaker, startSageMaker } from '../fakes/sagemaker.ts';
import { type Project, writeProject } from '../support/project.ts';

const ROLE = 'arn:aws:iam::123456789012:role/SageMaker';
const PIPELINE = `import { definePipeline, parameter, step } from 'sagemaker-pipelines';

const Rows = parameter.integer({ default: 5 });
const Password = parameter.string({ default: 'none' });
const ask = step.custom('Ask', 'Callback', { Rows, Password }, { siblings: { SqsQueueUrl: 'https://sqs.us-east-1.amazonaws.com/1/a' } });
const RoleArn = '${ROLE}';
const AlgorithmSpecification = { TrainingImage: '111122223333.dkr.ecr.us-east-1.amazonaws.com/train:1', TrainingInputMode: 'File' };
const ResourceConfig = { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 30 };
const StoppingCondition = { MaxRuntimeInSeconds: 3600 };
const OutputDataConfig = { S3OutputPath: 's3://bucket/out' };
const train = step.custom('Train', 'Training', { RoleArn, OutputDataConfig, AlgorithmSpecification, ResourceConfig, StoppingCondition }, { dependsOn: [ask] });

export default definePipeline({ name: 'nightly-asking', parameters: { Rows, Password }, steps: [ask, train] });
`;
const START = ['--no-wait', '--role-arn', ROLE, '--poll', '0.01'];

let fake: FakeSageMaker;
let project: Project;

beforeEach(async () => {
  fake = await startSageMaker();
  onTestFinished(() => fake.stop());
  project = writeProject({ 'pipelines/asking/pipeline.ts': PIPELINE });
});

const suite = (...args: string[]) => project.runInHost('sagemaker-pipelines', args, fake.env);
const run = (...args: string[]) => project.runInHost('run-pipeline', [...START, ...args], fake.env);

async function started(...args: string[]): Promise<string> {
  const { stdout } = await run(...args);
  return stdout.trim();
}

/** The execution's Callback step waits: looks at it until it does. */
async function waiting(arn: string): Promise<string> {
  await suite('executions', 'show', arn);
  const { stdout } = await suite('executions', 'show', arn, '--json');
  const { execution } = JSON.parse(stdout) as { execution: { steps: { facts: { callbackToken: string } }[] } };
  return execution.steps[0]!.facts.callbackToken;
}

test('run-pipeline --no-wait answers with the execution alone', async () => {
  const { exitCode, stdout } = await project.run('run-pipeline', START, fake.env);
  expect(exitCode).toBe(0);
  expect(stdout).toBe(`${[...fake.executions.keys()][0]!}\n`);
});

describe('executions', () => {
  test('are listed by the name of the project, of AWS or of the only pipeline, the newest first', async () => {
    const arns = [await started('--display-name', 'one'), await started(), await started()];
    const { stdout } = await suite('executions', 'list', 'asking');
    expect(stdout.split('\n').map((line) => line.split(/ {2,}/)[2])).toEqual([...arns.toReversed(), undefined]);
    expect(stdout).toContain(' Z  running  '.replace(' Z', 'Z'));
    expect((await suite('executions', 'list')).stdout).toBe(stdout);
    const { stdout: json } = await suite('executions', 'list', 'nightly-asking', '--limit', '1', '--json');
    expect(JSON.parse(json)).toMatchObject({
      pipeline: 'nightly-asking',
      region: 'us-east-1',
      executions: [{ arn: arns[2], state: 'running', displayName: null }],
    });
  });

  test('are shown with their parameters, secrets masked, and their steps', async () => {
    const arn = await started('-p', 'Rows=7', '-p', 'Password=hunter2');
    const token = await waiting(arn);
    const { stdout } = await suite('executions', 'show', 'asking');
    expect(stdout).toContain(`pipeline  nightly-asking\nstate     running\n`);
    expect(stdout).toContain('parameters\n  Rows      7\n  Password  ****\n');
    expect(stdout).toMatch(new RegExp(`steps\\n  Ask  running  .* callbackToken=${token}\\n`));
  });

  test('are watched by whoever comes later, and callbacks answered', async () => {
    const arn = await started();
    const token = await waiting(arn);
    const answered = await suite('callbacks', 'succeed', token, '--output', 'By=me');
    expect(answered).toMatchObject({ exitCode: 0, stdout: `${arn}\n` });
    const watch = ['executions', 'watch', arn, '--poll', '0.01', '-v'];
    const { exitCode, stdout, stderr } = await project.run('sagemaker-pipelines', watch, fake.env);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^nightly-asking succeeded in /);
    expect(stderr).toContain('  By: me\n');
    expect(stderr).toContain(' Train: succeeded ');
  });

  test('fail by a callback, and are run again from there', async () => {
    const arn = await started();
    await suite('callbacks', 'fail', await waiting(arn), '--reason', 'the figures are wrong');
    const watch = ['executions', 'watch', arn, '--poll', '0.01'];
    const failed = await project.run('sagemaker-pipelines', watch, fake.env);
    expect(failed.exitCode).toBe(1);
    expect(failed.stderr).toContain(`error[step-failed]  Ask failed: the figures are wrong
  fix: sagemaker-pipelines executions retry ${arn}
`);
    const again = await suite('executions', 'retry', arn, '--no-wait');
    expect(again).toMatchObject({ exitCode: 0, stdout: `${arn}\n` });
    expect(fake.executions.get(arn)!.status).toBe('Executing');
  });

  test('are stopped, twice without harm', async () => {
    const arn = await started();
    await waiting(arn);
    expect(await suite('executions', 'stop', 'asking')).toMatchObject({ exitCode: 0, stdout: `${arn}\n` });
    expect(await suite('executions', 'stop', arn, '--json')).toMatchObject({ exitCode: 0 });
    const watched = await suite('executions', 'watch', arn, '--poll', '0.01');
    expect(watched.exitCode).toBe(130);
    expect(watched.stderr).toContain(`error[stopped]  The run was stopped: ${arn}`);
  });

  test.each([
    [['executions', 'list', 'none'], 4, "pipeline/none' does not exist."],
    [['executions', 'show', 'arn:aws:s3:::bucket'], 2, '"arn:aws:s3:::bucket" is no ARN of an execution'],
    [['executions', 'show', 'asking'], 4, 'Cannot list the executions of nightly-asking'],
    [['executions', 'list', '--limit', 'all'], 2, '--limit must be a whole number from 1'],
    [['callbacks', 'succeed', 'none'], 4, 'Cannot answer the callback none: it is not there'],
    [['callbacks', 'succeed', 'some', '--output', 'By'], 2, '"By" gives no output a value\n  fix: --output By=VALUE'],
    [['executions', 'shwo'], 2, 'did you mean "show"?'],
  ])('%j is refused', async (args, code, words) => {
    const { exitCode, stderr } = await suite(...args);
    expect(stderr).toContain(words);
    expect(exitCode).toBe(code);
  });
});

describe('run-pipeline', () => {
  test('--dry-run says what the account has, and writes nothing', async () => {
    await started();
    const before = fake.operations().length;
    const { exitCode, stdout, stderr } = await run('--dry-run', '--description', 'Asks');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(
      /\naccount\n {2}pipeline {2}nightly-asking +would be updated: description\n {2}role {6}arn:aws:iam::123456789012:role\/SageMaker\n$/,
    );
    expect(fake.operations().slice(before)).toEqual(['DescribePipeline', 'ListTags']);
  });

  test('--dry-run says all that it knows when AWS refuses', async () => {
    fake.expire();
    const { exitCode, stdout, stderr } = await run('--dry-run');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('account\n  not known: AWS refused to say (see above)\n');
    expect(stderr).toContain('warning[aws-credentials-expired]  Cannot look at the pipeline nightly-asking');
  });

  test('--diff says what would change, by step and path, and starts nothing', async () => {
    await started();
    const before = fake.operations().length;
    const changed = writeProject({
      'pipelines/asking/pipeline.ts': PIPELINE.replace('bucket/out', 'bucket/other').replace(
        'default: 5',
        'default: 6',
      ),
    });
    const args = ['--diff', '--role-arn', `${ROLE}2`, '--tags', '{"team": "one"}'];
    const { exitCode, stdout } = await changed.runInHost('run-pipeline', args, fake.env);
    expect(exitCode).toBe(0);
    expect(stdout).toBe(`  pipeline
  ~ Parameters.Rows.DefaultValue: 5 → 6
~ step Train
  ~ Arguments.OutputDataConfig.S3OutputPath: "s3://bucket/out" → "s3://bucket/other"
  settings
  ~ role: ${ROLE} → ${ROLE}2
  ~ tags: team=one
`);
    expect(fake.operations().slice(before)).toEqual(['DescribePipeline', 'ListTags']);
    expect((await run('--diff')).stdout).toBe('nightly-asking is as deployed\n');
  });

  test('--events answers with what happens, a line each, the result last, also of what goes wrong', async () => {
    const { stdout, stderr } = await run('--events', '--progress', 'errors', '-p', 'Password=hunter2!');
    expect(stderr).toBe('');
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string });
    expect(lines.map(({ type }) => type)).toEqual(['diagnostic', 'progress', 'run-started', 'result']);
    expect(lines[0]).toMatchObject({ diagnostic: { code: 'secret-parameter', severity: 'warning' } });
    expect(lines.at(-1)).toMatchObject({ version: 1, command: 'run-pipeline', state: 'running' });
    expect(stdout).not.toContain('hunter2!');
    const wrong = await run('--events', '-p', 'Rows=many');
    expect(wrong.exitCode).toBe(2);
    expect(JSON.parse(wrong.stdout)).toMatchObject({ type: 'result', error: { code: 'bad-parameters' } });
  });

  test('--quiet says nothing but failures', async () => {
    const { stderr } = await run('--quiet');
    expect(stderr).toBe('');
  });

  test('takes the role of the deployed pipeline when none is given', async () => {
    await started();
    const { exitCode } = await project.runInHost('run-pipeline', ['--no-wait'], fake.env);
    expect(exitCode).toBe(0);
    expect(fake.operations()).not.toContain('UpdatePipeline');
  });

  test.each([
    [['--request-token', 'short'], '--request-token must have 32 to 128'],
    [['--pipeline-name', 'a_b'], '"a_b" is no name for a pipeline in AWS'],
    [['--source-execution', 'arn:x'], '--source-execution needs to know which steps are to run'],
    [['--timeout', 'soon'], '--timeout must be a number of seconds, it is "soon"'],
    [['--max-parallel', '0'], '--max-parallel must be a whole number from 1'],
    [['--from', 'Trian'], 'did you mean "Train"?'],
  ])('%j is refused before AWS is asked', async (args, words) => {
    const { exitCode, stderr } = await run(...args);
    expect(stderr).toContain(words);
    expect(exitCode).toBe(2);
    expect(fake.calls).toEqual([]);
  });
});
