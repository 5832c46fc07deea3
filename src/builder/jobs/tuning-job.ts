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
  const { AlgorithmSpecification: algorithm, ResourceConfig: machines } = training;
  const shared = SHARED.flatMap((name) => (training[name] === undefined ? [] : [[name, training[name]] as const]));
  const job = {
    StaticHyperParameters: training.HyperParameters ?? {},
    AlgorithmSpecification: {
      AlgorithmName: algorithm?.AlgorithmName,
      TrainingImage: algorithm?.TrainingImage,
      TrainingInputMode: algorithm?.TrainingInputMode,
      MetricDefinitions: algorithm?.MetricDefinitions,
    },
    HyperParameterTuningResourceConfig: {
      InstanceType: machines?.InstanceType,
      InstanceCount: machines?.InstanceCount,
      VolumeSizeInGB: machines?.VolumeSizeInGB,
      VolumeKmsKeyId: machines?.VolumeKmsKeyId,
    },
    ...Object.fromEntries(shared),
  };
  // What a training job must have, a search must have too; the types of the two requests do not know of each other.
  return job as unknown as TuningTrainingJob;
}
