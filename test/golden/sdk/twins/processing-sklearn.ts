import { asset, definePipeline, sklearn, step } from 'sagemaker-pipelines';
import { NAME } from './pieces.ts';

export default definePipeline({
  name: NAME,
  steps: [
    step.processing(
      'SKP',
      sklearn.processor({
        version: '1.2-1',
        code: asset(import.meta, 'scripts/prep.py'),
        instance: { type: 'ml.m5.xlarge' },
      }),
    ),
  ],
});
