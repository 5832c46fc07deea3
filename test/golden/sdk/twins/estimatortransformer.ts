import { definePipeline, step, unsafe } from 'sagemaker-pipelines';
import { NAME, trainingOfModel } from './pieces.ts';

const create = step.model('ETCreateModelStep', {
  PrimaryContainer: {
    Image: 'img:1',
    Environment: {},
    ModelDataUrl: trainingOfModel().properties.ModelArtifacts.S3ModelArtifacts,
  },
});
const transform = step.transform('ETTransformStep', {
  ModelName: create.properties.ModelName,
  TransformInput: { DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://b/in' } } },
  // The SDK's collection leaves this open as null; AWS requires it, and so do our types.
  TransformOutput: { S3OutputPath: unsafe<string>(null) },
  TransformResources: { InstanceCount: 1, InstanceType: 'ml.m5.large' },
});

export default definePipeline({ name: NAME, steps: [transform] });
