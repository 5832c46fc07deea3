import { expect, test } from 'vitest';
import { SMALL_PIPELINE, writeProject } from '../support/project.ts';

const run = (argv: readonly string[]) =>
  writeProject({ 'pipelines/small/pipeline.ts': SMALL_PIPELINE }).runInHost('run-pipeline', argv);

test.each<[string[], string, string]>([
  [
    ['--local', '--no-wait'],
    '--no-wait means nothing to a run on this machine',
    '--on sagemaker or --on step-functions',
  ],
  [['--local', '--diff'], '--diff means nothing to a run on this machine', '--on sagemaker or --on step-functions'],
  [['--local', '--request-token', 'a'.repeat(40)], '--request-token means nothing to a run on this machine', '--on'],
  [['--resume', 'latest'], '--resume means nothing to a run on SageMaker', '--local'],
  [['--map', 's3://b/p=./data'], '--map means nothing to a run on SageMaker', '--local'],
  [['--no-cache'], '--no-cache means nothing to a run on SageMaker', '--local'],
  [['--environment', 'dev'], '--environment means nothing to a run on SageMaker', '--on step-functions'],
  [
    ['--on', 'step-functions', '--only', 'Stop'],
    '--only means nothing to a run on Step Functions',
    '--on sagemaker or --local',
  ],
  [['--on', 'step-functions', '--cache'], '--cache means nothing to a run on Step Functions', '--local'],
])('a flag that would have no effect where the run goes is refused: %j', async (flags, message, where) => {
  const { stderr, stdout, exitCode } = await run(flags);
  expect([exitCode, stdout]).toEqual([2, '']);
  expect(stderr).toContain(`error[bad-value]  ${message}`);
  expect(stderr).toContain(`or run with ${where}`);
});

test('a run whose results would stand in for no step is refused', async () => {
  const { stderr, stdout, exitCode } = await run(['--local', '--source-execution', 'latest']);
  expect([exitCode, stdout]).toEqual([2, '']);
  expect(stderr).toContain('--source-execution needs to know which steps are to run\n  fix: add --from STEP or --only');
});
