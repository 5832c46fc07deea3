import { describe, expect, test } from 'vitest';
import { writeProject } from '../support/project.ts';

const run = (argv: readonly string[]) => writeProject({}).runInHost('sagemaker-pipelines', argv);

describe('a program of several commands', () => {
  test('opens its help with two invocations, and lists what it has', async () => {
    const { stdout, exitCode } = await run(['--help']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^sagemaker-pipelines \w+.*\nsagemaker-pipelines \w+.*\n\n[A-Z]/);
    expect(stdout).toMatch(/\n {2}doctor {2,}What works/);
  });

  test.each([
    [
      ['help', 'runs', 'show'],
      ['runs', 'show', '--help'],
    ],
    [
      ['help', 'models'],
      ['models', '--help'],
    ],
    [['help'], ['--help']],
  ])('helps with a command whichever way it is asked: %j', async (one, other) => {
    expect(await run(one)).toEqual(await run(other));
  });

  test.each([
    [['chek'], 'no command "chek"', 'did you mean "check"?'],
    [['models', 'lsit'], 'no command "lsit"', 'did you mean "list"?'],
    [['--verison'], 'no flag --verison before a command', 'did you mean "--version"?'],
    [['xyzzy'], 'no command "xyzzy"', 'sagemaker-pipelines --help lists the commands'],
  ])('says what is near to %j', async (argv, message, fix) => {
    const { stderr, exitCode } = await run(argv);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).toContain(`fix: ${fix}`);
  });
});
