import type { PipelineExecutionSummary } from '@aws-sdk/client-sagemaker';
import { asking, type Connection } from './connect.ts';

/** The most that AWS puts on a page. */
const PAGE = 100;

/** The executions of a pipeline, the newest first, asked for as they are read. */
export async function* eachExecution(
  pipeline: string,
  { sagemaker }: Connection,
  most = PAGE,
): AsyncGenerator<PipelineExecutionSummary, void, undefined> {
  let next: string | undefined;
  do {
    const page = await asking(
      `list the executions of ${pipeline}`,
      sagemaker.listPipelineExecutions({
        PipelineName: pipeline,
        SortBy: 'CreationTime',
        SortOrder: 'Descending',
        MaxResults: Math.min(PAGE, most),
        ...(next === undefined ? {} : { NextToken: next }),
      }),
      { absent: 'look at the name and the region; on Step Functions, give the ARN of the state machine' },
    );
    yield* page.PipelineExecutionSummaries ?? [];
    next = page.NextToken;
  } while (next !== undefined && next !== '');
}
