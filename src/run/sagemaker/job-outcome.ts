import type { Json } from '../../definition/document.ts';
import type { Link } from '../../definition/events.ts';
import type { Connection } from './connect.ts';
import type { Resource } from '../console-links.ts';

/** What a job made, and its figures. */
export interface JobOutcome {
  readonly outputs: readonly Link[];
  readonly facts: Readonly<Record<string, Json>>;
}

const NOTHING: JobOutcome = { outputs: [], facts: {} };

/** Asks after a job that has ended; nothing for what is no such job, and where its description may not be read. */
export async function jobOutcome({ type, name }: Resource, { sagemaker }: Connection): Promise<JobOutcome> {
  try {
    switch (type) {
      case 'processing-job': {
        const { ProcessingOutputConfig: config } = await sagemaker.describeProcessingJob({ ProcessingJobName: name });
        const outputs = (config?.Outputs ?? []).flatMap(({ OutputName: title, S3Output: output }) => {
          return linkTo(title ?? 'output', output?.S3Uri);
        });
        return { outputs, facts: {} };
      }
      case 'training-job': {
        const job = await sagemaker.describeTrainingJob({ TrainingJobName: name });
        const metrics = (job.FinalMetricDataList ?? []).flatMap(({ MetricName: metric, Value: value }) => {
          return metric === undefined || value === undefined ? [] : [[metric, value] as const];
        });
        const billed = job.BillableTimeInSeconds;
        const facts = [...metrics, ...(billed === undefined ? [] : [['billableSeconds', billed] as const])];
        const outputs = linkTo('model', job.ModelArtifacts?.S3ModelArtifacts);
        return { outputs, facts: Object.fromEntries(facts) };
      }
      case 'transform-job': {
        const { TransformOutput: output } = await sagemaker.describeTransformJob({ TransformJobName: name });
        return { outputs: linkTo('predictions', output?.S3OutputPath), facts: {} };
      }
      default:
        return NOTHING;
    }
  } catch {
    // How a run ends is known without it, and a role that watches runs need not be allowed to read jobs.
    return NOTHING;
  }
}

function linkTo(title: string, target: string | undefined): Link[] {
  return target === undefined ? [] : [{ title, target }];
}
