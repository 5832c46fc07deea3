import { execFile } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { assertStep, assertWaitsFor, emitted } from 'sagemaker-pipelines/testing';
import { expect, test } from 'vitest';
import pipeline from '../pipelines/delivery_times/pipeline.ts';

/** The first run on a machine builds the Python environment that stands for SageMaker's image. */
const TIME_LIMIT = 900_000;

test('the definition is as AWS wants it, and every answer comes with its record', () => {
  const definition = emitted(pipeline, { region: 'us-east-1' });

  expect(definition.warnings).toEqual([]);
  assertWaitsFor(definition, 'Predict', ['Prepare', 'Model']);
  assertStep(definition, 'Predict', { Arguments: { DataProcessing: { JoinSource: 'Input' } } });
});

test(
  'a run on this machine predicts every fifth delivery of the sample',
  async () => {
    const run = ['run-pipeline', '--name', 'delivery_times', '--local', '--json'];
    const { stdout } = await promisify(execFile)('npx', run, { timeout: TIME_LIMIT });

    const { outputs } = JSON.parse(stdout) as Answer;
    const predictions = outputs.find(({ title }) => title.startsWith('Predict'));
    const [file] = readdirSync(predictions!.target, { encoding: 'utf8', recursive: true }).filter((name) =>
      name.endsWith('.out'),
    );
    const rows = readFileSync(join(predictions!.target, file!), 'utf8').trim().split('\n');
    expect(rows).toHaveLength(20);
    for (const row of rows) expect(Number(row.split(',')[4])).toBeGreaterThan(5);
  },
  TIME_LIMIT,
);

interface Answer {
  readonly outputs: readonly { readonly title: string; readonly target: string }[];
}
