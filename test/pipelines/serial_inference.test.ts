import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import serialInference, { readParams } from '../../pipelines/serial_inference/pipeline.ts';
import { describeWithPython } from '../support/python-environment.ts';
import {
  PIPELINES,
  computeDirectly,
  copyOfPipelines,
  describeDocument,
  expectSameNumbers,
  readCsv,
  readJson,
  runHere,
} from './shipped.ts';

describeDocument('serial_inference', serialInference(), 'serial_inference_sklearn');
describeDocument('serial_inference', serialInference({ model: 'pytorch' }), 'serial_inference_pytorch', [
  '--kwargs',
  '{"model": "pytorch"}',
]);

/** The keys of the notebooks that such pipelines are often started from. */
const CONFIG = {
  DEFAULT_BUCKET: 'housing-demo',
  MODEL_PACKAGE_GROUP_NAME: 'HousingModels',
  PREFIX: 'serial',
  PIPELINE_NAME: 'housing-pipeline',
  INPUT_DATA: 's3://housing-demo/serial/housing_data/raw',
  MODEL_APPROVAL_STATUS: 'Approved',
  PROCESSING_INSTANCE_TYPE: 'ml.m5.xlarge',
  PROCESSING_INSTANCE_COUNT: 1,
  TRAINING_INSTANCE_TYPE: 'ml.m5.xlarge',
  CREATE_MODEL_INSTANCE_TYPE: 'ml.m5.large',
  BATCH_TRANSFORM_INSTANCE_COUNT: 1,
  BATCH_TRANSFORM_INSTANCE_TYPE: 'ml.m4.xlarge',
};

describe('the configuration of serial_inference', () => {
  test('has every key in a parameter, or in the bucket and the name', () => {
    const { parameters, bucket, name } = readParams(CONFIG);
    expect([bucket, name]).toEqual(['housing-demo', 'housing-pipeline']);
    expect(Object.keys(serialInference().parameters)).toEqual(expect.arrayContaining(Object.keys(parameters)));
    expect(Object.keys(parameters).length).toBe(10);
  });

  test('is shipped as a file to begin with', () => {
    const shipped = readJson<object>(join(PIPELINES, 'serial_inference', 'config.json'));
    expect(Object.keys(shipped)).toEqual(Object.keys(CONFIG));
  });

  test('needs the bucket once: the place of the data follows from it', () => {
    const { INPUT_DATA: data, ...rest } = CONFIG;
    expect(readParams(rest).parameters['InputData']).toBe(data);
  });

  test.each([
    [{ ...CONFIG, DEFAULT_BUCKET: 'other' }, 'does not lie in DEFAULT_BUCKET, other'],
    [{ ...CONFIG, PREFIXX: 'a' }, 'the configuration has keys that nothing reads: PREFIXX'],
  ])('that contradicts itself is refused', (values, message) => {
    expect(() => readParams(values)).toThrow(message);
  });

  test('is taken for parameters when it has their names', () => {
    expect(readParams({ InputData: 'a' })).toEqual({ parameters: { InputData: 'a' } });
  });
});

const mapped = (folder: string) => `${CONFIG.INPUT_DATA}=${folder}`;

test('an option that there is not is refused', () => {
  expect(() => serialInference({ model: 'tensorflow' } as never)).toThrow("'sklearn' or 'pytorch'");
});

describeWithPython('serial_inference on this machine', () => {
  test('predicts what plain scikit-learn predicts, behind each raw record', { timeout: 600_000 }, async () => {
    const project = copyOfPipelines();
    writeFileSync(join(project.folder, 'config.json'), JSON.stringify(CONFIG));
    const data = join(project.folder, 'pipelines', 'serial_inference', 'sample');
    const [run, direct] = await Promise.all([
      runHere(project, 'serial_inference', '--params', 'config.json', '--map', mapped(data)),
      computeDirectly<{ r2: number; predictions: number[] }>('housing'),
    ]);
    expect({ exitCode: run.exitCode, stderr: run.stderr.includes('error') }).toEqual({ exitCode: 0, stderr: false });

    // The bucket is of an account: on this machine one stands for all.
    const place = ['serial', run.run] as const;
    const rows = readCsv(join(run.store, ...place, 'batch-transform', 'test.csv.out'));
    const raw = readCsv(join(run.store, ...place, 'test', 'test.csv'));
    expect(rows.map((row) => row.slice(0, 9))).toEqual(raw);
    expect(rows.every((row) => row.length === 10)).toBe(true);
    expectSameNumbers(
      rows.map((row) => Number(row[9])),
      direct.predictions,
    );
    const evaluation = readJson<{ rows: number; regression_metrics: { r2: { value: number } } }>(
      join(run.store, ...place, 'evaluation', 'evaluation.json'),
    );
    expect(evaluation.rows).toBe(330);
    expect(evaluation.regression_metrics.r2.value).toBeCloseTo(direct.r2, 12);
    const lineage = readJson<{ run: string; model: string }>(join(run.store, ...place, 'evaluation', 'lineage.json'));
    expect(lineage.run).toBe(run.run);
    expect(lineage.model).toContain(run.run);

    // What is made of the same is not made again: it is read from where the first run put it, and comes to the same.
    const again = await runHere(project, 'serial_inference', '--params', 'config.json', '--map', mapped(data));
    expect(again.states).toEqual({
      PreprocessData: 'cached',
      TrainModel: 'cached',
      CreateModel: 'succeeded',
      BatchTransform: 'succeeded',
      EvaluateModel: 'succeeded',
      RegisterModel: 'succeeded',
    });
    expect(readCsv(join(run.store, 'serial', again.run, 'batch-transform', 'test.csv.out'))).toEqual(rows);

    const models = await project.run('sagemaker-pipelines', ['models', 'show', 'HousingModels', '--json']);
    expect(models.stdout).toContain(`/${run.run}/processing/model.tar.gz`);
  });

  test('stops at a record that it cannot use, and names it', { timeout: 600_000 }, async () => {
    const project = copyOfPipelines();
    const sample = join(project.folder, 'pipelines', 'serial_inference', 'sample', 'housing.csv');
    const lines = readFileSync(sample, 'utf8').split('\n');
    lines[5] = lines[5]!.replace(/,[^,]*$/, ',NaN');
    writeFileSync(sample, lines.join('\n'));
    const { exitCode, error, states, stderr } = await runHere(project, 'serial_inference');
    expect({ exitCode, code: error?.code }).toEqual({ exitCode: 1, code: 'step-failed' });
    expect(stderr).toContain('housing.csv, line 6: medianHouseValue is "NaN", which is no finite number');
    expect(states['PreprocessData']).toBe('failed');
  });
});
