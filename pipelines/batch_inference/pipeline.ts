import { asset, batchTransform, definePipeline, execution, parameter, sklearn, step } from 'sagemaker-pipelines';

const InputDataUrl = parameter.string({
  default: 's3://sagemaker-sample-files/datasets/tabular/uci_abalone/abalone.csv',
});
const ProcessingInstanceType = parameter.string({ default: 'ml.m5.large' });
const ProcessingInstanceCount = parameter.integer({ default: 1 });
const InferenceInstanceType = parameter.string({ default: 'ml.m5.large' });
const InferenceInstanceCount = parameter.integer({ default: 1 });
const ModelName = parameter.string();

const preprocess = step.processing(
  'PreprocessData',
  sklearn.processor({
    version: '1.2-1',
    code: asset(import.meta, 'preprocess.py'),
    instance: { type: ProcessingInstanceType, count: ProcessingInstanceCount },
    inputs: { data: InputDataUrl },
    outputs: ['inference', 'lineage'],
    arguments: ['--lineage', '/opt/ml/processing/output/lineage'],
    environment: { RUN_ID: execution.PipelineExecutionId, MODEL: ModelName },
  }),
);

const predict = step.transform(
  'Predict',
  batchTransform({
    model: ModelName,
    input: preprocess.output('inference'),
    contentType: 'text/csv',
    instance: { type: InferenceInstanceType, count: InferenceInstanceCount },
    join: true,
  }),
);

export default definePipeline({
  name: 'batch-inference',
  description: 'Checks raw records and sends them through a model of this account, each answer behind its record',
  parameters: {
    InputDataUrl,
    ProcessingInstanceType,
    ProcessingInstanceCount,
    InferenceInstanceType,
    InferenceInstanceCount,
    ModelName,
  },
  steps: [preprocess, predict],
});
