import { describe, expect, test } from 'vitest';
import {
  algorithm,
  asset,
  definePipeline,
  emit,
  huggingFace,
  monitor,
  parameter,
  repack,
  sklearn,
  spark,
  step,
  tensorflow,
  tuningJob,
  xgboost,
} from 'sagemaker-pipelines';
import { emitted } from '../emitted.ts';

const Rounds = parameter.integer({ default: 100 });
const instance = { type: 'ml.m5.xlarge' } as const;
const code = asset(import.meta, 'jobs.test.ts');
const uri = 's3://bucket/data';
const valueOf = (value: unknown): unknown => {
  const { value: json, diagnostics } = emitted(value, { Rounds });
  expect(diagnostics).toEqual([]);
  return json;
};

describe("XGBoost's image", () => {
  test('runs the algorithm with its hyperparameters as texts, and channels with what they hold', () => {
    const training = xgboost.algorithm({
      version: '1.7-1',
      hyperparameters: { num_round: Rounds, eta: 0.2, objective: 'reg:squarederror' },
      inputs: { train: { uri, contentType: 'text/csv', distribution: 'ShardedByS3Key' }, validation: uri },
      instance,
    });

    expect(valueOf(training)).toMatchObject({
      AlgorithmSpecification: {
        TrainingImage: '141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-xgboost:1.7-1',
        TrainingInputMode: 'File',
      },
      HyperParameters: {
        num_round: { 'Std:Join': { On: '', Values: [{ Get: 'Parameters.Rounds' }] } },
        eta: '0.2',
        objective: 'reg:squarederror',
      },
      InputDataConfig: [
        {
          ChannelName: 'train',
          ContentType: 'text/csv',
          DataSource: { S3DataSource: { S3Uri: uri, S3DataDistributionType: 'ShardedByS3Key' } },
        },
        { ChannelName: 'validation', DataSource: { S3DataSource: { S3DataDistributionType: 'FullyReplicated' } } },
      ],
    });
  });

  test("serves the algorithm's model without code, and a script's model with it", () => {
    expect(valueOf(xgboost.model({ version: '1.7-1', data: uri }))).toEqual({
      Image: '141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-xgboost:1.7-1',
      ModelDataUrl: uri,
    });
    expect(valueOf(xgboost.model({ version: '1.7-1', data: uri, code }))).toMatchObject({
      Environment: { SAGEMAKER_PROGRAM: 'jobs.test.ts' },
    });
  });
});

test("SageMaker's own algorithms come in the one version that there is", () => {
  const training = algorithm.training('kmeans', {
    hyperparameters: { k: 10, feature_dim: 4, eval_metrics: ['msd', 'ssd'] },
    inputs: { train: uri },
    instance,
  });

  expect(valueOf([training, algorithm.model('kmeans', { data: uri })])).toMatchObject([
    {
      AlgorithmSpecification: { TrainingImage: '438346466558.dkr.ecr.eu-west-1.amazonaws.com/kmeans:1' },
      HyperParameters: { k: '10', feature_dim: '4', eval_metrics: '["msd","ssd"]' },
    },
    { Image: '438346466558.dkr.ecr.eu-west-1.amazonaws.com/kmeans:1', ModelDataUrl: uri },
  ]);
});

test("TensorFlow's models are served by TensorFlow Serving, whose tag names no Python", () => {
  expect(valueOf(tensorflow.model({ version: '2.16', data: uri }))).toEqual({
    Image: '763104351884.dkr.ecr.eu-west-1.amazonaws.com/tensorflow-inference:2.16.1-cpu',
    ModelDataUrl: uri,
  });
});

describe("Hugging Face's images", () => {
  test('are named by the framework beneath, by the device, and by what they were built on', () => {
    const model = huggingFace.model({
      version: '4.37.0',
      base: 'pytorch2.1',
      task: 'text-classification',
      environment: { HF_MODEL_ID: 'distilbert' },
    });

    expect(valueOf(model)).toEqual({
      Image:
        '763104351884.dkr.ecr.eu-west-1.amazonaws.com/huggingface-pytorch-inference:2.1.0-transformers4.37.0-cpu-py310-ubuntu22.04',
      Environment: { HF_TASK: 'text-classification', HF_MODEL_ID: 'distilbert' },
    });
  });

  test('ask for the framework where a version has several', () => {
    expect(emitted(huggingFace.model({ version: '4.26.0', data: uri })).diagnostics).toMatchObject([
      {
        code: 'unknown-image-base',
        message: 'There are 2 images of huggingface 4.26.0 for inference, one for each framework',
        detail: 'they are on: pytorch1.13.1, tensorflow2.11.0',
      },
    ]);
  });
});

test('Spark submits the script with what it imports, and keeps the events of its history server', () => {
  const job = spark.processor({
    version: '3.5',
    code,
    pyFiles: asset(import.meta, '.'),
    eventLogs: 's3://bucket/events',
    instance: { type: 'ml.m5.xlarge', count: 2 },
    outputs: ['counts'],
  });

  expect(valueOf(job)).toMatchObject({
    AppSpecification: {
      ImageUri: '571004829621.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-spark-processing:3.5-cpu',
      ContainerEntrypoint: [
        'smspark-submit',
        '--py-files',
        '/opt/ml/processing/input/py-files',
        '--local-spark-event-logs-dir',
        '/opt/ml/processing/spark-events',
        '/opt/ml/processing/input/code/jobs.test.ts',
      ],
    },
    ProcessingInputs: [{ InputName: 'py-files' }, { InputName: 'code' }],
    ProcessingOutputConfig: {
      Outputs: [
        { OutputName: 'counts' },
        { OutputName: 'spark-events', S3Output: { S3Uri: 's3://bucket/events', S3UploadMode: 'Continuous' } },
      ],
    },
  });
});

test('Model Monitor is told the format as Python writes it, and where its scripts lie', () => {
  const job = monitor.dataQuality({
    dataset: uri,
    format: { csv: { header: false } },
    instance,
    recordPreprocessor: { uri: 's3://bucket/pre.py', name: 'pre.py' },
    postAnalytics: { uri: 's3://bucket/post.py', name: 'post.py' },
  });

  expect(valueOf(job)).toMatchObject({
    Environment: {
      dataset_format: '{"csv": {"header": false, "output_columns_position": "START"}}',
      record_preprocessor_script: '/opt/ml/processing/input/record_preprocessor_script_input/pre.py',
      post_analytics_processor_script: '/opt/ml/processing/input/post_analytics_processor_script_input/post.py',
    },
    ProcessingInputs: [
      { InputName: 'baseline_dataset_input' },
      { InputName: 'post_analytics_processor_script_input' },
      { InputName: 'record_preprocessor_script_input' },
    ],
  });
});

describe('repacking', () => {
  const train = step.training('Train', sklearn.training({ version: '1.2-1', code, instance }));
  const packed = repack('AddCode', {
    model: train.properties.ModelArtifacts.S3ModelArtifacts,
    code: asset(import.meta, '.'),
    entry: 'jobs.test.ts',
    instance,
  });

  test('is a step that anybody can see, between the training and whoever takes its model', () => {
    const model = step.model('Create', { PrimaryContainer: { Image: 'img:1', ModelDataUrl: packed.model } });
    const { definition } = emit(definePipeline({ name: 'p', steps: [model] }), { region: 'eu-west-1' });

    expect(definition.Steps.map(({ Name }) => Name)).toEqual(['Train', 'AddCode', 'Create']);
    expect(definition.Steps[2]!.Arguments).toMatchObject({
      PrimaryContainer: {
        ModelDataUrl: {
          'Std:Join': {
            On: '/',
            Values: [{ Get: "Steps.AddCode.ProcessingOutputConfig.Outputs['model'].S3Output.S3Uri" }, 'model.tar.gz'],
          },
        },
      },
    });
  });

  test('keeps within the 256 characters that AWS gives a word of an entry point', () => {
    const { definition } = emit(definePipeline({ name: 'p', steps: [packed] }), { region: 'eu-west-1' });
    const { ContainerEntrypoint: words } = definition.Steps[1]!.Arguments['AppSpecification'] as {
      ContainerEntrypoint: string[];
    };

    expect(Math.max(...words.map((word) => word.length))).toBeLessThanOrEqual(256);
  });
});

test('a search takes over what a training job and a search have in common', () => {
  const training = sklearn.training({
    version: '1.2-1',
    code,
    instance,
    inputs: { train: uri },
    hyperparameters: { depth: 3 },
    metrics: { auc: 'auc=([0-9.]+)' },
  });

  const job = tuningJob({
    ...training,
    EnableManagedSpotTraining: true,
    CheckpointConfig: { S3Uri: 's3://bucket/checkpoints' },
    ProfilerConfig: { DisableProfiler: true },
  });

  expect(valueOf(job)).toMatchObject({
    StaticHyperParameters: { depth: '3', sagemaker_program: '"jobs.test.ts"' },
    AlgorithmSpecification: { MetricDefinitions: [{ Name: 'auc', Regex: 'auc=([0-9.]+)' }] },
    HyperParameterTuningResourceConfig: { InstanceType: 'ml.m5.xlarge', InstanceCount: 1, VolumeSizeInGB: 30 },
    EnableManagedSpotTraining: true,
    CheckpointConfig: { S3Uri: 's3://bucket/checkpoints' },
  });
  expect(job).not.toHaveProperty('ProfilerConfig');
  expect(job).not.toHaveProperty('ResourceConfig');
});

test.each(['train.py', './src', '../model.tar.gz'])('code that lies nowhere in S3 is refused: "%s"', (path) => {
  const fault = expect.objectContaining({
    code: 'bad-code',
    message: `The code "${path}" is neither an address nor an asset`,
    fix: `take the file along: code: asset(import.meta, '${path}')`,
  });
  expect(() => sklearn.training({ version: '1.2-1', code: path, entry: 'train.py', instance })).toThrow(fault);
  expect(() => sklearn.model({ version: '1.2-1', data: uri, code: path, entry: 'train.py' })).toThrow(fault);
});

test.each(['s3://bucket/train.py', 'file:///opt/ml/code', '/opt/ml/model/code'])(
  'code at "%s" is taken as it is',
  (at) => {
    const { Environment } = valueOf(sklearn.model({ version: '1.2-1', data: uri, code: at, entry: 'a.py' })) as {
      Environment: Record<string, string>;
    };
    expect(Environment['SAGEMAKER_SUBMIT_DIRECTORY']).toBe(at);
  },
);
