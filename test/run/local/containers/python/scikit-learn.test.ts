import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';

import { describeWithPython, PYTHON_ENVIRONMENT_TIME_LIMIT } from '../../../../support/python-environment.ts';
import { runCommand } from '../../../../support/run-command.ts';
import { temporaryFolder } from '../../../../support/temporary-folder.ts';
import { scikitLearnEnvironment } from './environments.ts';
import { get, type Host, hostThatFails, invoke, modelFolder, startHost, until } from './model-host.ts';

const LOADING = `
import joblib, os

def model_fn(model_dir):
    return joblib.load(os.path.join(model_dir, "model.joblib"))
`;
/** Says what it is asked to predict from. */
const DESCRIBING = `
class Model:
    def predict(self, data):
        return [type(data).__name__, str(data.dtype), list(data.shape)]

def model_fn(model_dir):
    return Model()
`;
const ROWS = '1.5,2,3\n4,5,6.25\n';

let python: string;
/** Serves the regression by the plainest script. */
let plain: Host;
/** A regression that adds its features up. */
let fitted: string;

function withScript(
  script: string,
  env: Readonly<Record<string, string>> = {},
  afterwards?: Parameters<typeof modelFolder>[1],
) {
  const model = modelFolder({ 'model.joblib': `@${fitted}`, 'code/serve_it.py': script }, afterwards);
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
    if (exitCode !== 0) throw new Error(stderr);
    plain = await startHost(withScript(LOADING, {}, afterAll), afterAll);
  }, PYTHON_ENVIRONMENT_TIME_LIMIT);

  test('a script with model_fn alone predicts from CSV, JSON and NPY and answers in each of them', async () => {
    expect(await invoke(plain, ROWS, 'text/csv', 'text/csv')).toMatchObject({
      status: 200,
      type: 'text/csv; charset=utf-8',
      text: '6.5\n15.25\n',
    });
    expect(await invoke(plain, '[[1.5, 2, 3], [4, 5, 6.25]]', 'application/json')).toMatchObject({
      status: 200,
      type: 'application/json',
      text: '[6.5, 15.25]',
    });
    const npy = await invoke(plain, ROWS, 'text/csv', 'application/x-npy');
    expect(npy.type).toBe('application/x-npy');
    expect(npy.bytes.subarray(0, 6).toString('latin1')).toBe('\x93NUMPY');
    expect(new Float64Array(Uint8Array.from(npy.bytes.subarray(-16)).buffer)).toEqual(new Float64Array([6.5, 15.25]));
  });

  test('its ping is an empty JSON answer and it knows no execution parameters', async () => {
    expect(await get(plain, '/ping')).toMatchObject({ status: 200, type: 'application/json', text: '' });
    expect(await get(plain, '/execution-parameters')).toMatchObject({ status: 404, type: 'text/html; charset=utf-8' });
    expect(await get(plain, '/other')).toMatchObject({ status: 404, text: '{}' });
    expect(await get(plain, '/invocations')).toMatchObject({ status: 405 });
  });

  test('a module that cannot be found names the folders that were looked at and what is in them', async () => {
    const request = withScript(LOADING, { SAGEMAKER_PROGRAM: 'inference.py' });
    const { exitCode, stderr } = await hostThatFails(request);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('there is no module inference.py where the scikit-learn image looks for it');
    expect(stderr).toContain(`${join(request.model, 'code')} holds serve_it.py`);
  });

  test('text becomes short floats, NPY keeps its type, and a single row of text is a vector', async () => {
    const host = await startHost(withScript(DESCRIBING));
    expect((await invoke(host, ROWS, 'text/csv')).text).toBe('["ndarray", "float32", [2, 3]]');
    expect((await invoke(host, '[[1, 2]]', 'application/json')).text).toBe('["ndarray", "float32", [1, 2]]');
    expect((await invoke(host, '1,2,3\n', 'text/csv')).text).toBe('["ndarray", "float32", [3]]');
    const save =
      'import io, numpy, sys; file = io.BytesIO(); numpy.save(file, numpy.zeros((4, 2))); sys.stdout.buffer.write(file.getvalue())';
    const npy = execFileSync(python, ['-c', save]);
    expect((await invoke(host, npy, 'application/x-npy')).text).toBe('["ndarray", "float64", [4, 2]]');
  });

  test('a type that has no default is an error of the server, as it is in the image, and the log says which', async () => {
    const answer = await invoke(plain, ROWS, 'text/csv; charset=utf-8');
    expect(answer).toMatchObject({ status: 500, type: 'text/html; charset=utf-8' });
    expect(answer.text).toContain('<h1>Internal Server Error</h1>');
    const words = 'Content type text/csv; charset=utf-8 is not supported by this framework.';
    expect(await until(() => plain.stderr().includes(words))).toBe(true);
    expect((await invoke(plain, ROWS, 'text/csv', 'text/plain')).status).toBe(500);
    expect((await invoke(plain, ROWS, 'text/csv', 'text/csv')).status).toBe(200);
  });

  test('without Accept the answer has the type that the environment names', async () => {
    const host = await startHost(withScript(LOADING, { SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT: 'text/csv' }));
    expect(await invoke(host, ROWS, 'text/csv')).toMatchObject({ text: '6.5\n15.25\n' });
  });

  test('an output_fn may give a Response of the image, a pair, an object that Flask writes, or a bare text, which is a page to it', async () => {
    const host = await startHost(
      withScript(`${DESCRIBING}
from sagemaker_containers.beta.framework import (
    content_types, encoders, env, modules, server, transformer, worker)

def output_fn(prediction, accept):
    if accept == "application/json":
        return worker.Response(encoders.encode({"instances": prediction}, accept), mimetype=accept)
    if accept == "text/x-object":
        return {"scores": [1, 2.5], "model": "é"}
    return ("a pair", accept) if accept == "text/csv" else "bare"
`),
    );
    const answers = [];
    for (const accept of ['application/json', 'text/csv', 'text/x-object', 'text/x-other']) {
      const { status, type, text } = await invoke(host, '[1]', 'application/json', accept);
      answers.push([status, type, text]);
    }
    expect(answers).toEqual([
      [200, 'application/json', '{"instances": ["ndarray", "float32", [1]]}'],
      [200, 'text/csv; charset=utf-8', 'a pair'],
      [200, 'application/json', '{"model":"\\u00e9","scores":[1,2.5]}\n'],
      [200, 'text/html; charset=utf-8', 'bare'],
    ]);
  });

  test('transform_fn stands for the other three, and next to one of them the model does not start', async () => {
    const transform =
      'def model_fn(d):\n  return 2\ndef transform_fn(m, body, kind, accept):\n  return body * m, "text/csv"\n';
    const host = await startHost(withScript(transform));
    expect(await invoke(host, 'ab', 'text/csv')).toMatchObject({ text: 'abab', type: 'text/csv; charset=utf-8' });
    const { exitCode, stderr } = await hostThatFails(withScript(`${transform}def input_fn(a, b):\n  pass\n`));
    expect(exitCode).toBe(1);
    expect(stderr).toContain('Cannot use transform_fn implementation with input_fn, predict_fn, and/or output_fn');
  });

  test('an error in predict_fn is a 500 whose traceback in the log begins in the script', async () => {
    const host = await startHost(
      withScript('def model_fn(d):\n  return None\n\ndef predict_fn(data, model):\n  return missing_name\n'),
    );
    expect((await invoke(host, ROWS, 'text/csv')).status).toBe(500);
    expect(await until(() => host.stderr().includes("NameError: name 'missing_name' is not defined"))).toBe(true);
    expect(host.stderr()).toMatch(
      /Exception on \/invocations \[POST\]\nTraceback \(most recent call last\):\n {2}File "[^"]*serve_it\.py", line 5, in predict_fn/,
    );
  });

  test.each([
    ['has no model_fn', 'x = 1\n', 'NotImplementedError: \nPlease provide a model_fn implementation.'],
    ['cannot be imported', 'import a_package_nobody_has\n', "No module named 'a_package_nobody_has'"],
    ['has an error in its syntax', 'def model_fn(\n', 'SyntaxError'],
    ['raises in model_fn', 'def model_fn(d):\n  raise ValueError("bad weights")\n', 'ValueError: bad weights'],
  ])('a script that %s ends the start with its traceback', async (_, script, words) => {
    const { exitCode, stderr } = await hostThatFails(withScript(script));
    expect(exitCode).toBe(1);
    expect(stderr).toContain(words);
  });

  test('a submit directory in the model archive is at /opt/ml/code too, where the image copies it to', async () => {
    const request = withScript(`import os
CODE = os.path.join(os.environ["SAGEMAKER_BASE_DIR"], "code")

def model_fn(model_dir):
    return [open(os.path.join(at, "words.txt")).read() for at in (CODE, os.path.join(model_dir, "code"))]

def transform_fn(model, body, kind, accept):
    return " ".join([*model, str(os.path.dirname(__file__) == CODE)]), "text/plain"
`);
    writeFileSync(join(request.model, 'code/words.txt'), 'said');
    const host = await startHost(request);
    expect((await invoke(host, '1', 'text/csv')).text).toBe('said said True');
  });

  test('without a program the start says where the image takes its script from', async () => {
    const { exitCode, stderr } = await hostThatFails(withScript(LOADING, { SAGEMAKER_PROGRAM: '' }));
    expect(exitCode).toBe(1);
    expect(stderr).toContain('SAGEMAKER_PROGRAM is not set: the scikit-learn image has no default script.');
  });

  test('a submit directory on S3 is fetched and unpacked, and one that is not there is named', async () => {
    const request = withScript(LOADING);
    const archive = join(temporaryFolder(), 'sourcedir.tar.gz');
    execFileSync('tar', ['-czf', archive, '-C', join(request.model, 'code'), '.']);
    const asked: (string | undefined)[] = [];
    const server = createServer((incoming, outgoing) => {
      asked.push(incoming.url);
      if (incoming.url === '/bucket/some/sourcedir.tar.gz') outgoing.end(readFileSync(archive));
      else outgoing.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const env = {
      ...request.env,
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      SAGEMAKER_SUBMIT_DIRECTORY: 's3://bucket/some/sourcedir.tar.gz',
    };
    const host = await startHost({ ...request, env });
    expect((await invoke(host, ROWS, 'text/csv')).text).toBe('[6.5, 15.25]');
    expect(asked).toEqual(['/bucket/some/sourcedir.tar.gz']);

    const other = withScript(LOADING);
    const wrong = { ...env, SAGEMAKER_SUBMIT_DIRECTORY: 's3://bucket/other' };
    const { exitCode, stderr } = await hostThatFails({ ...other, env: wrong });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('SAGEMAKER_SUBMIT_DIRECTORY is s3://bucket/other, which cannot be read');
  });

  test('two containers with NPY between them give the figures of both models in one process', async () => {
    const folder = temporaryFolder();
    const both = `
import joblib, numpy, sys
from sklearn.ensemble import RandomForestRegressor
from sklearn.preprocessing import StandardScaler
random = numpy.random.RandomState(0)
rows = random.rand(500, 8).astype(numpy.float32)
scaler = StandardScaler().fit(rows)
forest = RandomForestRegressor(5, random_state=0).fit(scaler.transform(rows), rows.sum(axis=1))
joblib.dump(scaler, sys.argv[1] + "/scaler.joblib")
joblib.dump(forest, sys.argv[1] + "/forest.joblib")
numpy.savetxt(sys.argv[1] + "/rows.csv", rows, delimiter=",", fmt="%s")
open(sys.argv[1] + "/expected.csv", "w").write("".join("%s\\n" % y for y in forest.predict(scaler.transform(rows)).tolist()))
`;
    execFileSync(python, ['-c', both, folder]);
    const npy = { SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT: 'application/x-npy' };
    const scaler = withScript(
      LOADING.replace('model.joblib', `${folder}/scaler.joblib`) +
        'def predict_fn(data, model):\n    return model.transform(data)\n',
      npy,
    );
    const forest = withScript(LOADING.replace('model.joblib', `${folder}/forest.joblib`), npy);
    const [first, second] = await Promise.all([startHost(scaler), startHost(forest)]);
    const between = await invoke(first, readFileSync(join(folder, 'rows.csv')), 'text/csv');
    expect(between).toMatchObject({ status: 200, type: 'application/x-npy' });
    const answer = await invoke(second, between.bytes, between.type!, 'text/csv');
    expect(answer.text).toBe(readFileSync(join(folder, 'expected.csv'), 'utf8'));
  });
});
