import { beforeAll, expect, test } from 'vitest';

import { describeWithPython, PYTHON_ENVIRONMENT_TIME_LIMIT } from '../../../../support/python-environment.ts';
import { scikitLearnEnvironment } from './environments.ts';
import { get, hostThatFails, invoke, modelFolder, startHost, until } from './model-host.ts';

let python: string;

function containerWith(files: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) {
  return { python, family: 'huggingface' as const, model: modelFolder(files), env };
}

/** A script that brings its own model, in the place of a pipeline. */
const LENGTHS = `
def model_fn(model_dir):
    return lambda inputs, times=1: [{"label": text, "score": len(text) * times} for text in inputs]
`;

describeWithPython('the Hugging Face image', () => {
  beforeAll(async () => {
    ({ python } = await scikitLearnEnvironment());
  }, PYTHON_ENVIRONMENT_TIME_LIMIT);

  test('a script with model_fn alone is called with inputs and parameters, and answers compact JSON or CSV', async () => {
    const env = { SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT: 'text/csv' };
    const host = await startHost(containerWith({ 'code/inference.py': LENGTHS }, env));
    expect((await get(host, '/ping')).text).toBe('{\n  "status": "Healthy"\n}\n');
    const asked = '{"inputs": ["é", "ab"], "parameters": {"times": 2}}';
    expect(await invoke(host, asked, 'application/json')).toMatchObject({
      status: 200,
      type: 'application/json',
      text: '[{"label":"é","score":2},{"label":"ab","score":4}]',
    });
    expect(await invoke(host, 'inputs\nabc\n', 'text/csv', 'text/csv')).toMatchObject({
      type: 'text/csv',
      text: 'label,score\r\nabc,3\r\n',
    });
  });

  test('a script may read and write with the decoders and encoders of the image', async () => {
    const script = `
from sagemaker_huggingface_inference_toolkit import content_types, decoder_encoder

def model_fn(model_dir):
    return None

def transform_fn(model, body, content_type, accept):
    given = decoder_encoder.decode(body, content_type)
    return decoder_encoder.encode({"same": given == decoder_encoder.decode(body), **given}, content_types.JSON)
`;
    const host = await startHost(containerWith({ 'code/inference.py': script }));
    expect((await invoke(host, '{"inputs": ["é"]}', 'application/json')).text).toBe('{"same":true,"inputs":["é"]}');
  });

  test('every error of a request is a 400 of the model server, with the traceback in the log', async () => {
    const host = await startHost(containerWith({ 'code/inference.py': LENGTHS }));
    const answer = await invoke(host, 'a,b\n1,2\n', 'text/csv');
    expect(answer).toMatchObject({ status: 400, type: 'application/json' });
    expect(JSON.parse(answer.text)).toEqual({
      code: 400,
      type: 'InternalServerException',
      message:
        'You need to provide the correct CSV with Header columns to use it with the inference toolkit default handler. : 400',
    });
    const escaped = await invoke(host, '{"inputs": 1}', 'application/json');
    expect(escaped.status).toBe(400);
    expect(escaped.text).toContain(String.raw`"message": "\u0027int\u0027 object is not iterable"`);
    expect(await until(() => host.stderr().includes("TypeError: 'int' object is not iterable"))).toBe(true);
  });

  test('functions may take the context, and transform_fn takes the place of three', async () => {
    const script = `
def model_fn(model_dir, context):
    return context.system_properties["model_dir"]

def transform_fn(model, body, content_type, accept, context):
    return {"kind": context.get_request_header(0, "Content-Type"), "same": model.endswith("model")}
`;
    const host = await startHost(containerWith({ 'code/inference.py': script }));
    expect((await invoke(host, 'x', 'text/x')).text).toBe('{\n  "kind": "text/x",\n  "same": true\n}');
    const wrong = await hostThatFails(containerWith({ 'code/inference.py': 'def model_fn():\n  pass\n' }));
    expect(wrong.stderr).toContain('model_fn definition takes 1 or 2 arguments but 0 were given.');
  });

  test('without a script, a config.json or a task the start says what was looked for', async () => {
    const { exitCode, stderr } = await hostThatFails(containerWith({ 'pytorch_model.bin': '' }));
    expect(exitCode).toBe(1);
    expect(stderr).toContain('no config.json to tell the task, and HF_TASK is not set');
    const strange = '{"architectures": ["SomethingElse"]}';
    const unknown = await hostThatFails(containerWith({ 'config.json': strange }));
    expect(unknown.stderr).toContain("Task couldn't be inferenced from SomethingElse.");
    const hub = await hostThatFails(containerWith({}, { HF_MODEL_ID: 'somebody/model' }));
    expect(hub.stderr).toContain('HF_MODEL_ID is somebody/model');
  });
});
