import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { runCommand } from '../support/run-command.ts';
import { programOf, writeProject } from '../support/project.ts';

const COMMAND = 'sagemaker-pipelines';
const DOCUMENT = {
  Version: '2020-12-01',
  Metadata: {},
  Parameters: [{ Name: 'Reason', Type: 'String', DefaultValue: 'none' }],
  PipelineExperimentConfig: null,
  Steps: [
    { Name: 'Stop', Type: 'Fail', Arguments: { ErrorMessage: { Get: 'Parameters.Reason' } } },
    { Name: 'New', Type: 'Brandnew', Arguments: {} },
  ],
};
const MODULE = `import { definePipeline, parameter, step } from 'sagemaker-pipelines';

const Reason = parameter.string({ default: 'none' });

const stop = step.fail('Stop', { ErrorMessage: Reason });

// This library has no function for steps of type Brandnew.
const newStep = step.custom('New', 'Brandnew', {});

export default definePipeline({ name: 'churn', parameters: { Reason }, steps: [stop, newStep], experiment: null });
`;

test('a definition becomes a module, which emits the definition', async () => {
  const { folder, run } = writeProject({ 'churn.json': JSON.stringify(DOCUMENT) });
  const { exitCode, stdout, stderr } = await run(COMMAND, [
    'import',
    'churn.json',
    '-f',
    'pipelines/churn/pipeline.ts',
  ]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'pipelines/churn/pipeline.ts\n' });
  expect(stderr).toBe(
    'note[custom-step]  Written as step.custom: New\n' +
      '  this library has no function for steps of type Brandnew\n' +
      'churn: 2 steps; it emits the definition that it was written from; wrote pipelines/churn/pipeline.ts\n',
  );
  expect(readFileSync(join(folder, 'pipelines/churn/pipeline.ts'), 'utf8')).toBe(MODULE);

  const written = await run('get-pipeline-definition', ['-n', 'churn', '-f', '-', '--no-check']);
  expect(JSON.parse(written.stdout)).toEqual(DOCUMENT);
  expect(await run(COMMAND, ['diff', 'churn.json', 'churn'])).toMatchObject({ exitCode: 0, stdout: '' });
});

test("AWS's answer about a pipeline says the name, and the module goes to stdout", async () => {
  const answer = {
    PipelineName: 'from-aws',
    PipelineDescription: 'what it is for',
    PipelineDefinition: JSON.stringify(DOCUMENT),
    ParallelismConfiguration: { MaxParallelExecutionSteps: 3 },
  };
  const { folder } = writeProject({});
  const program = [programOf(COMMAND), 'import', '-', '--file-name', '-', '--json'];
  const { stdout } = await runCommand(process.execPath, program, { cwd: folder, input: JSON.stringify(answer) });
  const { text, ...data } = JSON.parse(stdout) as { readonly text: string };
  expect(data).toMatchObject({
    version: 1,
    pipeline: 'from-aws',
    steps: 2,
    isEqual: true,
    customSteps: [{ step: 'New' }],
  });
  expect(text).toContain("  name: 'from-aws',\n  description: 'what it is for',\n");
  expect(text).toContain('  parallelism: 3,\n');
});

test('a module that somebody wrote is not replaced unasked', async () => {
  const { folder, run } = writeProject({ 'churn.json': JSON.stringify(DOCUMENT), 'pipeline.ts': '// mine\n' });
  const { exitCode, stderr } = await run(COMMAND, ['import', 'churn.json']);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('error[file-exists]  pipeline.ts is there already');
  expect(readFileSync(join(folder, 'pipeline.ts'), 'utf8')).toBe('// mine\n');
  expect(await run(COMMAND, ['import', 'churn.json', '--force'])).toMatchObject({ exitCode: 0 });
  expect(readFileSync(join(folder, 'pipeline.ts'), 'utf8')).toBe(MODULE);
});

test('what is no definition is refused', async () => {
  const { run } = writeProject({ 'x.json': '{"Steps": 1}', 'y.json': 'no' });
  expect(await run(COMMAND, ['import', 'x.json'])).toMatchObject({ exitCode: 3 });
  expect(await run(COMMAND, ['import', 'y.json'])).toMatchObject({ exitCode: 3 });
  expect(await run(COMMAND, ['import', 'none.json'])).toMatchObject({ exitCode: 2 });
});

test('a name that AWS takes for no pipeline is refused', async () => {
  const { run } = writeProject({ 'churn.json': JSON.stringify(DOCUMENT) });
  const { exitCode, stderr } = await run(COMMAND, ['import', 'churn.json', '--name', 'a churn']);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('error[bad-value]  AWS takes no pipeline called "a churn"');
});

test('a pipeline of this project can be written as TypeScript too', async () => {
  const { run } = writeProject({ 'pipelines/churn/pipeline.ts': MODULE });
  const options = ['--format', 'typescript', '-f', '-', '--no-check'];
  expect((await run('get-pipeline-definition', options)).stdout).toBe(MODULE);
});
