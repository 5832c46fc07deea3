import type { TrainingArguments } from '../steps/training.ts';
import type { TuningTrainingJob } from '../steps/tuning.ts';

/** What a search takes over from a training job as it is. */
const SHARED = [
  'RoleArn',
  'InputDataConfig',
  'VpcConfig',
  'OutputDataConfig',
  'StoppingCondition',
  'EnableNetworkIsolation',
  'EnableInterContainerTrafficEncryption',
  'EnableManagedSpotTraining',
  'CheckpointConfig',
  'RetryStrategy',
  'Environment',
] as const satisfies readonly (keyof TrainingArguments & keyof TuningTrainingJob)[];

/**
 * A training job as a search runs it: its hyperparameters stay fixed, all others are searched. What only a single job
 * has (the debugger, the profiler, entry points of its own) is left behind.
 *
 * @example step.tuning('Search', { HyperParameterTuningJobConfig, TrainingJobDefinition: tuningJob(sklearn.training({ … })) })
 */
export function tuningJob(training: TrainingArguments): TuningTrainingJob {
  const { AlgorithmSpecification: algorithm = {}, ResourceConfig: machines, HyperParameters = {} } = training;
  const {
    AlgorithmName,
    TrainingImage,
    TrainingInputMode = 'File',
    MetricDefinitions,
  } = algorithm as NonNullable<TrainingArguments['AlgorithmSpecification']>;
  const { InstanceType, InstanceCount, VolumeSizeInGB, VolumeKmsKeyId } = machines ?? {};
  const shared = SHARED.flatMap((name) => (training[name] === undefined ? [] : [[name, training[name]] as const]));
  return {
    StaticHyperParameters: HyperParameters,
    AlgorithmSpecification: { AlgorithmName, TrainingImage, TrainingInputMode, MetricDefinitions },
    HyperParameterTuningResourceConfig: { InstanceType, InstanceCount, VolumeSizeInGB, VolumeKmsKeyId },
    ...(Object.fromEntries(shared) as Pick<TrainingArguments, 'OutputDataConfig' | 'StoppingCondition'>),
  } as TuningTrainingJob;
}
