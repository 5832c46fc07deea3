import { definePipeline, step } from 'sagemaker-pipelines';
import { NAME, estimator, hiddenDefaults, noProfiler } from './pieces.ts';

export default definePipeline({
  name: NAME,
  steps: [step.training('T', { ...estimator('training', 's3://b/train'), ...hiddenDefaults, ...noProfiler })],
});
