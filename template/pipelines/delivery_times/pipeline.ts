import { asset, batchTransform, definePipeline, parameter, pipelineModel, sklearn, step } from 'sagemaker-pipelines';

/** CSV files of deliveries that have been made, with how long each took. */
const InputDataUrl = parameter.string();
const InstanceType = parameter.string({ default: 'ml.m5.large' });
const Trees = parameter.integer({ default: 50 });

const version = '1.2-1';
const instance = { type: InstanceType };
const code = asset(import.meta, 'model.py');

const prepare = step.processing(
  'Prepare',
  sklearn.processor({
    version,
    code: asset(import.meta, 'prepare.py'),
    instance,
    inputs: { data: InputDataUrl },
    outputs: ['train', 'unseen'],
  }),
);

const train = step.training(
  'Train',
  sklearn.training({
    version,
    code,
    instance,
    inputs: { train: prepare.output('train') },
    hyperparameters: { trees: Trees },
    metrics: { error: 'error=([0-9.]+);' },
  }),
);

const model = step.model(
  'Model',
  pipelineModel([sklearn.model({ version, code, data: train.properties.ModelArtifacts.S3ModelArtifacts })]),
);

const predict = step.transform(
  'Predict',
  batchTransform({
    model: model.properties.ModelName,
    input: prepare.output('unseen'),
    contentType: 'text/csv',
    instance,
    // Each answer stands behind the record that it answers.
    join: true,
  }),
);

export default definePipeline({
  name: 'delivery-times',
  description: 'Learns from past deliveries how long one takes, and says it of deliveries that it has not seen',
  parameters: { InputDataUrl, InstanceType, Trees },
  steps: [predict],
});
