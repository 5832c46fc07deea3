import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import type { Json, JsonObject, StepDocument } from '../../../../src/definition/document.ts';
import { newSketch, rankAt, ranksOf } from '../../../../src/run/local/quality/sketch.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { type Bench, type Ran, bench, documentOf, get, shellStep } from '../run-document.ts';

const INPUT = '/opt/ml/processing/input/baseline_dataset_input';
const OUTPUT = '/opt/ml/processing/output';

interface Check {
  readonly environment?: Readonly<Record<string, string>>;
  readonly beside?: JsonObject;
  readonly dataset?: string;
}

/** A step as the Python SDK writes it. */
function checkStep({ environment = {}, beside = {}, dataset = 's3://b/data' }: Check = {}): StepDocument {
  return {
    Name: 'Check',
    Type: 'QualityCheck',
    Arguments: {
      ProcessingResources: { ClusterConfig: { InstanceType: 'ml.c5.xlarge', InstanceCount: 1, VolumeSizeInGB: 30 } },
      AppSpecification: {
        ImageUri: '159807026194.dkr.ecr.us-west-2.amazonaws.com/sagemaker-model-monitor-analyzer',
      },
      RoleArn: 'arn:aws:iam::111122223333:role/SageMaker',
      ProcessingInputs: [
        {
          InputName: 'baseline_dataset_input',
          AppManaged: false,
          S3Input: { S3Uri: dataset, LocalPath: INPUT, S3DataType: 'S3Prefix', S3InputMode: 'File' },
        },
      ],
      ProcessingOutputConfig: {
        Outputs: [
          {
            OutputName: 'quality_check_output',
            AppManaged: false,
            S3Output: { S3Uri: 's3://b/checked', LocalPath: OUTPUT, S3UploadMode: 'EndOfJob' },
          },
        ],
      },
      Environment: {
        output_path: OUTPUT,
        publish_cloudwatch_metrics: 'Disabled',
        dataset_format: '{"csv": {"header": true, "output_columns_position": "START"}}',
        dataset_source: INPUT,
        ...environment,
      },
    },
    CheckType: 'DATA_QUALITY',
    ModelPackageGroupName: null,
    SkipCheck: false,
    FailOnViolation: true,
    RegisterNewBaseline: false,
    SuppliedBaselineStatistics: null,
    SuppliedBaselineConstraints: null,
    ...beside,
  } as StepDocument;
}

const FIRST = { SkipCheck: true, RegisterNewBaseline: true };
const SUPPLIED = {
  SuppliedBaselineConstraints: 's3://b/before/constraints.json',
  SuppliedBaselineStatistics: 's3://b/before/statistics.json',
};

async function jsonAt(project: Bench, uri: string): Promise<JsonObject> {
  return JSON.parse(await project.get(uri)) as JsonObject;
}

const propertiesOf = ({ folder }: Ran): JsonObject =>
  (JSON.parse(readFileSync(join(folder, 'steps/Check/result.json'), 'utf8')) as { properties: JsonObject }).properties;

const rowsOf = (count: number, row: (index: number) => string) =>
  `age,income,town\n${Array.from({ length: count }, (_, index) => row(index)).join('\n')}\n`;
const plain = (index: number) => `${index % 50},${(index % 20) + 0.5},${index % 3 === 0 ? 'Ulm' : 'Bonn'}`;

/** A project in which a first run has made a baseline, to which later ones are held. */
async function withBaseline(): Promise<Bench> {
  const project = bench();
  await project.put('s3://b/data/a.csv', rowsOf(300, plain));
  const first = await project.run(documentOf([checkStep({ beside: FIRST })]));
  expect(first.reasons).toEqual({ Check: undefined });
  for (const name of ['constraints.json', 'statistics.json']) {
    await project.put(`s3://b/before/${name}`, await project.get(`s3://b/checked/${name}`));
  }
  return project;
}

describe('a QualityCheck step', () => {
  test('makes a first baseline, which later steps read', async () => {
    const project = bench();
    await project.put('s3://b/data/a.csv', rowsOf(300, plain));
    const use = shellStep('Use', {
      script: 'grep -c inferred_type /opt/ml/processing/in/i/constraints.json',
      inputs: { i: get('Steps.Check.CalculatedBaselineConstraints') },
    });
    const ran = await project.run(documentOf([checkStep({ beside: FIRST }), use]));
    expect(ran.reasons).toEqual({ Check: undefined, Use: undefined });
    expect(propertiesOf(ran)).toMatchObject({
      CalculatedBaselineConstraints: 's3://b/checked/constraints.json',
      CalculatedBaselineStatistics: 's3://b/checked/statistics.json',
      BaselineUsedForDriftCheckConstraints: 's3://b/checked/constraints.json',
    });
    expect(await jsonAt(project, 's3://b/checked/constraints.json')).toMatchObject({
      features: [
        { name: 'age', inferred_type: 'Integral', completeness: 1, num_constraints: { is_non_negative: true } },
        { name: 'income', inferred_type: 'Fractional', completeness: 1 },
        { name: 'town', inferred_type: 'String', string_constraints: { domains: ['Bonn', 'Ulm'] } },
      ],
    });
    expect(existsSync(join(project.stateFolder, 'store/b/checked/constraint_violations.json'))).toBe(false);
  });

  test('is content with data that are as the baseline has them, and passes the baseline on', async () => {
    const project = await withBaseline();
    const ran = await project.run(documentOf([checkStep({ beside: SUPPLIED })]));
    expect(ran.reasons).toEqual({ Check: undefined });
    expect(propertiesOf(ran)).toMatchObject({
      CalculatedBaselineConstraints: 's3://b/checked/constraints.json',
      BaselineUsedForDriftCheckConstraints: 's3://b/before/constraints.json',
      BaselineUsedForDriftCheckStatistics: 's3://b/before/statistics.json',
    });
    expect(await jsonAt(project, 's3://b/checked/constraint_violations.json')).toEqual({ violations: [] });
  });

  test.each<[string, (index: number) => string, readonly string[]]>([
    [
      'numbers of another kind',
      (i) => plain(i).replace(/^\d+/, '1.5'),
      ['age data_type_check', 'age baseline_drift_check'],
    ],
    ['texts for numbers', (i) => (i === 7 ? plain(i).replace(/^\d+/, 'x') : plain(i)), ['age data_type_check']],
    ['values that are missing', (i) => (i === 7 ? plain(i).replace(/^\d+/, '') : plain(i)), ['age completeness_check']],
    ['a town that nobody knows', (i) => (i === 7 ? '1,1.5,Rome' : plain(i)), ['town categorical_values_check']],
    ['numbers that have moved', (i) => plain(i).replace(/^\d+/, String((i % 50) + 30)), ['age baseline_drift_check']],
    ['towns in other shares', (i) => plain(i).replace('Bonn', 'Ulm'), ['town baseline_drift_check']],
  ])('fails on %s, and says where', async (_, row, wanted) => {
    const project = await withBaseline();
    await project.put('s3://b/data/a.csv', rowsOf(300, row));
    const ran = await project.run(documentOf([checkStep({ beside: SUPPLIED })]));
    expect(ran.state).toBe('failed');
    const { violations } = (await jsonAt(project, 's3://b/checked/constraint_violations.json')) as {
      violations: { feature_name: string; constraint_check_type: string; description: string }[];
    };
    expect(violations.map((each) => `${each.feature_name} ${each.constraint_check_type}`)).toEqual(wanted);
    expect(ran.reasons['Check']).toContain(violations[0]!.description);
  });

  test('fails on columns that are missing or new', async () => {
    const project = await withBaseline();
    await project.put('s3://b/data/a.csv', 'age,income,country,rest\n1,1.5,D,x\n');
    const ran = await project.run(documentOf([checkStep({ beside: SUPPLIED })]));
    expect(ran.reasons['Check']).toMatch(/Missing columns \(missing_column_check\): .*: town\. .*Extra columns/);
  });

  test('takes its baseline from a file of this machine, and passes on one that outlives the run', async () => {
    const project = await withBaseline();
    const file = join(temporaryFolder(), 'constraints.json');
    writeFileSync(file, await project.get('s3://b/before/constraints.json'));
    const document = documentOf(
      [checkStep({ beside: { SuppliedBaselineConstraints: get('Parameters.Baseline') } })],
      [{ Name: 'Baseline', Type: 'String' }],
    );
    const ran = await project.run(document, { parameters: { Baseline: file } });
    expect(ran.reasons).toEqual({ Check: undefined });
    const uri = propertiesOf(ran)['BaselineUsedForDriftCheckConstraints'] as string;
    expect(await project.get(uri)).toBe(readFileSync(file, 'utf8'));
  });

  test('only tells of violations where it is told not to fail', async () => {
    const project = await withBaseline();
    await project.put(
      's3://b/data/a.csv',
      rowsOf(300, (i) => plain(i).replace('Bonn', 'Ulm')),
    );
    const ran = await project.run(documentOf([checkStep({ beside: { ...SUPPLIED, FailOnViolation: false } })]));
    expect(ran.states).toEqual({ Check: 'succeeded' });
    expect(ran.events.find((event) => event.type === 'step-ended')).toMatchObject({
      facts: { violations: 1, violationReport: 's3://b/checked/constraint_violations.json' },
    });
  });

  test('takes the baseline of the newest approved version of its group', async () => {
    const project = await withBaseline();
    const uri = (name: string): Json => ({ ContentType: 'application/json', S3Uri: `s3://b/before/${name}.json` });
    const register = {
      Name: 'Register',
      Type: 'RegisterModel',
      Arguments: {
        ModelPackageGroupName: 'people',
        ModelApprovalStatus: 'Approved',
        DriftCheckBaselines: {
          ModelDataQuality: { Constraints: uri('constraints'), Statistics: uri('statistics') },
        },
      },
    } as StepDocument;
    expect((await project.run(documentOf([register]))).state).toBe('succeeded');
    const ran = await project.run(documentOf([checkStep({ beside: { ModelPackageGroupName: 'people' } })]));
    expect(ran.reasons).toEqual({ Check: undefined });
    expect(propertiesOf(ran)).toMatchObject({
      BaselineUsedForDriftCheckConstraints: 's3://b/before/constraints.json',
    });
  });

  test('reads JSON Lines, and says of what is no dataset what is wrong', async () => {
    const environment = { dataset_format: '{"json": {"lines": true}}' };
    const project = bench();
    await project.put('s3://b/data/a.jsonl', '{"a": 1, "b": "ü\\"x"}\n{"a": 2.0, "b": null}\n');
    await project.run(documentOf([checkStep({ environment, beside: FIRST })]));
    expect(await jsonAt(project, 's3://b/checked/statistics.json')).toMatchObject({
      dataset: { item_count: 2 },
      features: [
        { name: 'a', inferred_type: 'Fractional', numerical_statistics: { mean: 1.5, min: 1, max: 2 } },
        {
          name: 'b',
          string_statistics: {
            common: { num_present: 1, num_missing: 1 },
            distinct_count: 1,
            distribution: { categorical: { buckets: [{ value: 'ü"x', count: 1 }] } },
          },
        },
      ],
    });
    // A column with a fraction in it is one of fractions.
    for (const name of ['constraints', 'statistics']) {
      await project.put(`s3://b/before/${name}.json`, await project.get(`s3://b/checked/${name}.json`));
    }
    expect((await project.run(documentOf([checkStep({ environment, beside: SUPPLIED })]))).reasons['Check']).toBe(
      undefined,
    );
    await project.put('s3://b/data/a.jsonl', '{"a": 1\n');
    const ran = await project.run(documentOf([checkStep({ environment, beside: FIRST })]));
    expect(ran.reasons['Check']).toMatch(/a\.jsonl cannot be read as a dataset/);
  });

  test.each<[string, Check, string]>([
    ['a comparison with nothing', {}, 'no-baseline'],
    [
      'a dataset in Parquet',
      { environment: { dataset_format: '{"parquet": {}}' }, beside: FIRST },
      'analysis-not-supported',
    ],
    [
      'a script within the image',
      { environment: { record_preprocessor_script: '/opt/ml/processing/input/x/pre.py' }, beside: FIRST },
      'analysis-not-supported',
    ],
    ['a baseline that is not there', { beside: SUPPLIED }, 'missing-input'],
  ])('refuses %s before the run', async (_, check, code) => {
    const project = bench();
    await project.put('s3://b/data/a.csv', 'a\n1\n');
    await expect(project.run(documentOf([checkStep(check)]))).rejects.toMatchObject({
      diagnostics: expect.arrayContaining([expect.objectContaining({ code })]) as unknown,
    });
  });

  test('is not run again when nothing has changed, and is when its baseline has', async () => {
    const project = await withBaseline();
    const step = { ...checkStep({ beside: SUPPLIED }), CacheConfig: { Enabled: true } };
    await project.run(documentOf([step]));
    expect((await project.run(documentOf([step]))).states).toEqual({ Check: 'cached' });
    const before = await project.get('s3://b/before/constraints.json');
    await project.put('s3://b/before/constraints.json', before.replace('"completeness": 1', '"completeness": 0.9'));
    expect((await project.run(documentOf([step]))).states).toEqual({ Check: 'succeeded' });
  });
});

describe('the quality of a model', () => {
  const measured = async (problem: string, text: string, environment: Readonly<Record<string, string>>) => {
    const project = bench();
    await project.put('s3://b/data/a.csv', text);
    const all = { analysis_type: 'MODEL_QUALITY', problem_type: problem, ...environment };
    const step = checkStep({ environment: all, beside: { ...FIRST, CheckType: 'MODEL_QUALITY' } });
    const ran = await project.run(documentOf([step]));
    expect(ran.reasons).toEqual({ Check: undefined });
    return { project, statistics: await jsonAt(project, 's3://b/checked/statistics.json') };
  };

  test('of a classifier is what the service makes of the same records', async () => {
    // The example on AWS's page: one of four is positive, and is found together with two that are not.
    const text = 'label,prediction,probability\n0,1,0.7\n0,1,0.6\n0,0,0.1\n1,1,0.9\n';
    const { statistics } = await measured('BinaryClassification', text, {
      ground_truth_attribute: 'label',
      inference_attribute: 'prediction',
      probability_attribute: 'probability',
    });
    expect(statistics).toMatchObject({
      binary_classification_metrics: {
        confusion_matrix: { 0: { 0: 1, 1: 2 }, 1: { 0: 0, 1: 1 } },
        recall: { value: 1, standard_deviation: 'NaN' },
        precision: { value: 1 / 3 },
        accuracy: { value: 0.5 },
        true_negative_rate: { value: 1 / 3 },
        false_positive_rate: { value: 2 / 3 },
        false_negative_rate: { value: 0 },
        auc: { value: 1 },
        f0_5: { value: 0.3846153846153846 },
        f1: { value: 0.5 },
        f2: { value: 0.7142857142857143 },
      },
    });
  });

  test('of several classes is weighed by how many there are of each', async () => {
    // The confusion matrix on AWS's page.
    const rows = (
      [
        [0, 0, 1180],
        [0, 1, 510],
        [1, 0, 268],
        [1, 1, 138],
      ] as const
    ).flatMap(([truth, inference, count]) => Array.from({ length: count }, () => `${truth},${inference}`));
    const { statistics } = await measured('MulticlassClassification', `t,p\n${rows.join('\n')}\n`, {
      ground_truth_attribute: 't',
      inference_attribute: 'p',
    });
    const { multiclass_classification_metrics: metrics } = statistics as {
      multiclass_classification_metrics: Record<string, { value: number; standard_deviation: number }>;
    };
    const wanted = {
      accuracy: 0.6288167938931297,
      weighted_recall: 0.6288167938931297,
      weighted_precision: 0.6983172269629505,
      weighted_f0_5: 0.6803947317178771,
      weighted_f1: 0.6571162346664904,
      weighted_f2: 0.6384024354394601,
    };
    for (const [name, value] of Object.entries(wanted)) expect(metrics[name]!.value).toBeCloseTo(value, 12);
    expect(metrics['accuracy']!.standard_deviation).toBeGreaterThan(0);
  });

  test('fails the step when it is beyond what the baseline allows', async () => {
    const environment = {
      ground_truth_attribute: '0',
      inference_attribute: '1',
      dataset_format: '{"csv": {"header": false}}',
    };
    const { project, statistics } = await measured('Regression', '1,1.5\n2,2\n3,3\n4,4.5\n', environment);
    expect(statistics).toMatchObject({
      regression_metrics: { mae: { value: 0.25 }, mse: { value: 0.125 }, r2: { value: 0.9 } },
    });
    const suggested = await project.get('s3://b/checked/constraints.json');
    expect(JSON.parse(suggested)).toMatchObject({
      regression_constraints: { mae: { threshold: 0.25, comparison_operator: 'GreaterThanThreshold' } },
    });
    await project.put('s3://b/before/constraints.json', suggested);
    await project.put('s3://b/data/a.csv', '1,2.5\n2,2\n3,3\n4,4.5\n');
    const beside = { CheckType: 'MODEL_QUALITY', SuppliedBaselineConstraints: 's3://b/before/constraints.json' };
    const all = { analysis_type: 'MODEL_QUALITY', problem_type: 'Regression', ...environment };
    const ran = await project.run(documentOf([checkStep({ environment: all, beside })]));
    expect(ran.reasons['Check']).toMatch(
      /^the check found 4 violations of its constraints: Metric mae with 0\.5 \+\/- NaN was GreaterThanThreshold '0\.25'/,
    );
  });
});

test('a sketch of many numbers is small and knows the rank of each within a hundredth', () => {
  const sketch = newSketch();
  const count = 300_000;
  for (let index = 0; index < count; index++) sketch.add((index * 7919) % count);
  const kept = sketch.levels().reduce((sum, level) => sum + level.length, 0);
  expect(kept).toBeLessThan(10_000);
  const ranks = ranksOf(sketch.levels());
  expect(ranks.total).toBe(count);
  for (const share of [0.01, 0.25, 0.5, 0.9]) {
    expect(Math.abs(rankAt(ranks, share * count) / count - share)).toBeLessThan(0.01);
  }
});
