import { asset, definePipeline, sklearn, step } from 'sagemaker-pipelines';
import { I, NAME, S, bucketUri, noProfiler } from './pieces.ts';

export default definePipeline({
  name: NAME,
  parameters: { S, I },
  steps: [
    step.training('SkTrain', {
      ...sklearn.training({
        version: '1.2-1',
        code: asset(import.meta, 'scripts/train.py'),
        instance: { type: 'ml.m5.xlarge' },
        inputs: { train: 's3://b/t' },
        hyperparameters: { n: 5, s: 'x', p: I, ps: S },
        output: bucketUri,
      }),
      ...noProfiler,
    }),
  ],
});
