import { definePipeline, step } from 'sagemaker-pipelines';
import { NAME, S, stepUri } from './pieces.ts';

export default definePipeline({
  name: NAME,
  parameters: { S },
  steps: [
    step.transform('TR', {
      ModelName: S,
      TransformInput: { DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://b/in' } } },
      TransformOutput: { S3OutputPath: stepUri('TR') },
      TransformResources: { InstanceCount: 1, InstanceType: 'ml.m5.xlarge' },
    }),
  ],
});
