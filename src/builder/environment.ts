import type { Expr } from '../definition/expr.ts';
import { expression } from './expression.ts';

/** What a pipeline is told of the place it runs in. */
export interface Environment {
  /** The account's artefact bucket. */
  readonly bucket: Expr<string>;
  /** The role that the jobs take. */
  readonly roleArn: Expr<string>;
  /** The region that the document is written for. */
  readonly region: Expr<string>;
}

/** What a pipeline is told of the place it runs in. The bucket and the role stay open until the account is known. */
export const environment: Environment = Object.freeze({
  bucket: expression<string>({ kind: 'environment', of: 'bucket' }),
  roleArn: expression<string>({ kind: 'environment', of: 'roleArn' }),
  region: expression<string>({ kind: 'environment', of: 'region' }),
});

/** What an execution knows of itself, in AWS's spelling. */
export interface Execution {
  readonly StartDateTime: Expr<string>;
  readonly CurrentDateTime: Expr<string>;
  readonly PipelineName: Expr<string>;
  readonly PipelineArn: Expr<string>;
  /** The twelve characters at the end of the execution's ARN. */
  readonly PipelineExecutionId: Expr<string>;
  readonly PipelineExecutionArn: Expr<string>;
  /** The name of the training job whose arguments it stands in. */
  readonly TrainingJobName: Expr<string>;
  /** The name of the processing job whose arguments it stands in. */
  readonly ProcessingJobName: Expr<string>;
}

/** What an execution knows of itself. */
export const execution: Execution = Object.freeze({
  StartDateTime: variable('StartDateTime'),
  CurrentDateTime: variable('CurrentDateTime'),
  PipelineName: variable('PipelineName'),
  PipelineArn: variable('PipelineArn'),
  PipelineExecutionId: variable('PipelineExecutionId'),
  PipelineExecutionArn: variable('PipelineExecutionArn'),
  TrainingJobName: variable('TrainingJobName'),
  ProcessingJobName: variable('ProcessingJobName'),
});

function variable(name: string): Expr<string> {
  return expression<string>({ kind: 'execution', variable: name });
}

/**
 * A place of its own for every execution: `s3://<bucket>/<pipeline>/<execution id>/<name>`. One value means one place
 * wherever it is used.
 */
export function outputUri(name: string): Expr<string> {
  return expression({ kind: 'place', name, ofStep: false });
}
