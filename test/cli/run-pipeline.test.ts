import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { writeProject } from '../support/project.ts';

const COMMAND = 'run-pipeline';

const PIPELINE = `import { definePipeline, parameter, step, when } from 'sagemaker-pipelines';

const Input = parameter.string();
const Count = parameter.integer({ default: 1 });
const Level = parameter.string({ enum: ['low', 'high'], default: 'low' });

const stop = step.fail('Stop', { ErrorMessage: Level });
const late = step.fail('Late', { ErrorMessage: Input }, { dependsOn: ['Many'] });
const many = step.condition('Many', { Conditions: [when(Count, '>', 1)], IfSteps: [stop] });

export default definePipeline({
  name: 'choices',
  description: 'Chooses',
  tags: { team: 'one', cost: '7' },
  parameters: { Input, Count, Level },
  steps: [late, many],
});
`;

const FILES = { 'pipelines/choices/pipeline.ts': PIPELINE };
const ROLE = 'arn:aws:iam::111122223333:role/SageMaker';

describe('--dry-run', () => {
  test('says what would run, in the order in which it can, and with what', async () => {
    const args = [
      '--dry-run',
      '-p',
      'Input=a=b',
      '--params',
      "{'Count': 3}",
      '--role-arn',
      ROLE,
      '-tags',
      "{'team': 'two'}",
    ];
    const { exitCode, stdout, stderr } = await writeProject(FILES).run(COMMAND, args);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toBe(`choices on sagemaker (dry run: nothing is started)

settings
  region  us-east-1                                 AWS_REGION
  role    arn:aws:iam::111122223333:role/SageMaker  --role-arn
  bucket  none given
  tag     team=two
  tag     cost=7

steps
  Many  Condition
  Late  Fail       after Many
  Stop  Fail       after Many

parameters
  Input  a=b  flag
  Count  3    file
  Level  low  default

account
  not looked at: there are no AWS credentials here
`);
  });

  test('is one object with --json', async () => {
    const { folder, runInHost: run } = writeProject({ ...FILES, 'values.json': '{"Input": "x"}' });
    const { stdout } = await run(COMMAND, ['--dry-run', '--json', '--params', 'values.json', '--on', 'local']);
    expect(JSON.parse(stdout)).toEqual({
      version: 1,
      command: COMMAND,
      dryRun: true,
      pipeline: 'choices',
      file: join(folder, 'pipelines/choices/pipeline.ts'),
      target: 'local',
      region: { value: 'us-east-1', from: 'AWS_REGION' },
      role: null,
      bucket: null,
      environment: null,
      description: 'Chooses',
      tags: { team: 'one', cost: '7' },
      wait: true,
      steps: [
        { name: 'Many', type: 'Condition', waitsFor: [], decidedBy: null },
        { name: 'Late', type: 'Fail', waitsFor: ['Many'], decidedBy: null },
        { name: 'Stop', type: 'Fail', waitsFor: ['Many'], decidedBy: 'Many' },
      ],
      parameters: [
        { name: 'Input', type: 'String', value: 'x', from: 'file' },
        { name: 'Count', type: 'Integer', value: 1, from: 'default' },
        { name: 'Level', type: 'String', value: 'low', from: 'default' },
      ],
      images: [],
      diagnostics: [],
    });
  });

  test('names each image once, with the steps that use it', async () => {
    const text = `import { definePipeline, step } from 'sagemaker-pipelines';
const job = (name: string) => step.custom(name, 'Processing', { AppSpecification: { ImageUri: 'image:1' } });
export default definePipeline({ name: 'images', steps: [job('A'), job('B')] });
`;
    const { stdout } = await writeProject({ 'pipelines/images/pipeline.ts': text }).runInHost(COMMAND, [
      '--dry-run',
      '--no-check',
      '--json',
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ images: [{ image: 'image:1', steps: ['A', 'B'] }] });
  });

  test('takes the role from the environment, then from the configuration', async () => {
    const { runInHost: run } = writeProject({
      ...FILES,
      'pipelines.config.json': `{ "roleArn": "${ROLE}", "bucket": "models" }`,
    });
    const args = ['--dry-run', '--json', '-p', 'Input=x'];
    const other = `${ROLE}2`;
    const fromEnvironment = await run(COMMAND, args, { SAGEMAKER_PIPELINE_ROLE_ARN: other });
    expect(JSON.parse(fromEnvironment.stdout)).toMatchObject({
      role: { value: other, from: 'SAGEMAKER_PIPELINE_ROLE_ARN' },
      bucket: { value: 'models', from: 'pipelines.config.json' },
    });
    const fromConfig = await run(COMMAND, args);
    expect(JSON.parse(fromConfig.stdout)).toMatchObject({ role: { value: ROLE, from: 'pipelines.config.json' } });
  });
});

describe('--local takes what was not given from the sample beside the pipeline', () => {
  const sample = {
    ...FILES,
    'pipelines/choices/sample/parameters.json': '{"Input": "./data.csv", "Count": 5}',
    'pipelines/choices/sample/data.csv': '1\n',
  };

  test('and says so', async () => {
    const { folder, runInHost: run } = writeProject(sample);
    const { stdout, stderr } = await run(COMMAND, ['--local', '--dry-run', '-p', 'Count=2']);
    expect(stderr).toBe(`note: Input from ${join('pipelines', 'choices', 'sample', 'parameters.json')}\n`);
    expect(stdout).toContain(`  Input  ${join(folder, 'pipelines/choices/sample/data.csv')}  sample\n`);
    expect(stdout).toMatch(/^choices on this machine /);
    expect(stdout).toMatch(/ {2}Count {2}2 +flag\n/);
  });

  test('which is no business of AWS', async () => {
    const { exitCode, stderr } = await writeProject(sample).runInHost(COMMAND, ['--dry-run']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('error[missing-parameter]  Input has no default and was not given\n');
  });

  test('whose files have to be there', async () => {
    const { 'pipelines/choices/sample/data.csv': _, ...files } = sample;
    const { exitCode, stderr } = await writeProject(files).runInHost(COMMAND, ['--local', '--dry-run']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('error[missing-sample]  The sample for Input does not exist: ');
  });
});

describe('mistakes are usage errors', () => {
  test('all that is wrong with parameters is said at once', async () => {
    const args = ['--dry-run', '-p', 'Cuont=2', '-p', 'Level=middle', '-p', 'Count=many'];
    const { exitCode, stdout, stderr } = await writeProject(FILES).runInHost(COMMAND, args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toBe(`error[unknown-parameter]  The pipeline has no parameter Cuont
  it has: Input, Count, Level
  fix: did you mean "Count"?
error[missing-parameter]  Input has no default and was not given
  at pipelines/choices/pipeline.ts:3
error[bad-parameter]  Count must be a whole number, it is the string "many"
error[bad-parameter]  Level cannot be "middle"; it is one of: low, high
error[bad-parameters]  4 parameters are not right
  fix: --param Input=VALUE
`);
  });

  test.each<[string[], string]>([
    [
      ['-p', 'Input=x', '-e', 'dev'],
      `error[bad-value]  --environment means nothing to a run on SageMaker
  fix: leave --environment out, or run with --on step-functions
`,
    ],
    [
      ['-p', 'Input=x', '--map', 's3://b=./b'],
      `error[bad-value]  --map means nothing to a run on SageMaker
  fix: leave --map out, or run with --local
`,
    ],
    [
      ['-p', 'Input=x', '--local', '--no-wait'],
      `error[bad-value]  --no-wait means nothing to a run on this machine
  fix: leave --no-wait out, or run with --on sagemaker or --on step-functions
`,
    ],
    [
      ['--local', '--on', 'sagemaker'],
      `error[bad-value]  --local and --on sagemaker contradict each other
  fix: give one of them
`,
    ],
    [
      ['--on', 'sagemakr'],
      `error[bad-value]  --on cannot be "sagemakr"
  it is one of: sagemaker, step-functions, local
  fix: did you mean "sagemaker"?
`,
    ],
    [
      ['--params', 'values.json'],
      `error[cannot-read]  values.json cannot be read
  ENOENT: no such file or directory
`,
    ],
    [
      ['--tags', '["a"]'],
      `error[bad-value]  --tags must name texts by texts
  fix: [{"Key": "team", "Value": "fraud"}] or {"team": "fraud"}
`,
    ],
  ])('%j', async (args, stderr) => {
    const { signal: _signal, timedOut: _timedOut, ...result } = await writeProject(FILES).runInHost(COMMAND, args);
    expect(result).toEqual({ exitCode: 2, stdout: '', stderr });
  });
});
