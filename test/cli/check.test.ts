import { describe, expect, test } from 'vitest';
import { writeProject } from '../support/project.ts';

const COMMAND = 'sagemaker-pipelines';
const STOP = { Name: 'Stop', Type: 'Fail', Arguments: { ErrorMessage: 'no' } };
const RIGHT = JSON.stringify({ Version: '2020-12-01', Steps: [STOP] }, null, 2);
const BROKEN = JSON.stringify({ Version: '2020-12-01', Steps: [{ ...STOP, DependOn: [] }] }, null, 2);
const WARNED = JSON.stringify({ Version: '2020-12-01', Parameters: [{ Name: 'Why' }], Steps: [STOP] });
const PIPELINE = `import { definePipeline, step } from 'sagemaker-pipelines';
const stop = step.fail('Stop', { ErrorMessage: 'no' }, { dependsOn: ['Prepare'] });
export default definePipeline({ name: 'small', steps: [stop] });
`;

describe('sagemaker-pipelines check', () => {
  test('says of several documents all that is wrong, each fault with its line', async () => {
    const { run } = writeProject({ 'right.json': RIGHT, 'broken.json': BROKEN, 'text.json': 'no' });
    const { exitCode, stdout, stderr } = await run(COMMAND, ['check', 'right.json', 'broken.json', 'text.json']);
    expect({ exitCode, stdout }).toEqual({
      exitCode: 3,
      stdout: 'right.json is as AWS wants it\nbroken.json: 1 error\ntext.json: 1 error\n',
    });
    expect(stderr).toContain(`error[unknown-member]  Step Stop has no member DependOn
  at broken.json:10  (Steps[0].DependOn)
`);
    expect(stderr).toContain('error[not-json]  The definition is not JSON');
  });

  test("reads the definition in AWS's answer about a pipeline", async () => {
    const { runInHost: run } = writeProject({ 'answer.json': JSON.stringify({ PipelineDefinition: BROKEN }) });
    const { exitCode, stderr } = await run(COMMAND, ['check', 'answer.json']);
    expect(exitCode).toBe(3);
    expect(stderr).toContain('Step Stop has no member DependOn\n  at answer.json  (Steps[0].DependOn)');
  });

  test('gives a pipeline that is a function its options', async () => {
    const { runInHost: run } = writeProject({
      'pipelines/staged/pipeline.ts': `import { definePipeline, step } from 'sagemaker-pipelines';
export default ({ stage }: { stage: string }) =>
  definePipeline({ name: stage.toLowerCase(), steps: [step.fail('Stop', { ErrorMessage: stage })] });
`,
    });
    const options = ['--kwargs', "{'stage': 'Prod'}"];
    expect(await run(COMMAND, ['check', ...options])).toMatchObject({
      exitCode: 0,
      stdout: 'staged is as AWS wants it\n',
    });
    expect((await run(COMMAND, ['diff', 'staged', 'staged', ...options])).exitCode).toBe(0);
  });

  test('takes a variable of the shell that is empty for no name', async () => {
    const { runInHost: run } = writeProject({ 'right.json': RIGHT });
    const { exitCode, stderr } = await run(COMMAND, ['check', 'right.json', '']);
    expect(stderr).toContain('error[bad-value]  sagemaker-pipelines check was given an empty word\n  fix: ');
    expect(exitCode).toBe(2);
  });

  test('checks every pipeline of the project when it is told none, with the author’s lines', async () => {
    const { runInHost: run } = writeProject({ 'pipelines/small/pipeline.ts': PIPELINE });
    const { exitCode, stdout, stderr } = await run(COMMAND, ['check']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: 'small: 1 error\n' });
    expect(stderr).toContain('at pipelines/small/pipeline.ts:2  (Steps[0].DependsOn[0])');
  });

  test('goes on behind a file that is no pipeline', async () => {
    const { run } = writeProject({
      'pipelines/broken/pipeline.ts': 'export default {;\n',
      'pipelines/small/pipeline.ts': PIPELINE,
    });
    const { exitCode, stdout, stderr } = await run(COMMAND, ['check']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: 'broken: 1 error\nsmall: 1 error\n' });
    expect(stderr).toContain('error[syntax-error]');
  });

  test('says of a file of another kind what it takes', async () => {
    const { run } = writeProject({ 'rows.csv': '1,2\n', 'pipelines/small/pipeline.ts': PIPELINE });
    const { exitCode, stderr } = await run(COMMAND, ['check', 'rows.csv']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('the file rows.csv is neither a module (.ts) nor a definition (.json); there are: small');
  });

  test('answers as one object with --json', async () => {
    const { runInHost: run } = writeProject({ 'right.json': RIGHT, 'broken.json': BROKEN });
    const { exitCode, stdout } = await run(COMMAND, ['check', '--json', 'right.json', 'broken.json']);
    expect(exitCode).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      documents: [
        { name: 'right.json', errors: 0, warnings: 0 },
        { name: 'broken.json', errors: 1, warnings: 0 },
      ],
      diagnostics: [{ code: 'unknown-member', path: 'Steps[0].DependOn' }],
    });
  });

  test('lets warnings through, unless it is told --strict', async () => {
    const { runInHost: run } = writeProject({ 'warned.json': WARNED });
    const { exitCode, stdout } = await run(COMMAND, ['check', 'warned.json']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'warned.json is as AWS wants it, with 1 warning\n' });
    const strict = await run(COMMAND, ['check', 'warned.json', '--strict']);
    expect(strict.exitCode).toBe(3);
    expect(strict.stderr).toContain('error[warnings]  1 warning, and --strict lets none through');
  });

  test('says how it is used where there is nothing to check', async () => {
    const { exitCode, stderr } = await writeProject({}).runInHost(COMMAND, ['check']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('name a definition: sagemaker-pipelines check pipelinedefinition.json');
  });
});

test('--no-check writes what AWS would refuse', async () => {
  const { runInHost: run } = writeProject({ 'pipelines/small/pipeline.ts': PIPELINE });
  const refused = await run('get-pipeline-definition', ['-f', '-']);
  expect([refused.exitCode, refused.stdout]).toEqual([3, '']);
  const { exitCode, stdout } = await run('get-pipeline-definition', ['-f', '-', '--no-check']);
  expect([exitCode, (JSON.parse(stdout) as { Steps: unknown[] }).Steps.length]).toEqual([0, 1]);
});
