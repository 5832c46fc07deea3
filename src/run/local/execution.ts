import type { ExecutionVariables } from './expressions/scope.ts';
import { NOBODY } from './registry.ts';

/** What `Execution.…` stands for in a run: shaped as on the service, for an account that no one has. */
export function execution(of: {
  readonly pipeline: string;
  readonly run: string;
  readonly region: string;
  readonly started: Date;
}): ExecutionVariables {
  const arn = `arn:aws:sagemaker:${of.region}:${NOBODY}:pipeline/${of.pipeline}`;
  return {
    PipelineName: of.pipeline,
    PipelineArn: arn,
    PipelineExecutionId: of.run,
    PipelineExecutionArn: `${arn}/execution/${of.run}`,
    StartDateTime: of.started.toISOString(),
  };
}

const JOB_NAME_LENGTH = 63;

/** The name of a step's job, as the service makes it: `pipelines-<execution>-<step>-<random>`. */
export function jobName(run: string, step: string, unique: (digits: number) => string): string {
  const before = `pipelines-${run}-`;
  const after = `-${unique(10)}`;
  const name = step.replace(/[^A-Za-z0-9-]/g, '-').slice(0, JOB_NAME_LENGTH - before.length - after.length);
  return before + name.replace(/-+$/, '') + after;
}
