import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { scikitLearnEnvironment } from '../run/local/containers/python/environments.ts';
import { PYTHON_ENVIRONMENT_TIME_LIMIT, describeWithPython, pythonEnvironment } from '../support/python-environment.ts';
import { runCommand } from '../support/run-command.ts';
import { PIPELINES } from './shipped.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));

describeWithPython('the scripts of the pipelines', () => {
  test('do what their own tests say', { timeout: PYTHON_ENVIRONMENT_TIME_LIMIT }, async () => {
    const { python } = await scikitLearnEnvironment();
    const { stdout, exitCode } = await runCommand(
      python,
      ['-B', '-m', 'pytest', '-q', '-p', 'no:cacheprovider', '--ignore-glob=*_full.py', HERE],
      { timeLimit: 240_000 },
    );
    expect(stdout).toMatch(/^\d+ passed/m);
    expect(exitCode).toBe(0);
  });

  test('are formatted and without faults', { timeout: PYTHON_ENVIRONMENT_TIME_LIMIT }, async () => {
    const ruff = (await pythonEnvironment({ name: 'ruff', requirements: ['ruff==0.17.6'] })).bin('ruff');
    const config = ['--no-cache', '--config', `${PIPELINES}ruff.toml`];
    for (const words of [['format', '--check'], ['check']]) {
      const { stdout, stderr, exitCode } = await runCommand(ruff, [...words, ...config, PIPELINES, HERE]);
      expect({ output: exitCode === 0 ? '' : stdout + stderr, exitCode }).toEqual({ output: '', exitCode: 0 });
    }
  });
});
