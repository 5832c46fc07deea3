import { definePipeline, step } from 'sagemaker-pipelines';
import { NAME } from './pieces.ts';

export default definePipeline({
  name: NAME,
  steps: [
    step.processing('P', {
      ProcessingResources: { ClusterConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 30 } },
      AppSpecification: { ImageUri: 'img:1' },
    }),
  ],
});
