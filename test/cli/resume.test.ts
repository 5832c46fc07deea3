import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { writeProject } from '../support/project.ts';

const pipelineOf = (wanted: string) => `import { definePipeline, parameter, step, when } from 'sagemaker-pipelines';

const Word = parameter.string();
const Password = parameter.string({ default: 'none' });
const stop = step.fail('Stop', { ErrorMessage: Word });
const choose = step.condition('Choose', { Conditions: [when(Word, '==', '${wanted}')], IfSteps: [], ElseSteps: [stop] });

export default definePipeline({ name: 'small', parameters: { Word, Password }, steps: [choose] });
`;

test('goes on with the values that the run was started with, once the definition is mended', async () => {
  const project = writeProject({ 'pipelines/small/pipeline.ts': pipelineOf('a') });
  const failed = await project.run('run-pipeline', ['--name', 'small', '--local', '-p', 'Word=b']);
  expect(failed.exitCode).toBe(1);
  const [, again] = /fix: run-pipeline (.*--resume \w+)\n/.exec(failed.stderr) ?? [];
  expect(again).toMatch(/^--name small --local -p Word=b --resume \w{12}$/);
  writeFileSync(join(project.folder, 'pipelines/small/pipeline.ts'), pipelineOf('b'));
  const resumed = await project.run('run-pipeline', ['--name', 'small', '--local', '--resume', 'latest']);
  expect(resumed.stderr).toContain('Choose runs again: Arguments.Conditions[0].RightValue was "a" and is "b"');
  expect(resumed.exitCode).toBe(0);
});

test('asks for secrets again, which are not kept', async () => {
  const project = writeProject({ 'pipelines/small/pipeline.ts': pipelineOf('a') });
  await project.run('run-pipeline', ['--name', 'small', '--local', '-p', 'Word=a', '-p', 'Password=hunter2hunter2']);
  const resumed = await project.run('run-pipeline', ['--name', 'small', '--local', '--resume', 'latest']);
  expect(resumed.exitCode).toBe(2);
  expect(resumed.stderr).toContain('fix: give them again: --param Password=VALUE');
});
