import { definePipeline, step } from 'sagemaker-pipelines';
import { I, NAME, S, jobRetry, tags } from './pieces.ts';

const transform = step.transform(
  'TRF',
  {
    TransformJobName: 'jn-x',
    ModelName: S,
    TransformInput: {
      DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://b/in' } },
      ContentType: 'text/csv',
      CompressionType: 'Gzip',
      SplitType: 'Line',
    },
    TransformOutput: { S3OutputPath: 's3://b/o', KmsKeyId: 'ok', AssembleWith: 'Line', Accept: 'text/csv' },
    TransformResources: { InstanceCount: I, InstanceType: 'ml.m5.xlarge', VolumeKmsKeyId: 'vk' },
    BatchStrategy: 'MultiRecord',
    MaxConcurrentTransforms: 4,
    MaxPayloadInMB: 6,
    Environment: { E: 'v' },
    Tags: tags,
    DataProcessing: { InputFilter: '$[1:]', OutputFilter: '$[0,-1]', JoinSource: 'Input' },
    ExperimentConfig: { TrialComponentDisplayName: 'x' },
    ModelClientConfig: { InvocationsTimeoutInSeconds: 60, InvocationsMaxRetries: 2 },
    DataCaptureConfig: { DestinationS3Uri: 's3://b/dc', KmsKeyId: 'kk', GenerateInferenceId: true },
  },
  { displayName: 'd', description: 'e', retry: jobRetry, cache: '30d' },
);

export default definePipeline({ name: NAME, parameters: { S, I }, steps: [transform] });
