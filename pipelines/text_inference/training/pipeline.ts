import { asset, definePipeline, modelPackage, parameter, sklearn, step } from 'sagemaker-pipelines';

const InputDataUrl = parameter.string();
const InstanceType = parameter.string({ default: 'ml.m5.large' });
const ModelPackageGroupName = parameter.string({ default: 'sentiment' });
const ModelApprovalStatus = parameter.string({
  enum: ['PendingManualApproval', 'Approved', 'Rejected'],
  default: 'PendingManualApproval',
});

const version = '1.2-1';
const code = asset(import.meta, 'train.py');

const train = step.training(
  'Train',
  sklearn.training({
    version,
    code,
    instance: { type: InstanceType },
    inputs: { train: InputDataUrl },
    metrics: { accuracy: 'accuracy=([0-9.]+);', auc: 'auc=([0-9.]+);' },
  }),
  { cache: '30d' },
);

const register = step.registerModel(
  'Register',
  modelPackage({
    group: ModelPackageGroupName,
    description: 'How likely a review is positive',
    containers: [sklearn.model({ version, data: train.properties.ModelArtifacts.S3ModelArtifacts, code })],
    accepts: ['application/json'],
    returns: ['application/json', 'text/csv'],
    instances: ['ml.m5.large', 'ml.m5.xlarge'],
    approval: ModelApprovalStatus,
  }),
);

export default definePipeline({
  name: 'text-inference-training',
  description: 'Trains the model that text-inference uses',
  parameters: { InputDataUrl, InstanceType, ModelPackageGroupName, ModelApprovalStatus },
  steps: [register],
});
