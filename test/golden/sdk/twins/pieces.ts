import {
  type Input,
  type JobOptions,
  type ModelOptions,
  type RegisterModelArguments,
  type TrainingArguments,
  type TrainingStep,
  environment,
  execution,
  join,
  parameter,
  step,
} from 'sagemaker-pipelines';

/** The SDK writes the pipeline's name into places in S3 as text; with it every twin has the same one. */
export const NAME = 'MyPipeline';

/** Any time will do: it stands where the SDK writes the moment at which it was called. */
export const MOMENT = '2026-01-31-12-00-00-000';

export const S = parameter.string({ enum: ['a', 'b'], default: 'a' });
export const I = parameter.integer({ default: 3 });
export const B = parameter.boolean({ default: true });

/** The SDK's default for what a training job leaves: the bucket itself, since the service adds the job's name. */
export const bucketUri = join`s3://${environment.bucket}/`;

/** The SDK's default for what other jobs leave: a place of the execution and the step. */
export function stepUri(...names: readonly string[]): Input<string> {
  return join('/', 's3:/', environment.bucket, NAME, execution.PipelineExecutionId, ...names);
}

export const tags = [{ Key: 'k', Value: 'v' }];
export const vpc = { Subnets: ['sn'], SecurityGroupIds: ['sg'] };

/** What every kind of job was given beside its arguments, where an example gives all there is. */
export const jobRetry = [
  { exceptions: ['Step.SERVICE_FAULT', 'Step.THROTTLING'], interval: '10s', expireAfter: '5m' },
  {
    exceptions: ['SageMaker.RESOURCE_LIMIT', 'SageMaker.JOB_INTERNAL_ERROR', 'SageMaker.CAPACITY_ERROR'],
    maxAttempts: 3,
  },
] as const satisfies JobOptions['retry'];
export const modelRetry = { exceptions: ['Step.THROTTLING'], maxAttempts: 2 } as const satisfies ModelOptions['retry'];

/** A whole prefix of S3 as a channel of a training job. */
export function channel(ChannelName: string, S3Uri: Input<string>) {
  return {
    ChannelName,
    DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri, S3DataDistributionType: 'FullyReplicated' } },
  } as const;
}

/** The SDK's plain estimator: what it adds to an image, one channel and one machine. */
export function estimator(channelName: string, uri: Input<string>): TrainingArguments {
  return {
    AlgorithmSpecification: { TrainingInputMode: 'File', TrainingImage: 'img:1' },
    OutputDataConfig: { S3OutputPath: bucketUri },
    StoppingCondition: { MaxRuntimeInSeconds: 86_400 },
    ResourceConfig: { VolumeSizeInGB: 30, InstanceCount: 1, InstanceType: 'ml.m5.xlarge' },
    InputDataConfig: [channel(channelName, uri)],
  };
}

/** What the SDK switches on where the author says nothing: the debugger's hook and the profiler. */
export const hiddenDefaults = {
  DebugHookConfig: { S3OutputPath: bucketUri, CollectionConfigurations: [] },
  ProfilerConfig: { S3OutputPath: bucketUri, DisableProfiler: false },
} satisfies Partial<TrainingArguments>;

export const noProfiler = { ProfilerConfig: { DisableProfiler: true } } satisfies Partial<TrainingArguments>;

/** The training job whose model the examples of models go on with. */
export function trainingOfModel(): TrainingStep {
  return step.training('Train', { ...estimator('training', 's3://b/t'), ...hiddenDefaults });
}

/** Figures of a model, where an example gives all there are. */
export const metrics = {
  ModelQuality: {
    Statistics: { ContentType: 'application/json', S3Uri: 's3://s', ContentDigest: 'dig' },
    Constraints: { ContentType: 'application/json', S3Uri: 's3://c' },
  },
  ModelDataQuality: {
    Statistics: { ContentType: 'application/json', S3Uri: 's3://ds' },
    Constraints: { ContentType: 'application/json', S3Uri: 's3://dc' },
  },
  Bias: {
    Report: { ContentType: 'application/json', S3Uri: 's3://bias' },
    PreTrainingReport: { ContentType: 'application/json', S3Uri: 's3://pre' },
    PostTrainingReport: { ContentType: 'application/json', S3Uri: 's3://post' },
  },
  Explainability: { Report: { ContentType: 'application/json', S3Uri: 's3://ex' } },
} satisfies RegisterModelArguments['ModelMetrics'];

export const FUNCTION = 'arn:aws:lambda:us-west-2:1:function:f';

/** The machine that the SDK takes for checks unless told. */
export const machine = { type: 'ml.m5.xlarge' } as const;
