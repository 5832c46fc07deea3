import { describe, expect, test } from 'vitest';
import { SMALL_PIPELINE, writeProject } from '../support/project.ts';

const run = (argv: readonly string[]) =>
  writeProject({ 'pipelines/small/pipeline.ts': SMALL_PIPELINE }).run('run-pipeline', argv);

describe('a flag that would have no effect where the run goes', () => {
  test.each([[['--request-token', 'a'.repeat(40)]]])('is refused on this machine: %j', async (flags) => {
    const { stderr, exitCode } = await run(['--local', ...flags]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`error[flag-of-executions]  ${flags[0]} is for executions in an account`);
  });

  test.each([
    [['--resume', 'latest']],
    [['--map', 's3://b/p=./data']],
    [['--function', 'f=./f.py']],
    [['--no-cache']],
    [['--open']],
  ])('is refused on SageMaker, before anything is asked of AWS: %j', async (flags) => {
    const { stderr, exitCode } = await run(flags);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`error[flag-of-local-runs]  ${flags[0]!.replace('no-', '')} is for runs on this machine`);
  });
});
