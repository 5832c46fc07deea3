import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { SMALL_PIPELINE, programOf, writeProject } from '../support/project.ts';

const COMMAND = 'get-pipeline-definition';
const FILES = { 'pipelines/small/pipeline.ts': SMALL_PIPELINE };

/** A pipeline whose document leaves bucket and role open. */
const OPEN_PIPELINE = `import { definePipeline, environment, join, step } from 'sagemaker-pipelines';
const message = join\`\${environment.bucket} \${environment.roleArn}\`;
export default definePipeline({ name: 'open', steps: [step.fail('Stop', { ErrorMessage: message })] });
`;

const ROLE = 'arn:aws:iam::111122223333:role/SageMaker';

describe('the document', () => {
  test('is written to pipelinedefinition.json of the current folder, whose name is the answer', async () => {
    const { folder, run } = writeProject(FILES);
    const { exitCode, stdout, stderr } = await run(COMMAND);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'pipelinedefinition.json\n' });
    const text = readFileSync(join(folder, 'pipelinedefinition.json'), 'utf8');
    expect(stderr).toBe(`small: 1 step, 1 parameter, ${text.length} bytes; wrote pipelinedefinition.json\n`);
    expect(JSON.parse(text)).toMatchObject({
      Version: '2020-12-01',
      Parameters: [{ Name: 'Reason', Type: 'String', DefaultValue: 'none' }],
      Steps: [{ Name: 'Stop', Type: 'Fail', Arguments: { ErrorMessage: { Get: 'Parameters.Reason' } } }],
    });
    expect(readdirSync(folder).toSorted()).toEqual(['pipelinedefinition.json', 'pipelines']);
  });

  test('is left alone when it says the same already', async () => {
    const { runInHost } = writeProject(FILES);
    await runInHost(COMMAND, ['-f', 'out.json']);
    const { exitCode, stdout, stderr } = await runInHost(COMMAND, ['-f', 'out.json']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'out.json\n' });
    expect(stderr).toMatch(/; out\.json is unchanged\n$/);
  });

  test('is the answer with --file-name -', async () => {
    const { folder, runInHost } = writeProject(FILES);
    const { stdout } = await runInHost(COMMAND, ['--file-name', '-']);
    await runInHost(COMMAND);
    expect(stdout).toBe(readFileSync(join(folder, 'pipelinedefinition.json'), 'utf8'));
  });

  test('gets out whole when it is large, and quietly when nobody reads it', async () => {
    const message = `'x'.repeat(3_000_000)`;
    const text = SMALL_PIPELINE.replace('ErrorMessage: Reason', `ErrorMessage: ${message}`);
    const { folder, run } = writeProject({ 'pipelines/small/pipeline.ts': text });
    const { stdout } = await run(COMMAND, ['-f', '-', '--no-check']);
    expect(stdout.length).toBeGreaterThan(3_000_000);
    expect(stdout.endsWith('}\n')).toBe(true);

    const child = spawn(process.execPath, [programOf(COMMAND), '-f', '-', '--no-check'], { cwd: folder });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdout.destroy();
    const [exitCode] = (await once(child, 'close')) as [number];
    expect({ exitCode, stderr: /error|Error/.exec(stderr) }).toEqual({ exitCode: 0, stderr: null });
  });

  test('leaves the account open, unless bucket and role are given', async () => {
    const { runInHost } = writeProject({ 'pipelines/open/pipeline.ts': OPEN_PIPELINE });
    const env = { SAGEMAKER_PIPELINE_ROLE_ARN: ROLE };
    const open = JSON.parse((await runInHost(COMMAND, ['-f', '-'], env)).stdout) as { Parameters: { Name: string }[] };
    expect(open.Parameters.map(({ Name }) => Name)).toEqual(['ArtifactBucket', 'ExecutionRoleArn']);
    const { stdout } = await runInHost(COMMAND, ['-f', '-', '--bucket', 'models', '-role-arn', ROLE]);
    expect(JSON.parse(stdout)).toMatchObject({
      Parameters: [],
      Steps: [{ Arguments: { ErrorMessage: `models ${ROLE}` } }],
    });
  });
});

describe('--json', () => {
  test('tells what was written', async () => {
    const { folder, runInHost } = writeProject(FILES);
    const { stdout } = await runInHost(COMMAND, ['--json', '--region', 'eu-west-1']);
    expect(JSON.parse(stdout)).toEqual({
      version: 1,
      command: COMMAND,
      pipeline: 'small',
      region: 'eu-west-1',
      steps: 1,
      parameters: 1,
      bytes: statSync(join(folder, 'pipelinedefinition.json')).size,
      file: join(folder, 'pipelinedefinition.json'),
      outcome: 'written',
      diagnostics: [],
    });
  });

  test('holds the document itself with --file-name -', async () => {
    const { stdout } = await writeProject(FILES).runInHost(COMMAND, ['--json', '-f', '-']);
    expect(JSON.parse(stdout)).toMatchObject({ version: 1, definition: { Version: '2020-12-01' } });
  });

  test('tells what is wrong', async () => {
    const { stdout, exitCode } = await writeProject(FILES).runInHost(COMMAND, ['--json', '--nam', 'x']);
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toEqual({
      version: 1,
      command: COMMAND,
      error: { code: 'unknown-flag', message: 'There is no flag --nam', fix: 'did you mean --name?' },
      diagnostics: [],
    });
  });
});

describe('which pipeline and which region', () => {
  test('the configuration names them', async () => {
    const { runInHost } = writeProject({
      'pipelines/a/pipeline.ts': SMALL_PIPELINE,
      'pipelines/b/pipeline.ts': SMALL_PIPELINE.replace(`'small'`, `'chosen'`),
      'pipelines.config.json': '{ "default": "b", "region": "eu-north-1" }',
    });
    const { stdout } = await runInHost(COMMAND, ['--json'], { AWS_REGION: '' });
    expect(JSON.parse(stdout)).toMatchObject({ pipeline: 'chosen', region: 'eu-north-1' });
  });

  test('a region that nobody gave is said', async () => {
    const { stderr } = await writeProject(FILES).runInHost(COMMAND, [], { AWS_REGION: '' });
    expect(stderr).toMatch(/^note: the region is us-east-1, as none was given \(--region, AWS_REGION\)\nsmall: /);
  });
});

describe('mistakes', () => {
  test('a definition with errors is not written; they are all said, with the lines that made them', async () => {
    const { folder, run } = writeProject({
      'pipelines/small/pipeline.ts': SMALL_PIPELINE.replace(
        '  steps: [',
        `  steps: [\n    step.fail('One', { ErrorMessage: Reason }, { dependsOn: ['Tow'] }),\n    step.fail('Stop', { ErrorMessage: Reason }),\n    `,
      ),
    });
    const { exitCode, stdout, stderr } = await run(COMMAND);
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' });
    expect(stderr).toMatch(/^error\[[\w-]+\] .*Stop.*\n {2}at pipelines\/small\/pipeline\.ts:\d+/m);
    expect(stderr).toMatch(/^error\[[\w-]+\] .*Tow.*\n {2}at pipelines\/small\/pipeline\.ts:9/m);
    expect(
      stderr.endsWith(`error[invalid-definition]  small has 2 errors; nothing was written
  at pipelines/small/pipeline.ts
`),
    ).toBe(true);
    expect(readdirSync(folder)).toEqual(['pipelines']);
  });

  test.each<[string, string[], string]>([
    [
      'an unknown pipeline',
      ['--name', 'smal'],
      `error[unknown-pipeline]  There is no pipeline "smal"
  there are: small
  fix: did you mean "small"?
`,
    ],
    [
      'a role that is none',
      ['--role-arn', 'SageMaker'],
      `error[bad-value]  "SageMaker" is no role ARN
  it comes from --role-arn
  fix: for example: arn:aws:iam::111122223333:role/SageMakerExecution
`,
    ],
    [
      'a format that there is not',
      ['--format', 'yaml'],
      `error[bad-value]  --format cannot be "yaml"
  it is one of: json, step-functions, cloudformation, cloudformation-step-functions, typescript, mermaid, html
`,
    ],
    [
      'a word without a flag',
      ['small'],
      `error[unexpected-word]  "small" belongs to no flag
  fix: get-pipeline-definition --name small
`,
    ],
  ])('%s', async (_, args, stderr) => {
    const { folder, run } = writeProject(FILES);
    const { signal: _signal, timedOut: _timedOut, ...result } = await run(COMMAND, args);
    expect(result).toEqual({ exitCode: 2, stdout: '', stderr });
    expect(readdirSync(folder)).toEqual(['pipelines']);
  });

  test.each<[string, string, string]>([
    [
      'two steps of one name',
      `step.fail('Stop', { ErrorMessage: 'a' }), step.fail('Stop', { ErrorMessage: 'b' })`,
      `error[duplicate-step]  Two steps are named Stop
  at pipelines/small/pipeline.ts:2  (Steps[1].Name)
  the other is Steps[0], a Fail step
  fix: give one of them another name; names count through all branches
`,
    ],
    [
      'steps that wait for each other',
      `step.custom('A', 'Job', {}, { dependsOn: ['B'] }), step.custom('B', 'Job', {}, { dependsOn: ['A'] })`,
      `error[cycle]  Steps wait for each other in a cycle: A → B → A
  at pipelines/small/pipeline.ts:2  (Steps)
  they are tied at Steps[0].DependsOn[0], Steps[1].DependsOn[0]
  fix: take one of these dependencies away
`,
    ],
    [
      'an asset that is not there',
      `step.custom('A', 'Job', { code: asset(import.meta, 'lost.py') })`,
      `error[asset-missing]  The asset "pipelines/small/lost.py" does not exist
  at pipelines/small/pipeline.ts:2  (Steps[0].Arguments.code)
  looked for pipelines/small/lost.py
  fix: give the path of a file or a folder
`,
    ],
  ])('%s', async (_, steps, fault) => {
    const text = `import { asset, definePipeline, step } from 'sagemaker-pipelines';
export default definePipeline({ name: 'small', parameters: {}, steps: [${steps}] }); void asset;
`;
    const { folder, runInHost } = writeProject({ 'pipelines/small/pipeline.ts': text });
    const { exitCode, stdout, stderr } = await runInHost(COMMAND);
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' });
    expect(stderr).toBe(`${fault}error[invalid-definition]  small has an error; nothing was written
  at pipelines/small/pipeline.ts
`);
    expect(readdirSync(folder)).toEqual(['pipelines']);
  });

  test('a file in a folder that is not there', async () => {
    const { folder, runInHost } = writeProject(FILES);
    const { exitCode, stdout, stderr } = await runInHost(COMMAND, ['-f', 'no/out.json']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toBe(`error[cannot-write]  ${join('no', 'out.json')} cannot be written
  ENOENT: no such file or directory
  fix: make its folder first: no
`);
    expect(readdirSync(folder)).toEqual(['pipelines']);
  });

  test('a folder that may only be read', async () => {
    const { folder, runInHost } = writeProject(FILES);
    const locked = join(folder, 'locked');
    mkdirSync(locked);
    writeFileSync(join(locked, 'there.json'), 'old');
    // To root every folder is open: there the kernel's own folder stands for one that is not.
    chmodSync(locked, 0o555);
    const target = process.getuid?.() === 0 ? '/proc/out.json' : 'locked/out.json';
    const { exitCode, stdout, stderr } = await runInHost(COMMAND, ['-f', target]);
    chmodSync(locked, 0o755);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(
      /^error\[cannot-write\] {2}\S+out\.json cannot be written\n {2}E(ACCES|NOENT|ROFS|PERM): .*\n$/,
    );
    expect(readdirSync(locked)).toEqual(['there.json']);
  });
});

test('--help opens with two invocations and ends with the exit codes', async () => {
  const { exitCode, stdout, stderr } = await writeProject({}).run(COMMAND, ['--help']);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toMatch(/^get-pipeline-definition --name \w+\nget-pipeline-definition --name .*\n\n/);
  expect(stdout).toMatch(/\n {2}130 {2}interrupted\n$/);
});

test('--version is the package’s', async () => {
  const { stdout } = await writeProject({}).run(COMMAND, ['--version']);
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});
