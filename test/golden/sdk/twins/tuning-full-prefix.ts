import { definePipeline, join, parameter, step } from 'sagemaker-pipelines';
import { I, NAME, S, channel, jobRetry } from './pieces.ts';

const F = parameter.float({ default: 0.5 });

const tune = step.tuning(
  'Tune',
  {
    HyperParameterTuningJobName: 'btj',
    HyperParameterTuningJobConfig: {
      Strategy: 'Bayesian',
      ResourceLimits: { MaxNumberOfTrainingJobs: 4, MaxParallelTrainingJobs: 2, MaxRuntimeInSeconds: 1000 },
      TrainingJobEarlyStoppingType: 'Auto',
      RandomSeed: 7,
      HyperParameterTuningJobObjective: { Type: 'Maximize', MetricName: 'auc' },
      ParameterRanges: {
        // Bounds are texts: a number among the parameters becomes one in a join.
        ContinuousParameterRanges: [{ Name: 'lr', MinValue: '0.1', MaxValue: join`${F}`, ScalingType: 'Logarithmic' }],
        CategoricalParameterRanges: [{ Name: 'c', Values: ['a', 'b', '3'] }],
        IntegerParameterRanges: [
          { Name: 'n', MinValue: '1', MaxValue: '10', ScalingType: 'Auto' },
          { Name: 'pi', MinValue: join`${I}`, MaxValue: '20', ScalingType: 'Auto' },
        ],
      },
      TuningJobCompletionCriteria: {
        BestObjectiveNotImproving: { MaxNumberOfTrainingJobsNotImproving: 3 },
        TargetObjectiveMetricValue: 0.9,
        ConvergenceDetected: { CompleteOnConvergence: 'Enabled' },
      },
    },
    TrainingJobDefinition: {
      StaticHyperParameters: { static: '1', x: '2' },
      OutputDataConfig: { S3OutputPath: 's3://b/o' },
      StoppingCondition: { MaxRuntimeInSeconds: 100 },
      HyperParameterTuningResourceConfig: { InstanceCount: 1, InstanceType: 'ml.m5.xlarge', VolumeSizeInGB: 30 },
      AlgorithmSpecification: {
        TrainingInputMode: 'File',
        MetricDefinitions: [{ Name: 'auc', Regex: 'r' }],
        TrainingImage: 'img:1',
      },
      InputDataConfig: [channel('train', 's3://b/t')],
      CheckpointConfig: { S3Uri: 's3://c' },
      RetryStrategy: { MaximumRetryAttempts: 3 },
      Environment: { A: 'b' },
    },
    WarmStartConfig: {
      WarmStartType: 'TransferLearning',
      ParentHyperParameterTuningJobs: [{ HyperParameterTuningJobName: 'parent1' }],
    },
    Tags: [
      { Key: 'k', Value: 'v' },
      { Key: 'ek', Value: 'ev' },
    ],
  },
  { displayName: 'd', description: 'e', retry: jobRetry, cache: '30d' },
);

export default definePipeline({ name: NAME, parameters: { S, I, F }, steps: [tune] });
