import { expect, test } from 'vitest';

import { writeProject } from '../support/project.ts';

const PIPELINE = `import { definePipeline, step, when } from 'sagemaker-pipelines';

const double = step.lambda('Double', { n: 21 }, {
  functionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:double', outputs: { twice: 'Integer' },
});
const ask = step.callback('Ask', { twice: double.output('twice') }, {
  sqsQueueUrl: 'https://sqs.eu-west-1.amazonaws.com/123456789012/questions', outputs: { answer: 'String' },
});
const stop = step.fail('Stop', { ErrorMessage: 'not 42' });
const choose = step.condition('Choose', {
  Conditions: [when(ask.output('answer'), '==', 'it is 42')], IfSteps: [], ElseSteps: [stop],
});

export default definePipeline({ name: 'small', steps: [choose] });
`;

const FILES = {
  'pipelines/small/pipeline.ts': PIPELINE,
  'double.py': 'def go(event, context):\n    return {"twice": 2 * event["n"]}\n',
  'my answer.py':
    'import json, sys\nprint(json.dumps({"answer": "it is %d" % json.load(open(sys.argv[1]))["arguments"]["twice"]}))\n',
};
const RUN = ['--name', 'small', '--local', '--json'];

test('flags name what stands for functions and for those who answer', async () => {
  const project = writeProject(FILES);
  const words = ['--function', 'double=./double.py:go', '--callback', 'Ask=python3 "my answer.py"'];
  const { stderr, stdout } = await project.run('run-pipeline', [...RUN, ...words]);
  expect(stderr).not.toContain('error');
  expect(JSON.parse(stdout)).toMatchObject({
    state: 'succeeded',
    steps: [
      { facts: { twice: 42 } },
      { facts: { answer: 'it is 42' } },
      { facts: { outcome: true } },
      { state: 'skipped' },
    ],
  });
});

test('the configuration names them for every run', async () => {
  const functions = { double: { file: './double.py', handler: 'go', timeout: 30 } };
  const callbacks = { questions: { command: ['python3', 'my answer.py'] } };
  const project = writeProject({ ...FILES, 'pipelines.config.json': JSON.stringify({ functions, callbacks }) });
  expect((await project.run('run-pipeline', RUN)).exitCode).toBe(0);
});

test('a setting that is none is refused with an example', async () => {
  const project = writeProject({
    ...FILES,
    'pipelines.config.json': '{ "functions": { "double": { "handler": "go" } } }',
  });
  const { exitCode, stderr } = await project.run('run-pipeline', RUN);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('"double" in "functions" has no file');
});
