import { definePipeline, join, step } from 'sagemaker-pipelines';
import { I, NAME, S, channel, jobRetry, noProfiler, tags, vpc } from './pieces.ts';

const train = step.training(
  'Train',
  {
    AlgorithmSpecification: {
      TrainingInputMode: 'File',
      TrainingImage: 'img:1',
      TrainingImageConfig: {
        TrainingRepositoryAccessMode: 'Vpc',
        TrainingRepositoryAuthConfig: { TrainingRepositoryCredentialsProviderArn: 'arn:x' },
      },
      ContainerEntrypoint: ['python'],
      ContainerArguments: ['x'],
      MetricDefinitions: [{ Name: 'm', Regex: 'r' }],
      EnableSageMakerMetricsTimeSeries: true,
    },
    OutputDataConfig: { S3OutputPath: 's3://b/out', KmsKeyId: 'ok', CompressionType: 'NONE' },
    StoppingCondition: { MaxRuntimeInSeconds: 7200, MaxWaitTimeInSeconds: 8000 },
    ResourceConfig: {
      VolumeSizeInGB: 50,
      VolumeKmsKeyId: 'vk',
      KeepAlivePeriodInSeconds: 60,
      InstanceCount: I,
      InstanceType: S,
    },
    InfraCheckConfig: { EnableInfraCheck: true },
    InputDataConfig: [
      {
        ChannelName: 'train',
        DataSource: {
          S3DataSource: {
            S3DataType: 'AugmentedManifestFile',
            S3Uri: join('/', 's3:/', S, 'x'),
            S3DataDistributionType: 'ShardedByS3Key',
            InstanceGroupNames: ['g'],
            AttributeNames: ['a'],
          },
        },
        CompressionType: 'Gzip',
        ContentType: 'text/csv',
        RecordWrapperType: 'RecordIO',
        InputMode: 'Pipe',
        ShuffleConfig: { Seed: 1 },
      },
      {
        ChannelName: 'fsx',
        DataSource: {
          FileSystemDataSource: {
            FileSystemId: 'fs-1',
            FileSystemType: 'FSxLustre',
            DirectoryPath: '/p',
            FileSystemAccessMode: 'ro',
          },
        },
      },
      channel('validation', 's3://b/v'),
      { ...channel('model', 's3://b/m.tar.gz'), ContentType: 'application/x-sagemaker-model', InputMode: 'File' },
    ],
    // The SDK's plain estimator writes each value as Python's str() does.
    HyperParameters: { a: '1', s: 'str', f: '0.1', b: 'True', p: join`${I}`, q: S, l: '[1, 2]', d: "{'x': 1}" },
    Environment: { E: S },
    Tags: tags,
    VpcConfig: vpc,
    ExperimentConfig: { TrialComponentDisplayName: 'tcd' },
    EnableNetworkIsolation: true,
    EnableInterContainerTrafficEncryption: true,
    EnableManagedSpotTraining: true,
    CheckpointConfig: { S3Uri: 's3://b/ck', LocalPath: '/opt/ml/ck' },
    TensorBoardOutputConfig: { S3OutputPath: 's3://b/tb', LocalPath: '/tb' },
    ...noProfiler,
    RemoteDebugConfig: { EnableRemoteDebug: true },
    SessionChainingConfig: { EnableSessionTagChaining: true },
    RetryStrategy: { MaximumRetryAttempts: 2 },
  },
  { displayName: 'dn', description: 'ds', retry: jobRetry, cache: '30d' },
);

export default definePipeline({ name: NAME, parameters: { S, I }, steps: [train] });
