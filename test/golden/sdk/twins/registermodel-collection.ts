import { definePipeline, modelPackage, step } from 'sagemaker-pipelines';
import { NAME, metrics, tags, trainingOfModel } from './pieces.ts';

const train = trainingOfModel();
const register = step.registerModel(
  'RM-RegisterModel',
  {
    ...modelPackage({
      group: 'g',
      description: 'd',
      containers: [{ Image: 'img:1', ModelDataUrl: train.properties.ModelArtifacts.S3ModelArtifacts }],
      accepts: ['text/csv'],
      returns: ['text/csv'],
      instances: ['ml.m5.large'],
      approval: 'Approved',
    }),
    ModelMetrics: metrics,
    Tags: tags,
  },
  { dependsOn: [train], displayName: 'n', description: 'd' },
);

export default definePipeline({ name: NAME, steps: [register] });
