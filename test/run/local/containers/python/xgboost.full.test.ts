import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { describeWithPython, PYTHON_ENVIRONMENT_TIME_LIMIT } from '../../../../support/python-environment.ts';
import { temporaryFolder } from '../../../../support/temporary-folder.ts';
import { xgboostEnvironment } from './environments.ts';
import { ask, get, hostThatFails, invoke, modelFolder, startHost, until } from './model-host.ts';
import { runTrain } from './run-train.ts';

let python: string;
/** Boosters of three features as `xgboost-model` may be, and what they predict for two rows. */
let made: string;
let expected: Record<'pair' | 'sparse' | 'mean' | 'classes', number[]>;

const TRAIN = `
import json, numpy, pickle, struct, sys, xgboost
folder = sys.argv[1]
rows = numpy.random.RandomState(0).rand(200, 3)
target = rows.sum(axis=1)
one = xgboost.train({"objective": "reg:squarederror", "max_depth": 3}, xgboost.DMatrix(rows, label=target), 10)
two = xgboost.train({"objective": "reg:squarederror", "max_depth": 2}, xgboost.DMatrix(rows, label=target * 2), 5)
odds = xgboost.train({"objective": "binary:logistic"}, xgboost.DMatrix(rows, label=target > 1.5), 5)
with open(folder + "/pickled", "wb") as file:
    pickle.dump(one, file)
one.save_model(folder + "/one.json")
two.save_model(folder + "/two.ubj")
odds.save_model(folder + "/odds.json")
asked = numpy.array([[0.1, 0.2, 0.3], [0.9, 0.8, numpy.nan]])
def said(booster, data=asked):
    return booster.predict(xgboost.DMatrix(data)).tolist()
nothing = numpy.nan
json.dump({
    "pair": said(one),
    "sparse": said(one, numpy.array([[0.1, nothing, 0.3], [nothing, 0.8, nothing]])),
    "mean": numpy.mean([one.predict(xgboost.DMatrix(asked)), two.predict(xgboost.DMatrix(asked))], axis=0).tolist(),
    "classes": said(odds),
}, sys.stdout)

def tensor(values, keys=None, shape=None):
    packed = struct.pack("<%df" % len(values), *values)
    message = b"\\x0a" + bytes([len(packed)]) + packed
    if keys is not None:
        message += b"\\x12" + bytes([len(keys), *keys]) + b"\\x1a\\x01" + bytes([shape])
    return message
with open(folder + "/rows.recordio", "wb") as file:
    for message in [tensor([0.1, 0.2, 0.3])]:
        value = b"\\x12" + bytes([len(message)]) + message
        entry = b"\\x0a\\x06values\\x12" + bytes([len(value)]) + value
        record = b"\\x0a" + bytes([len(entry)]) + entry
        file.write(struct.pack("<II", 0xCED7230A, len(record)) + record + b"\\0" * (-len(record) % 4))
`;
const CSV = '0.1,0.2,0.3\n0.9,0.8,\n';

function containerWith(files: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) {
  return { python, family: 'xgboost' as const, model: modelFolder(files), env };
}

describeWithPython('the XGBoost image', () => {
  beforeAll(async () => {
    ({ python } = await xgboostEnvironment());
    made = temporaryFolder(afterAll);
    expected = JSON.parse(execFileSync(python, ['-W', 'ignore', '-c', TRAIN, made]).toString()) as typeof expected;
  }, PYTHON_ENVIRONMENT_TIME_LIMIT);

  test('the algorithm loads a pickle or a model of XGBoost itself, and answers a batch a line a row', async () => {
    for (const file of ['pickled', 'one.json']) {
      const files = { 'xgboost-model': `@${made}/${file}`, '.hidden': 'no model' };
      const host = await startHost(containerWith(files, { SAGEMAKER_BATCH: 'true' }));
      expect(await get(host, '/ping')).toMatchObject({ status: 200, text: '' });
      expect(await invoke(host, CSV, 'text/csv')).toMatchObject({
        status: 200,
        type: 'text/csv; charset=utf-8',
        text: expected.pair.map((figure) => `${figure}\n`).join(''),
      });
      expect((await invoke(host, CSV, 'text/csv; label_size=1', 'application/json')).text).toMatch(
        /^[\d.]+\n[\d.]+\n$/,
      );
    }
  });

  test('outside a batch it answers as the endpoint does, from CSV, LIBSVM and RecordIO', async () => {
    const host = await startHost(containerWith({ 'xgboost-model': `@${made}/one.json` }));
    expect((await invoke(host, CSV, 'text/csv')).text).toBe(expected.pair.map((figure) => `${figure}\n`).join(''));
    const json = await invoke(host, '1:0.1 3:0.3\n2:0.8', 'text/libsvm', 'application/json');
    expect(JSON.parse(json.text)).toEqual({ predictions: expected.sparse.map((score) => ({ score })) });
    const records = execFileSync('cat', [join(made, 'rows.recordio')]);
    expect((await invoke(host, records, 'application/x-recordio-protobuf')).text).toBe(`${expected.pair[0]}\n`);
  });

  test('its execution parameters name its limit, and what is over that is refused', async () => {
    const host = await startHost(
      containerWith({ 'xgboost-model': `@${made}/one.json` }, { MAX_CONTENT_LENGTH: '2097152' }),
    );
    const { type, text } = await get(host, '/execution-parameters');
    expect(type).toBe('application/json');
    const parameters = JSON.parse(text) as Record<string, unknown>;
    expect(parameters).toMatchObject({ BatchStrategy: 'MULTI_RECORD', MaxPayloadInMB: 2 });
    expect(parameters['MaxConcurrentTransforms']).toBeGreaterThan(0);
    expect(await invoke(host, Buffer.alloc(2_097_153, '1'), 'text/csv')).toMatchObject({ status: 413 });
  });

  test('each fault has its own status and its words', async () => {
    const host = await startHost(containerWith({ 'xgboost-model': `@${made}/pickled` }));
    const answers = [];
    for (const [body, type, accept] of [
      ['', 'text/csv', 'text/csv'],
      ['[1]', 'application/json', 'text/csv'],
      ['a,b,c', 'text/csv', 'text/csv'],
      ['1,2,3,4', 'text/csv', 'text/csv'],
      ['1', 'text/csv', 'text/csv'],
      [CSV, 'text/csv', 'text/plain'],
    ] as const) {
      const { status, text } = await invoke(host, body, type, accept);
      answers.push([status, text.slice(0, 70)]);
    }
    expect(answers).toEqual([
      [204, ''],
      [415, 'application/json is not an accepted ContentType: csv, libsvm, parquet,'],
      [415, 'Loading csv data failed with Exception, please ensure data is in csv f'],
      [400, 'Unable to evaluate payload provided: Feature size of csv inference dat'],
      [400, 'Unable to evaluate payload provided: Feature size of csv inference dat'],
      [406, 'Accept type text/plain is not supported. Please use supported accept t'],
    ]);
  });

  test('a pickled booster takes one column fewer than it has features, as it does in the image', async () => {
    const host = await startHost(containerWith({ 'xgboost-model': `@${made}/pickled` }));
    expect(await invoke(host, '0.1,0.2', 'text/csv')).toMatchObject({
      status: 200,
      text: expect.stringMatching(/^\d\.\d+\n$/),
    });
  });

  test('several models are an ensemble unless the environment says otherwise', async () => {
    const files = { one: `@${made}/one.json`, two: `@${made}/two.ubj` };
    const host = await startHost(containerWith(files, { SAGEMAKER_BATCH: 'true' }));
    expect((await invoke(host, CSV, 'text/csv')).text).toBe(expected.mean.map((figure) => `${figure}\n`).join(''));
  });

  test('chosen figures are told of every row', async () => {
    const env = {
      SAGEMAKER_INFERENCE_OUTPUT: 'predicted_label, probabilities, predicted_score',
      SAGEMAKER_BATCH: 'true',
    };
    const host = await startHost(containerWith({ model: `@${made}/odds.json` }, env));
    const rows = expected.classes.map((odds) => `${odds > 0.5 ? 1 : 0},"[${1 - odds}, ${odds}]",nan\n`).join('');
    expect(await invoke(host, CSV, 'text/csv')).toMatchObject({ status: 200, text: rows });
    const lines = await invoke(host, CSV, 'text/csv', 'application/jsonlines');
    expect(lines.text.split('\n')[0]).toMatch(/^\{"predicted_label": 0, "probabilities": \[/);
  });

  test('no model, and one that nothing can load, end the start with what was found', async () => {
    const none = await hostThatFails(containerWith({ 'folder/model': 'x' }));
    expect(none).toMatchObject({ exitCode: 1 });
    expect(none.stderr).toContain('the XGBoost algorithm finds no model:');
    expect(none.stderr).toContain('holds folder/');
    const wrong = await hostThatFails(containerWith({ 'xgboost-model': 'no model' }));
    expect(wrong.stderr).toMatch(
      /Model \S+xgboost-model cannot be loaded:\nPickle load error=.*\nXGB load model error=/,
    );
  });

  test('a script reads a request with the encoder of its image, as the examples of AWS do', async () => {
    const script = `
import os, pickle
import sagemaker_xgboost_container.encoder as xgb_encoders
from sagemaker_xgboost_container import encoder

def model_fn(model_dir):
    with open(os.path.join(model_dir, "xgboost-model"), "rb") as file:
        return pickle.load(file)

def input_fn(body, content_type):
    return xgb_encoders.libsvm_to_dmatrix(body) if content_type == "text/libsvm" else encoder.csv_to_dmatrix(body)
`;
    const files = { 'xgboost-model': `@${made}/pickled`, 'code/serve_it.py': script };
    const request = containerWith(files, { SAGEMAKER_PROGRAM: 'serve_it.py' });
    const env = { ...request.env, SAGEMAKER_SUBMIT_DIRECTORY: join(request.model, 'code') };
    const host = await startHost({ ...request, env });
    const [first] = expected.pair;
    for (const [body, type] of [
      ['0.1,0.2,0.3', 'text/csv'],
      ['1:0.1 2:0.2 3:0.3', 'text/libsvm'],
    ] as const) {
      expect(JSON.parse((await invoke(host, body, type)).text)).toEqual([first]);
    }
  });

  test('a training script may import what it serves with', async () => {
    const code = `
from sagemaker_containers.beta.framework import worker
import sagemaker_xgboost_container.encoder as xgb_encoders
print(worker.Response.__name__, xgb_encoders.csv_to_dmatrix("1,2\\n3,4").num_row())
`;
    expect(await runTrain(python, 'xgboost', { 'train.py': code })).toContain('Response 2');
  });

  test('a script gets a DMatrix by default; JSON is none of its types, and a last empty line is a row too many', async () => {
    const script = `
import os, xgboost
def model_fn(model_dir):
    booster = xgboost.Booster()
    booster.load_model(os.path.join(model_dir, "one.json"))
    return booster
`;
    const model = modelFolder({ 'one.json': `@${made}/one.json`, 'code/serve_it.py': script });
    const env = { SAGEMAKER_PROGRAM: 'serve_it.py', SAGEMAKER_SUBMIT_DIRECTORY: join(model, 'code') };
    const host = await startHost({ python, family: 'xgboost', model, env });
    expect((await get(host, '/execution-parameters')).status).toBe(404);
    const { text } = await invoke(host, CSV.trimEnd(), 'text/csv; charset=utf-8', 'application/json');
    expect(JSON.parse(text)).toEqual(expected.pair);
    const zeros = await invoke(host, '1:0.1 2:0.2 3:0.3', 'text/x-libsvm', 'text/csv');
    expect(Number(zeros.text)).toBeCloseTo(expected.pair[0]!, 6);
    expect((await invoke(host, CSV, 'text/csv')).status).toBe(500);
    expect((await invoke(host, '[[1]]', 'application/json')).status).toBe(500);
    expect(await until(() => host.stderr().includes('Content type application/json is not supported'))).toBe(true);
    expect(await ask(host, { path: '/invocations', method: 'PUT' })).toMatchObject({ status: 405 });
  });
});
