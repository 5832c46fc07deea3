import { asset, definePipeline, modelPackage, parameter, sklearn, step } from 'sagemaker-pipelines';

const InputDataUrl = parameter.string({
  default: 's3://sagemaker-sample-files/datasets/tabular/uci_abalone/abalone.csv',
});
const InstanceType = parameter.string({ default: 'ml.m5.large' });
const Trees = parameter.integer({ default: 100 });
const ModelPackageGroupName = parameter.string({ default: 'abalone' });
const ModelApprovalStatus = parameter.string({
  enum: ['PendingManualApproval', 'Approved'],
  default: 'PendingManualApproval',
});

const version = '1.2-1';
const instance = { type: InstanceType };
const code = asset(import.meta, 'src');

const prepare = step.processing(
  'PrepareData',
  sklearn.processor({
    version,
    code: asset(import.meta, '../preprocess.py'),
    instance,
    inputs: { data: InputDataUrl },
    outputs: {
      train: { localPath: '/opt/ml/processing/output/train' },
      test: { localPath: '/opt/ml/processing/output/test' },
    },
    arguments: ['--output', '/opt/ml/processing/output', '--test-share', '0.2'],
  }),
);
const train = prepare.output('train');

const fit = step.training(
  'FitFeatures',
  sklearn.training({ version, code, entry: 'features.py', instance, inputs: { train } }),
);
const features = fit.properties.ModelArtifacts.S3ModelArtifacts;

const learn = step.training(
  'TrainModel',
  sklearn.training({
    version,
    code,
    entry: 'model.py',
    instance,
    inputs: { train, test: prepare.output('test'), features },
    hyperparameters: { trees: Trees },
    metrics: { rmse: 'rmse=([0-9.]+);', r2: 'r2=(-?[0-9.]+);' },
  }),
);

const register = step.registerModel(
  'RegisterModel',
  modelPackage({
    group: ModelPackageGroupName,
    description: 'Rings of an abalone from its raw record: features, then a random forest',
    containers: [
      sklearn.model({
        version,
        data: features,
        code,
        entry: 'features.py',
        // Numbers reach the next container as they are, and faster than as text.
        environment: { SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT: 'application/x-npy' },
      }),
      sklearn.model({ version, data: learn.properties.ModelArtifacts.S3ModelArtifacts, code, entry: 'model.py' }),
    ],
    accepts: ['text/csv'],
    returns: ['text/csv'],
    instances: ['ml.m5.large', 'ml.m5.xlarge'],
    approval: ModelApprovalStatus,
  }),
);

export default definePipeline({
  name: 'batch-inference-training',
  description: 'Trains the model that batch-inference uses, with its preprocessing as the first container',
  parameters: { InputDataUrl, InstanceType, Trees, ModelPackageGroupName, ModelApprovalStatus },
  steps: [register],
});
