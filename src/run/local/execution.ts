import { createHash } from 'node:crypto';
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

/**
 * The name of a step's job, shaped as the service makes it: `pipelines-<execution>-<step>-<random>`. Here the end of it
 * is nobody's luck: a run that goes on after a kill has the names, and with them the places, that it would have had.
 */
export function jobName(run: string, step: string, attempt: number): string {
  const before = `pipelines-${run}-`;
  const after = `-${createHash('sha256')
    .update(JSON.stringify([run, step, attempt]))
    .digest('hex')
    .slice(0, 10)}`;
  const name = step.replace(/[^A-Za-z0-9-]/g, '-').slice(0, JOB_NAME_LENGTH - before.length - after.length);
  return before + name.replace(/-+$/, '') + after;
}
