import { type Answer, type Body, type Handler, Refusal } from './json-service.ts';
import type { Execution, StepState } from './pipeline-executions.ts';

/** What the jobs of steps are described as: as much as a run asks for. */
export function jobHandlers(executions: ReadonlyMap<string, Execution>): Record<string, Handler> {
  const describing = (member: string, type: string, describe: (step: StepState) => Answer): Handler => {
    return (input: Body) => {
      const steps = [...executions.values()].flatMap((execution) => execution.steps);
      const found = steps.find((step) => step.type === type && step.job === input[member]);
      if (found === undefined)
        throw new Refusal('ResourceNotFound', `Could not find requested job ${String(input[member])}`);
      return { [member]: found.job, ...describe(found) };
    };
  };
  return {
    'SageMaker.DescribeProcessingJob': describing('ProcessingJobName', 'Processing', ({ job }) => ({
      ProcessingOutputConfig: {
        Outputs: [
          {
            OutputName: 'train',
            S3Output: {
              S3Uri: `s3://bucket/${job}/train`,
              LocalPath: '/opt/ml/processing/output',
              S3UploadMode: 'EndOfJob',
            },
          },
        ],
      },
    })),
    'SageMaker.DescribeTrainingJob': describing('TrainingJobName', 'Training', ({ job }) => ({
      ModelArtifacts: { S3ModelArtifacts: `s3://bucket/${job}/output/model.tar.gz` },
      FinalMetricDataList: [{ MetricName: 'validation:rmse', Value: 0.5, Timestamp: 1_700_000_000 }],
      BillableTimeInSeconds: 20,
    })),
    'SageMaker.DescribeTransformJob': describing('TransformJobName', 'Transform', ({ job }) => ({
      TransformOutput: { S3OutputPath: `s3://bucket/${job}/predictions` },
    })),
  };
}
