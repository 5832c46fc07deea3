import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import pipeline from '../../pipelines/text_inference/pipeline.ts';
import training from '../../pipelines/text_inference/training/pipeline.ts';
import { describeWithPython } from '../support/python-environment.ts';
import { computeDirectly, copyOfPipelines, describeDocument, expectSameNumbers, runHere } from './shipped.ts';

describeDocument('text_inference', pipeline, 'text_inference');
describeDocument('text_inference/training', training, 'text_inference_training');

interface Row {
  readonly filepath: string;
  readonly logit_prob: number | null;
  readonly sentiment: string | null;
  readonly error?: string;
}

function rowsOf(file: string): Row[] {
  return readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);
}

const RESULT = ['Predict', 'predictions', 'batch-infer-res.jsonl'] as const;

describeWithPython('text_inference on this machine', () => {
  test('gives each text of the sample its row, and a bad file a row with its error', { timeout: 600_000 }, async () => {
    const project = copyOfPipelines();
    const [run, direct] = await Promise.all([
      runHere(project, 'text_inference'),
      computeDirectly<{ probabilities: number[] }>('reviews'),
    ]);
    expect(run.exitCode).toBe(0);
    expect(run.stderr).toContain('text_inference/training runs first');
    const first = readFileSync(run.file('text-inference', ...RESULT), 'utf8').split('\n')[0];
    expect(first).toMatch(
      /^\{"time": "\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000", "filepath": "\/opt\/ml\/processing\/input\/data\/01\.txt", "logit_prob": 0\.0130\d+, "sentiment": "negative"\}$/,
    );
    const rows = rowsOf(run.file('text-inference', ...RESULT));
    expectSameNumbers(
      rows.map((row) => row.logit_prob!),
      direct.probabilities,
    );

    const texts = join(project.folder, 'texts');
    mkdirSync(join(texts, 'deep'), { recursive: true });
    writeFileSync(join(texts, 'a.txt'), 'A superb film.\nMoving and clever!\n');
    writeFileSync(join(texts, 'b.txt'), '');
    writeFileSync(join(texts, 'deep', 'c.txt'), Buffer.from([0x61, 0xff]));
    const bad = await runHere(project, 'text_inference', '-p', 'InputDataUrl=texts/');
    expect(bad.exitCode).toBe(0);
    const told = rowsOf(bad.file('text-inference', ...RESULT)).map(({ sentiment, error }) => error ?? sentiment);
    expect(told).toEqual(['positive', 'is empty', 'is not UTF-8: byte 2 is 0xff']);

    mkdirSync(join(project.folder, 'none'));
    writeFileSync(join(project.folder, 'none', 'readme.md'), '');
    const empty = await runHere(project, 'text_inference', '-p', 'InputDataUrl=none/');
    expect({ exitCode: empty.exitCode, told: empty.stderr.includes('has no text files to infer.') }).toEqual({
      exitCode: 1,
      told: true,
    });
  });
});
