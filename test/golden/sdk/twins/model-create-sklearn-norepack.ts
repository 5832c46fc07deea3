import { asset, definePipeline, pipelineModel, sklearn, step } from 'sagemaker-pipelines';
import { NAME, trainingOfModel } from './pieces.ts';

const model = sklearn.model({
  version: '1.2-1',
  data: trainingOfModel().properties.ModelArtifacts.S3ModelArtifacts,
  code: asset(import.meta, 'scripts/inference.py'),
});

export default definePipeline({ name: NAME, steps: [step.model('M-CreateModel', pipelineModel([model]))] });
