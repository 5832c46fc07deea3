import { expect, test } from 'vitest';

import { writeProject } from '../support/project.ts';

const PIPELINE = `import { definePipeline, parameter, sklearn, step } from 'sagemaker-pipelines';
const Data = parameter.string({ default: 's3://my-data/rows/' });
const Password = parameter.string({ default: 's3://my-data/rows/' });
const instance = { type: 'ml.m5.large' } as const;
const read = step.processing('Read', sklearn.processor({
  version: '1.2-1', code: 's3://my-code/read.py', instance, inputs: { data: Data, other: Password },
}));
export default definePipeline({ name: 'small', parameters: { Data, Password }, steps: [read] });
`;
const run = async (...args: readonly string[]) => {
  const project = writeProject({ 'pipelines/small/pipeline.ts': PIPELINE });
  return (await project.runInHost('run-pipeline', ['--dry-run', ...args])).stderr;
};
const WARNING =
  'warning[unfit-value]  The value of parameter Data does not fit: S3Uri of step Read cannot be "./rows.csv"';

test('a file of this machine in the place of an S3 URI is told before an execution starts that it would fail', async () => {
  expect(await run('--param', 'Data=./rows.csv')).toContain(WARNING);
  expect(await run('--on', 'step-functions', '--param', 'Data=./rows.csv')).toContain(WARNING);
});

test('of values nothing is said that fit, that run on this machine, that are secret, or that are not to be checked', async () => {
  for (const args of [
    ['--param', 'Data=s3://my-data/others/'],
    ['--local', '--param', 'Data=./rows.csv'],
    ['--param', 'Password=./rows.csv'],
    ['--no-check', '--param', 'Data=./rows.csv'],
  ]) {
    expect(await run(...args)).not.toContain('unfit-value');
  }
});
