import { asset, definePipeline, quoted, sklearn, step, tuningJob } from 'sagemaker-pipelines';
import { MOMENT, NAME, bucketUri } from './pieces.ts';

const job = tuningJob(
  sklearn.training({
    version: '1.2-1',
    code: asset(import.meta, 'scripts/train.py'),
    instance: { type: 'ml.m5.xlarge' },
    inputs: { training: 's3://b/t' },
    hyperparameters: { n: 5 },
    metrics: { auc: 'r' },
    output: bucketUri,
  }),
);

const tune = step.tuning('Tune', {
  HyperParameterTuningJobConfig: {
    Strategy: 'Hyperband',
    StrategyConfig: { HyperbandStrategyConfig: { MinResource: 1, MaxResource: 10 } },
    ResourceLimits: { MaxNumberOfTrainingJobs: 1, MaxParallelTrainingJobs: 1 },
    TrainingJobEarlyStoppingType: 'Off',
    HyperParameterTuningJobObjective: { Type: 'Maximize', MetricName: 'auc' },
    ParameterRanges: {
      ContinuousParameterRanges: [{ Name: 'lr', MinValue: '0.1', MaxValue: '1', ScalingType: 'Auto' }],
      // The toolkit reads hyperparameters as JSON.
      CategoricalParameterRanges: [{ Name: 'c', Values: ['"a"', '"b"'] }],
      IntegerParameterRanges: [],
    },
  },
  TrainingJobDefinition: {
    ...job,
    StaticHyperParameters: {
      ...job.StaticHyperParameters,
      // What the SDK says of its own estimator; nothing reads it in the container.
      sagemaker_job_name: quoted(`sagemaker-scikit-learn-${MOMENT}`),
      sagemaker_estimator_class_name: quoted('SKLearn'),
      sagemaker_estimator_module: quoted('sagemaker.sklearn.estimator'),
    },
  },
});

export default definePipeline({ name: NAME, steps: [tune] });
