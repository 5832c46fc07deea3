import { definePipeline, step } from 'sagemaker-pipelines';
import { NAME } from './pieces.ts';

export default definePipeline({
  name: NAME,
  steps: [
    step.model('M-CreateModel', {
      PrimaryContainer: { Image: 'img:1', Environment: {}, ModelDataUrl: 's3://b/m.tar.gz' },
    }),
  ],
});
