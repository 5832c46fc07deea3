import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { describeWithPython, PYTHON_ENVIRONMENT_TIME_LIMIT } from '../../../../support/python-environment.ts';
import { runCommand } from '../../../../support/run-command.ts';
import { temporaryFolder } from '../../../../support/temporary-folder.ts';
import { scikitLearnEnvironment } from './environments.ts';
import { get, hostThatFails, invoke, modelFolder, startHost } from './model-host.ts';

const LOADING = `
import joblib, os

def model_fn(model_dir):
    return joblib.load(os.path.join(model_dir, "model.joblib"))
`;

const ROWS = '1.5,2,3\n4,5,6.25\n';

let python: string;
/** A regression that adds its features up. */
let fitted: string;

function withScript(script: string, env: Readonly<Record<string, string>> = {}) {
  const model = modelFolder({ 'model.joblib': `@${fitted}`, 'code/serve_it.py': script });
  return {
    python,
    family: 'scikit-learn' as const,
    model,
    env: { SAGEMAKER_PROGRAM: 'serve_it.py', SAGEMAKER_SUBMIT_DIRECTORY: join(model, 'code'), ...env },
  };
}

describeWithPython('the scikit-learn image', () => {
  beforeAll(async () => {
    ({ python } = await scikitLearnEnvironment());
    fitted = join(temporaryFolder(afterAll), 'model.joblib');
    const fit = `
import joblib, numpy, sys
from sklearn.linear_model import LinearRegression
rows = numpy.eye(3)
joblib.dump(LinearRegression(fit_intercept=False).fit(rows, rows.sum(axis=1)), sys.argv[1])
`;
    const { stderr, exitCode } = await runCommand(python, ['-c', fit, fitted]);
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
  }, PYTHON_ENVIRONMENT_TIME_LIMIT);

  test('a script with model_fn alone predicts from CSV, JSON and NPY and answers in each of them', async () => {
    const host = await startHost(withScript(LOADING));
    expect(await invoke(host, ROWS, 'text/csv', 'text/csv')).toMatchObject({
      status: 200,
      type: 'text/csv; charset=utf-8',
      text: '6.5\n15.25\n',
    });
    expect(await invoke(host, '[[1.5, 2, 3], [4, 5, 6.25]]', 'application/json')).toMatchObject({
      status: 200,
      type: 'application/json',
      text: '[6.5, 15.25]',
    });
    const npy = await invoke(host, ROWS, 'text/csv', 'application/x-npy');
    expect(npy.type).toBe('application/x-npy');
    expect(npy.bytes.subarray(0, 6).toString('latin1')).toBe('\x93NUMPY');
    expect(new Float64Array(Uint8Array.from(npy.bytes.subarray(-16)).buffer)).toEqual(new Float64Array([6.5, 15.25]));
  });

  test('its ping is an empty JSON answer and it knows no execution parameters', async () => {
    const host = await startHost(withScript(LOADING));
    expect(await get(host, '/ping')).toMatchObject({ status: 200, type: 'application/json', text: '' });
    expect(await get(host, '/execution-parameters')).toMatchObject({ status: 404, type: 'text/html; charset=utf-8' });
    expect(await get(host, '/other')).toMatchObject({ status: 404, text: '{}' });
    expect(await get(host, '/invocations')).toMatchObject({ status: 405 });
  });

  test('a module that cannot be found names the folders that were looked at and what is in them', async () => {
    const request = withScript(LOADING, { SAGEMAKER_PROGRAM: 'inference.py' });
    const { exitCode, stderr } = await hostThatFails(request);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('there is no module inference.py where the scikit-learn image looks for it');
    expect(stderr).toContain(`${join(request.model, 'code')} holds serve_it.py`);
  });
});
