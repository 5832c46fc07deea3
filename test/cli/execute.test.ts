import { expect, test } from 'vitest';

import { writeProject } from '../support/project.ts';

const PIPELINE = `import { definePipeline, parameter, step, when } from 'sagemaker-pipelines';
const Go = parameter.boolean();
const stop = step.fail('Stop', { ErrorMessage: 'no' });
const choice = step.condition('Choice', { Conditions: [when(Go, '==', false)], IfSteps: [stop] });
export default definePipeline({ name: 'small', parameters: { Go }, steps: [choice] });
`;

test.each([
  ['live', 1],
  ['plain', 1],
  ['errors', 0],
])('a run says what nobody gave and where it has it from: --progress %s', async (progress, times) => {
  const project = writeProject({
    'pipelines/small/pipeline.ts': PIPELINE,
    'pipelines/small/sample/parameters.json': '{ "Go": true }',
  });
  const { stderr, exitCode } = await project.runInHost('run-pipeline', ['--local', '--progress', progress]);
  expect(exitCode).toBe(0);
  expect(stderr.split('note: Go from pipelines/small/sample/parameters.json\n')).toHaveLength(times + 1);
});
