import { expect, test } from 'vitest';
import type { Context } from '../../src/cli/context.ts';
import { diff } from '../../src/cli/diff.ts';
import { main } from '../../src/cli/main.ts';
import { SMALL_PIPELINE, programOf, writeProject } from '../support/project.ts';
import { runCommand } from '../support/run-command.ts';

const COMMAND = 'sagemaker-pipelines';
const STOP = { Name: 'Stop', Type: 'Fail', Arguments: { ErrorMessage: { Get: 'Parameters.Reason' } } };
const DOCUMENT = {
  Version: '2020-12-01',
  Metadata: {},
  Parameters: [{ Name: 'Reason', Type: 'String', DefaultValue: 'none' }],
  PipelineExperimentConfig: {
    ExperimentName: { Get: 'Execution.PipelineName' },
    TrialName: { Get: 'Execution.PipelineExecutionId' },
  },
  Steps: [STOP],
};
const OTHER = {
  ...DOCUMENT,
  Parameters: [{ Name: 'Reason', Type: 'String', DefaultValue: 'all' }],
  Steps: [
    { ...STOP, Arguments: { ErrorMessage: 'no' } },
    { ...STOP, Name: 'Halt' },
  ],
};
const files = {
  'a.json': JSON.stringify(DOCUMENT),
  'b.json': JSON.stringify(OTHER),
  'pipelines/small/pipeline.ts': SMALL_PIPELINE,
};
const CHANGES = `  pipeline
  ~ Parameters.Reason.DefaultValue: "none" → "all"
~ step Stop
  ~ Arguments.ErrorMessage: Parameters.Reason → "no"
+ step Halt (Fail)
`;

test('a difference between two definitions is told by step and path, and by the exit code', async () => {
  const { run } = writeProject(files);
  expect(await run(COMMAND, ['diff', 'a.json', 'b.json'])).toMatchObject({
    exitCode: 1,
    stdout: CHANGES,
    stderr: '3 changes in 2 steps and the pipeline itself\n',
  });
  const json = await run(COMMAND, ['diff', 'a.json', 'b.json', '--json']);
  expect(JSON.parse(json.stdout)).toMatchObject({
    version: 1,
    isSame: false,
    changes: [
      { kind: 'changed', path: 'Parameters.Reason.DefaultValue', before: 'none', after: 'all' },
      { kind: 'changed', step: 'Stop', path: 'Arguments.ErrorMessage', after: 'no' },
      { kind: 'added', step: 'Halt', path: '' },
    ],
  });
});

test('what is the same is said to be, and the exit code is that of success', async () => {
  const { runInHost: run } = writeProject(files);
  expect(await run(COMMAND, ['diff', 'a.json', 'a.json'])).toMatchObject({
    exitCode: 0,
    stdout: '',
    stderr: 'a.json and a.json are the same\n',
  });
});

test("AWS's answer about a pipeline is compared with a pipeline of the project", async () => {
  const { folder } = writeProject(files);
  const compare = (document: object) =>
    runCommand(process.execPath, [programOf(COMMAND), 'diff', '-', 'small', '--region', 'us-east-1'], {
      cwd: folder,
      input: JSON.stringify({ PipelineName: 'churn', PipelineDefinition: JSON.stringify(document) }),
    });
  expect(await compare(DOCUMENT)).toMatchObject({ exitCode: 0, stderr: '- and small are the same\n' });
  expect(await compare(OTHER)).toMatchObject({ exitCode: 1 });
});

test('what cannot be compared has an exit code of its own', async () => {
  const { runInHost: run } = writeProject({ ...files, 'c.json': '{}', 'd.json': 'no' });
  expect(await run(COMMAND, ['diff', 'a.json', 'c.json'])).toMatchObject({ exitCode: 3 });
  expect(await run(COMMAND, ['diff', 'd.json', 'a.json'])).toMatchObject({ exitCode: 3 });
  expect(await run(COMMAND, ['diff', 'a.json', 'none.json'])).toMatchObject({ exitCode: 2 });
  expect(await run(COMMAND, ['diff', 'a.json', 'none'])).toMatchObject({ exitCode: 2 });
  const both = await run(COMMAND, ['diff', '-', '-']);
  expect(both).toMatchObject({ exitCode: 2, stdout: '' });
  expect(both.stderr).toContain('stdin holds one definition, not both');
});

test.each([
  ['on a screen what came is green and what went is red', true, {}, '\u001B[32m+ step Halt (Fail)\u001B[0m\n'],
  ['with NO_COLOR nothing is coloured', true, { NO_COLOR: '1' }, '\n+ step Halt (Fail)\n'],
  ['in a file nothing is coloured', false, {}, '\n+ step Halt (Fail)\n'],
])('%s', async (_, isTTY, env, expected) => {
  const { folder } = writeProject(files);
  let written = '';
  const context: Context = {
    argv: ['a.json', 'b.json'],
    env,
    cwd: folder,
    stdout: { write: (text) => void (written += text), isTTY, columns: 80 },
    stderr: { write: () => {}, isTTY: false, columns: undefined },
    version: () => '1.2.3',
    installation: { library: 'file:///library.js', hook: 'file:///hook.js' },
    importModule: () => Promise.reject(new Error('nothing is imported here')),
    now: () => new Date(0),
    unique: (digits) => '0'.repeat(digits),
    sleep: () => Promise.resolve(),
    interrupted: new AbortController().signal,
    stalled: new Promise(() => {}),
  };
  expect(await main(diff, context)).toBe(1);
  expect(written).toContain(expected);
});
