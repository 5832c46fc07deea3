import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { describeWithPython, PYTHON_ENVIRONMENT_TIME_LIMIT } from '../../../../support/python-environment.ts';
import { temporaryFolder } from '../../../../support/temporary-folder.ts';
import { scikitLearnEnvironment, torchEnvironment } from './environments.ts';
import { ask, get, hostThatFails, invoke, modelFolder, startHost, until } from './model-host.ts';

let python: string;
let scikitLearn: string;
/** `script.pt`: TorchScript that doubles; `state.pth`: a linear layer's weights; `scaler.joblib` and figures of both. */
let made: string;

const MAKE_TORCH = `
import sys, torch
class Double(torch.nn.Module):
    def forward(self, x):
        return x * 2
torch.jit.trace(Double(), torch.zeros(2, 3)).save(sys.argv[1] + "/script.pt")
layer = torch.nn.Linear(3, 1)
torch.nn.init.constant_(layer.weight, 0.3)
torch.nn.init.constant_(layer.bias, 0.1)
torch.save(layer.state_dict(), sys.argv[1] + "/state.pth")
`;
const LINEAR = `
import json, os, torch
from sagemaker_inference import content_types

def model_fn(model_dir, context):
    layer = torch.nn.Linear(3, 1)
    layer.load_state_dict(torch.load(os.path.join(context.system_properties["model_dir"], "state.pth")))
    return layer

def input_fn(body, content_type):
    if content_type != content_types.JSON:
        raise ValueError("This model only supports application/json input")
    return torch.tensor(json.loads(body)["instances"], dtype=torch.float32)
`;

function containerWith(files: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) {
  return { python, family: 'pytorch' as const, model: modelFolder(files), env };
}

describeWithPython('the PyTorch image', () => {
  beforeAll(async () => {
    [{ python }, { python: scikitLearn }] = await Promise.all([torchEnvironment(), scikitLearnEnvironment()]);
    made = temporaryFolder(afterAll);
    execFileSync(python, ['-c', MAKE_TORCH, made]);
  }, PYTHON_ENVIRONMENT_TIME_LIMIT);

  test('TorchScript needs no script, under any name, and answers each type with the type that was asked for', async () => {
    const host = await startHost(containerWith({ 'named.pth': `@${made}/script.pt` }));
    expect(await get(host, '/ping')).toMatchObject({ status: 200, text: '{\n  "status": "Healthy"\n}\n' });
    expect(await get(host, '/execution-parameters')).toMatchObject({
      status: 404,
      text: '{\n  "code": 404,\n  "type": "ResourceNotFoundException",\n  "message": "Requested resource is not found, please refer to API document."\n}\n',
    });
    expect(await invoke(host, '[[1, 2.5]]', 'application/json')).toMatchObject({
      status: 200,
      type: 'application/json',
      text: '[[2.0, 5.0]]',
    });
    const list = 'text/csv, application/json';
    expect(await invoke(host, '1.5,2.5\n3.5,0.1\n', 'text/csv', list)).toMatchObject({
      status: 200,
      type: list,
      text: '3.0,5.0\n7.0,0.20000000298023224\n',
    });
  });

  test('a type without a default is a 500 with the words and the traceback as its body, and the connection ends', async () => {
    const host = await startHost(containerWith({ 'model.pt': `@${made}/script.pt` }));
    const { status, type, text } = await invoke(host, 'x', 'text/plain');
    expect({ status, type }).toEqual({ status: 500, type: null });
    expect(text).toMatch(/^Content type text\/plain is not supported by this framework\.\n/);
    expect(text).toContain('\nTraceback (most recent call last):\n');
    const mixed = await invoke(host, '1,2.5\n', 'text/csv');
    expect(mixed.status).toBe(500);
    expect(await until(() => host.stderr().includes('Transform failed for model: model.'))).toBe(true);
  });

  test('the script is code/inference.py, else SAGEMAKER_PROGRAM, and may take the context', async () => {
    const weights = { 'state.pth': `@${made}/state.pth` };
    const body = '{"instances": [[1, 2, 3]]}';
    for (const [name, env] of [
      ['code/inference.py', {}],
      ['code/other.py', { SAGEMAKER_PROGRAM: 'other.py' }],
      ['inference.py', {}],
    ] as const) {
      const host = await startHost(containerWith({ ...weights, [name]: LINEAR }, env));
      const { text } = await invoke(host, body, 'application/json', 'text/csv');
      expect(Number(text)).toBeCloseTo(1.9, 5);
      expect(await invoke(host, '1', 'text/csv')).toMatchObject({ status: 500 });
    }
  });

  test('a script elsewhere is not found: the start says where the image looked and what its own model_fn found', async () => {
    const request = containerWith({ 'state.pth': `@${made}/state.pth`, 'source/inference.py': LINEAR });
    const { exitCode, stderr } = await hostThatFails(request);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('there is no module inference.py where the PyTorch image looks for it:');
    expect(stderr).toContain(`${join(request.model, 'code')} does not exist`);
    expect(stderr).toContain('holds source/, state.pth');
    expect(stderr).toContain('Please ensure model is saved using torchscript.');
    const nothing = await hostThatFails(containerWith({ 'readme.txt': 'none' }));
    expect(nothing.stderr).toContain('Exactly one .pth or .pt file is required for PyTorch models: []');
  });

  test('what a script gives back is text, bytes, a pair, or JSON with an indent; an array is refused', async () => {
    const script = `
import numpy
def model_fn(model_dir):
    return None
def transform_fn(model, body, content_type, accept):
    return eval(body.decode())
`;
    const host = await startHost(containerWith({ 'code/inference.py': script }));
    const answers = [];
    for (const body of ['"text"', 'b"bytes"', '("a", "text/x")', '{"a": [1]}', 'numpy.zeros(2)']) {
      const { status, type, text } = await invoke(host, body, 'text/plain');
      answers.push([status, type, text]);
    }
    expect(answers).toEqual([
      [200, 'application/json', 'text'],
      [200, 'application/json', 'bytes'],
      [200, 'text/x', 'a'],
      [200, 'application/json', '{\n  "a": [\n    1\n  ]\n}'],
      [
        503,
        'application/json',
        '{\n  "code": 503,\n  "type": "InternalServerException",\n  "message": "Unsupported model output data type."\n}\n',
      ],
    ]);
  });

  test("TorchServe's limits of a request and of an answer hold until its own variables raise them", async () => {
    const files = {
      'code/inference.py': 'def model_fn(d):\n  pass\ndef transform_fn(m, b, c, a):\n  return bytes(b) * 2\n',
    };
    const large = Buffer.alloc(6_553_501, 'x');
    const host = await startHost(containerWith(files));
    expect(await invoke(host, large, 'text/plain')).toMatchObject({ status: 413, text: '' });
    const chunked = { path: '/invocations', method: 'POST', headers: { 'Transfer-Encoding': 'chunked' } };
    expect(await ask(host, chunked, large)).toMatchObject({ status: 413 });
    const answer = await invoke(host, large.subarray(0, 4_000_000), 'text/plain');
    expect(answer).toMatchObject({ status: 500 });
    expect(answer.text).toContain('"message": "Worker died."');
    expect(await until(() => host.stderr().includes('TS_MAX_REQUEST_SIZE in the container'))).toBe(true);
    const raised = { TS_MAX_REQUEST_SIZE: '7000000', TS_MAX_RESPONSE_SIZE: '20000000' };
    const wider = await startHost(containerWith(files, raised));
    expect((await invoke(wider, large, 'text/plain')).bytes.length).toBe(2 * large.length);
  });

  test('scikit-learn and PyTorch behind it give the figures of both in one process', async () => {
    const fit = `
import joblib, numpy, sys
from sklearn.preprocessing import StandardScaler
rows = numpy.random.RandomState(0).rand(200, 3)
scaler = StandardScaler().fit(rows)
joblib.dump(scaler, sys.argv[1] + "/scaler.joblib")
numpy.savetxt(sys.argv[1] + "/rows.csv", rows, delimiter=",", fmt="%s")
numpy.save(sys.argv[1] + "/scaled.npy", scaler.transform(rows.astype(numpy.float32)))
`;
    execFileSync(scikitLearn, ['-c', fit, made]);
    const expected = execFileSync(python, [
      '-c',
      `
import numpy, sys, torch
layer = torch.nn.Linear(3, 1)
layer.load_state_dict(torch.load(sys.argv[1] + "/state.pth"))
with torch.no_grad():
    for row in layer(torch.tensor(numpy.load(sys.argv[1] + "/scaled.npy").tolist(), dtype=torch.float32)).tolist():
        print(*row)
`,
      made,
    ]).toString();
    const features = `
import joblib, os
from sagemaker_containers.beta.framework import encoders, worker
def model_fn(model_dir):
    return joblib.load(os.path.join(model_dir, "scaler.joblib"))
def predict_fn(data, model):
    return model.transform(data)
def output_fn(prediction, accept):
    return worker.Response('{"instances": %s}' % encoders.encode(prediction, accept), mimetype=accept)
`;
    const model = modelFolder({ 'scaler.joblib': `@${made}/scaler.joblib`, 'code/features.py': features });
    const env = { SAGEMAKER_PROGRAM: 'features.py', SAGEMAKER_SUBMIT_DIRECTORY: join(model, 'code') };
    const first = await startHost({ python: scikitLearn, family: 'scikit-learn', model, env });
    const files = { 'state.pth': `@${made}/state.pth`, 'code/inference.py': LINEAR };
    const second = await startHost(containerWith(files, { SAGEMAKER_MODEL_SERVER_WORKERS: '2' }));
    const rows = execFileSync('cat', [join(made, 'rows.csv')]);
    const between = await invoke(first, rows, 'text/csv', 'application/json');
    expect(between.type).toBe('application/json');
    const answer = await invoke(second, between.bytes, between.type!, 'text/csv');
    expect(answer).toMatchObject({ status: 200, text: expected });
  });
});
