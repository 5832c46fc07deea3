import { definePipeline, step } from 'sagemaker-pipelines';
import { NAME, bucketUri, channel } from './pieces.ts';

const tune = step.tuning('Tune', {
  HyperParameterTuningJobConfig: {
    Strategy: 'Bayesian',
    ResourceLimits: { MaxNumberOfTrainingJobs: 1, MaxParallelTrainingJobs: 1 },
    TrainingJobEarlyStoppingType: 'Off',
    HyperParameterTuningJobObjective: { Type: 'Maximize', MetricName: 'auc' },
    ParameterRanges: {
      ContinuousParameterRanges: [{ Name: 'lr', MinValue: '0.1', MaxValue: '1', ScalingType: 'Auto' }],
      CategoricalParameterRanges: [],
      IntegerParameterRanges: [],
    },
  },
  TrainingJobDefinition: {
    StaticHyperParameters: {},
    OutputDataConfig: { S3OutputPath: bucketUri },
    StoppingCondition: { MaxRuntimeInSeconds: 86_400 },
    HyperParameterTuningResourceConfig: { InstanceCount: 1, InstanceType: 'ml.m5.xlarge', VolumeSizeInGB: 30 },
    AlgorithmSpecification: {
      TrainingInputMode: 'File',
      MetricDefinitions: [{ Name: 'auc', Regex: 'r' }],
      TrainingImage: 'img:1',
    },
    InputDataConfig: [channel('training', 's3://b/t')],
  },
});

export default definePipeline({ name: NAME, parameters: {}, steps: [tune] });
