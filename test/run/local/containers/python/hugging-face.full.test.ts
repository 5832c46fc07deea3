import { execFileSync } from 'node:child_process';
import { beforeAll, expect, test } from 'vitest';

import { describeWithPython, PYTHON_ENVIRONMENT_TIME_LIMIT } from '../../../../support/python-environment.ts';
import { temporaryFolder } from '../../../../support/temporary-folder.ts';
import { torchEnvironment } from './environments.ts';
import { hostThatFails, invoke, modelFolder, startHost } from './model-host.ts';

let python: string;

const MAKE = `
import sys
from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast, pipeline
folder = sys.argv[1]
with open(folder + "/vocab.txt", "w") as file:
    file.write("\\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "hello", "world"]))
BertTokenizerFast(folder + "/vocab.txt").save_pretrained(folder)
sizes = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 8}
BertForSequenceClassification(BertConfig(vocab_size=7, **sizes)).save_pretrained(folder)
for answer in pipeline("text-classification", model=folder)(["hello world", "world"]):
    print(answer["label"], answer["score"])
`;

/** Makes a model of its own kind of the model: its class lies in the archive, and config.json says so. */
const OWN = `
import json, sys
folder = sys.argv[1]
with open(folder + "/own.py", "w") as file:
    file.write("""
from transformers import BertConfig, BertForSequenceClassification

class OwnConfig(BertConfig):
    model_type = "own"

class OwnForSequenceClassification(BertForSequenceClassification):
    config_class = OwnConfig
""")
with open(folder + "/config.json") as file:
    config = json.load(file)
parts = {"AutoConfig": "own.OwnConfig", "AutoModelForSequenceClassification": "own.OwnForSequenceClassification"}
config.update(model_type="own", architectures=["OwnForSequenceClassification"], auto_map=parts)
with open(folder + "/config.json", "w") as file:
    json.dump(config, file)
`;

describeWithPython('the Hugging Face image with transformers', () => {
  beforeAll(async () => {
    ({ python } = await torchEnvironment());
  }, PYTHON_ENVIRONMENT_TIME_LIMIT);

  test('a model without a script is a pipeline for the task of its architecture, or for HF_TASK', async () => {
    const model = modelFolder({});
    const expected = execFileSync(python, ['-c', MAKE, model], { stdio: ['ignore', 'pipe', 'ignore'] }).toString();
    const request = { python, family: 'huggingface' as const, model };
    const host = await startHost(request);
    const { status, text } = await invoke(host, '{"inputs": ["hello world", "world"]}', 'application/json');
    expect(status).toBe(200);
    const answers = JSON.parse(text) as { label: string; score: number }[];
    const told = expected.trim().split('\n');
    expect(answers.map(({ label }) => label)).toEqual(told.map((line) => line.split(' ')[0]));
    for (const [index, { score }] of answers.entries()) {
      expect(score).toBeCloseTo(Number(told[index]!.split(' ')[1]), 6);
    }
    const wrong = await hostThatFails({ ...request, env: { HF_TASK: 'no-task' } });
    expect(wrong.exitCode).toBe(1);
    expect(wrong.stderr).toContain('Unknown task no-task');
  });

  test('code in the archive of a model without a script is run when HF_TRUST_REMOTE_CODE says so', async () => {
    const model = modelFolder({});
    for (const program of [MAKE, OWN]) execFileSync(python, ['-c', program, model], { stdio: 'ignore' });
    const env = { HF_HOME: temporaryFolder() };
    const request = { python, family: 'huggingface' as const, model };
    const { exitCode, stderr } = await hostThatFails({ ...request, env });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('trust_remote_code=True');
    const host = await startHost({ ...request, env: { ...env, HF_TRUST_REMOTE_CODE: 'true' } });
    expect((await invoke(host, '{"inputs": "hello world"}', 'application/json')).status).toBe(200);
  });
});
