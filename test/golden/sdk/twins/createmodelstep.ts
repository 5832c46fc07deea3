import { definePipeline, step } from 'sagemaker-pipelines';
import { NAME, trainingOfModel } from './pieces.ts';

const create = step.model('CM', {
  PrimaryContainer: {
    Image: 'img:1',
    Environment: {},
    ModelDataUrl: trainingOfModel().properties.ModelArtifacts.S3ModelArtifacts,
  },
});

export default definePipeline({ name: NAME, steps: [create] });
