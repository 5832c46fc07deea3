import { asset, definePipeline, modelPackage, parameter, pytorch, step } from 'sagemaker-pipelines';

const InstanceType = parameter.string({ default: 'ml.m5.large' });
const Epochs = parameter.integer({ default: 15 });
const ModelPackageGroupName = parameter.string({ default: 'digits' });
const ModelApprovalStatus = parameter.string({
  enum: ['PendingManualApproval', 'Approved', 'Rejected'],
  default: 'PendingManualApproval',
});

const version = '2.6.0';

const train = step.training(
  'Train',
  pytorch.training({
    version,
    code: asset(import.meta, 'src'),
    entry: 'train.py',
    instance: { type: InstanceType },
    hyperparameters: { epochs: Epochs },
    metrics: { loss: 'Loss: ([0-9.]+)', accuracy: 'accuracy=([0-9.]+);' },
  }),
  { cache: '30d' },
);

const register = step.registerModel(
  'Register',
  modelPackage({
    group: ModelPackageGroupName,
    description: 'The digit on an image',
    containers: [pytorch.model({ version, data: train.properties.ModelArtifacts.S3ModelArtifacts })],
    accepts: ['image/png', 'image/jpeg'],
    returns: ['application/json', 'text/csv'],
    instances: ['ml.m5.large', 'ml.m5.xlarge'],
    approval: ModelApprovalStatus,
  }),
);

export default definePipeline({
  name: 'image-inference-training',
  description: 'Trains the network that image-inference uses',
  parameters: { InstanceType, Epochs, ModelPackageGroupName, ModelApprovalStatus },
  steps: [register],
});
