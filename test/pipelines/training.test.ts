import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import inference from '../../pipelines/inference/pipeline.ts';
import training from '../../pipelines/training/pipeline.ts';
import { describeWithPython } from '../support/python-environment.ts';
import {
  computeDirectly,
  copyOfPipelines,
  describeDocument,
  expectSameNumbers,
  readCsv,
  readJson,
  runHere,
} from './shipped.ts';

describeDocument('training', training, 'training');
describeDocument('inference', inference, 'inference');

interface Direct {
  readonly accuracy: number;
  readonly auc: number;
  readonly tested: number;
  readonly probabilities: number[];
}

describeWithPython('training and inference on this machine', () => {
  let project: ReturnType<typeof copyOfPipelines>;
  // One for all, so that what is fitted of the same is fitted once: its steps are cached.
  beforeAll(() => void (project = copyOfPipelines(afterAll)));

  test('predict what plain scikit-learn predicts, a row for each record', { timeout: 600_000 }, async () => {
    const direct = await computeDirectly<Direct>('census');
    const trained = await runHere(project, 'training');
    expect({ exitCode: trained.exitCode, state: trained.states['Register'] }).toEqual({
      exitCode: 0,
      state: 'succeeded',
    });
    const report = readJson<{ accuracy: number; roc_auc: number; '1': object; 'macro avg': { support: number } }>(
      trained.file('training', 'Evaluate', 'evaluation', 'evaluation.json'),
    );
    expect(report.accuracy).toBeCloseTo(direct.accuracy, 9);
    expect(report.roc_auc).toBeCloseTo(direct.auc, 9);
    expect(report['macro avg'].support).toBe(direct.tested);
    expect(Object.keys(report['1'])).toEqual(['precision', 'recall', 'f1-score', 'support']);

    const run = await runHere(project, 'inference');
    expect({ exitCode: run.exitCode, first: run.stderr.includes('runs first') }).toEqual({ exitCode: 0, first: false });
    const [header, ...rows] = readCsv(run.file('inference', 'Predict', 'predictions', 'predictions.csv'));
    expect(header).toEqual(['file', 'line', 'prediction', 'probability']);
    expect(rows.map(([file, line]) => [file, line])).toEqual(rows.map((_, at) => ['new.csv', String(at + 2)]));
    expectSameNumbers(
      rows.map((row) => Number(row[3])),
      direct.probabilities,
    );
    const lineage = readJson<{ run: string; model: string }>(
      run.file('inference', 'Predict', 'predictions', 'lineage.json'),
    );
    expect(lineage.run).toBe(run.run);
    expect(lineage.model).toContain(`/training/${trained.run}/Train/`);
  });

  test('refuse a model that is not good enough, and records that have drifted', { timeout: 600_000 }, async () => {
    rmSync(join(project.folder, '.sagemaker-pipelines', 'registry'), { recursive: true, force: true });
    const strict = await runHere(project, 'training', '-p', 'MinimumAuc=0.99');
    expect(strict.exitCode).toBe(1);
    expect(strict.stderr).toMatch(/The ROC AUC is 0\.80\d+, and 0\.99 is wanted/);

    // Nothing was registered, so that the model is trained as the sample has it before it is used.
    const drifted = await runHere(project, 'inference', '-p', 'MaximumPsi=0.001');
    expect(drifted.stderr).toContain('training runs first: no approved version of the model "census-income"');
    expect(drifted.stderr).toMatch(/The largest PSI of a feature is 0\.0\d+, above 0\.001/);
    expect({ exitCode: drifted.exitCode, predicted: drifted.states['Predict'] }).toEqual({
      exitCode: 1,
      predicted: 'succeeded',
    });
    expect(readCsv(drifted.file('inference', 'Predict', 'predictions', 'predictions.csv')).length).toBe(301);

    const other = join(project.folder, 'other.csv');
    const sample = readCsv(join(project.folder, 'pipelines', 'inference', 'sample', 'new.csv'));
    sample[7]![1] = ' Pirate';
    writeFileSync(other, sample.map((row) => `${row.join(',')}\n`).join(''));
    const unseen = await runHere(project, 'inference', '-p', 'InputDataUrl=other.csv');
    expect(unseen.exitCode).toBe(1);
    expect(unseen.stderr).toContain('other.csv, line 8: class of worker is "Pirate", which training has not seen');
  });
});
