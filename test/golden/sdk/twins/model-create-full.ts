import { definePipeline, step } from 'sagemaker-pipelines';
import { NAME, modelRetry, tags, trainingOfModel } from './pieces.ts';

const train = trainingOfModel();
const create = step.model(
  'M-CreateModel',
  {
    PrimaryContainer: {
      Image: 'img:1',
      Environment: { A: 'b' },
      ModelDataUrl: train.properties.ModelArtifacts.S3ModelArtifacts,
      ImageConfig: { RepositoryAccessMode: 'Vpc' },
    },
    Tags: tags,
    VpcConfig: { Subnets: ['s'], SecurityGroupIds: ['g'] },
    EnableNetworkIsolation: true,
  },
  { dependsOn: [train], displayName: 'd', description: 'e', retry: modelRetry },
);

export default definePipeline({ name: NAME, steps: [create] });
