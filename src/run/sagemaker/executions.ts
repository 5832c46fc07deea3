import type { PipelineExecutionSummary, SageMaker } from '@aws-sdk/client-sagemaker';
import type { PipelineDocument } from '../../definition/document.ts';
import { PipelineError } from '../../definition/error.ts';
import { parse } from '../../definition/parse.ts';
import { maskSecrets } from '../../definition/secrets.ts';
import { announcedSteps } from '../announced-steps.ts';
import type { DescribedExecution, ListedExecution } from '../described-execution.ts';
import type { RunResult, World } from '../runner.ts';
import { sayTo } from '../say.ts';
import { type Connection, type Place, asking, connect, isAbsent } from './connect.ts';
import { eachExecution } from './each-execution.ts';
import type { WatchOptions } from '../wait-for-end.ts';
import { lookAt, stateOf, stopExecution, watchExecution } from './watch.ts';

/** Uses a connection and closes it. */
export async function withConnection<T>(place: Place, use: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = connect(place);
  try {
    return await use(connection);
  } finally {
    connection.close();
  }
}

/** The executions of a pipeline, the newest first. */
export async function listExecutions(
  pipeline: string,
  most: number,
  connection: Connection,
): Promise<ListedExecution[]> {
  const found: ListedExecution[] = [];
  for await (const summary of eachExecution(pipeline, connection, most)) {
    found.push(listed(summary));
    if (found.length === most) break;
  }
  return found;
}

function listed(summary: PipelineExecutionSummary): ListedExecution {
  return {
    arn: summary.PipelineExecutionArn!,
    state: stateOf(summary),
    started: summary.StartTime,
    displayName: summary.PipelineExecutionDisplayName,
    description: summary.PipelineExecutionDescription,
    reason: summary.PipelineExecutionFailureReason,
  };
}

/** The newest execution of a pipeline. */
export async function newestExecution(pipeline: string, connection: Connection): Promise<string> {
  const [newest] = await listExecutions(pipeline, 1, connection);
  if (newest !== undefined) return newest.arn;
  throw new PipelineError('usage', 'no-execution', `The pipeline ${pipeline} has no execution yet`, {
    fix: 'run-pipeline starts one',
  });
}

/** What AWS knows of an execution. */
export async function describeExecution(
  arn: string,
  connection: Connection,
  world: Pick<World, 'now'>,
): Promise<DescribedExecution> {
  const { execution, steps } = await asking(`look at ${arn}`, lookAt(arn, connection, world));
  const state = stateOf(execution);
  return {
    arn,
    pipeline: execution.PipelineArn?.split('/').at(-1) ?? '',
    state,
    started: execution.CreationTime,
    ended: state === 'running' || state === 'stopping' ? undefined : execution.LastModifiedTime,
    displayName: execution.PipelineExecutionDisplayName,
    description: execution.PipelineExecutionDescription,
    reason: execution.FailureReason,
    parameters: maskSecrets(await parametersOf(arn, connection)),
    steps,
  };
}

/** Stops an execution; one that has ended is left as it is. */
export async function stop(arn: string, connection: Connection, world: World): Promise<void> {
  await asking(`stop ${arn}`, stopExecution(arn, connection, world));
}

/** Lets an execution run again from the steps that failed or were stopped, with the definition and the parameters it had. */
export async function retryExecution(arn: string, { sagemaker }: Connection, world: World): Promise<void> {
  await asking(
    `retry ${arn}`,
    sagemaker.retryPipelineExecution({ PipelineExecutionArn: arn, ClientRequestToken: world.unique(64) }),
  );
}

/** Watches an execution that someone started before. */
export async function watchAgain(arn: string, place: Place, options: WatchOptions, world: World): Promise<RunResult> {
  const { document, parameters } = await withConnection(place, async (connection) => ({
    document: await definitionOf(arn, connection),
    parameters: await parametersOf(arn, connection),
  }));
  const steps = document === undefined ? [] : announcedSteps(document);
  sayTo(world)({
    type: 'run-started',
    run: arn,
    pipeline: /:pipeline\/([^/]+)/.exec(arn)?.[1] ?? arn,
    target: 'sagemaker',
    steps,
    parameters: maskSecrets(parameters),
    links: [],
  });
  return await watchExecution(arn, steps, options, () => connect(place), world);
}

/** What someone outside answers to a Callback step that waits for it. */
export type CallbackAnswer =
  | { readonly outputs: Readonly<Record<string, string>> }
  | { readonly failureReason: string | undefined };

/** Ends a Callback step that waits for an answer; the result is the execution's ARN. */
export async function answerCallback(
  token: string,
  answer: CallbackAnswer,
  { sagemaker }: Connection,
  world: World,
): Promise<string> {
  const request = { CallbackToken: token, ClientRequestToken: world.unique(64) };
  const sent = await asking(
    `answer the callback ${token}`,
    'outputs' in answer ? succeed(sagemaker, request, answer.outputs) : fail(sagemaker, request, answer.failureReason),
  );
  return sent.PipelineExecutionArn!;
}

type CallbackRequest = { readonly CallbackToken: string; readonly ClientRequestToken: string };

function succeed(sagemaker: SageMaker, request: CallbackRequest, outputs: Readonly<Record<string, string>>) {
  const list = Object.entries(outputs).map(([Name, Value]) => ({ Name, Value }));
  return sagemaker.sendPipelineExecutionStepSuccess({ ...request, OutputParameters: list });
}

function fail(sagemaker: SageMaker, request: CallbackRequest, reason: string | undefined) {
  return sagemaker.sendPipelineExecutionStepFailure({
    ...request,
    ...(reason === undefined ? {} : { FailureReason: reason }),
  });
}

async function definitionOf(arn: string, { sagemaker }: Connection): Promise<PipelineDocument | undefined> {
  const request = { PipelineExecutionArn: arn };
  try {
    const { PipelineDefinition: text } = await sagemaker.describePipelineDefinitionForExecution(request);
    return text === undefined ? undefined : parse(text).document;
  } catch (error) {
    const fix = 'sagemaker-pipelines executions list PIPELINE says which there are';
    if (isAbsent(error)) throw new PipelineError('usage', 'no-execution', `There is no execution ${arn}`, { fix });
    return await asking(`read the definition of ${arn}`, Promise.reject(error as Error));
  }
}

async function parametersOf(arn: string, { sagemaker }: Connection): Promise<Record<string, string>> {
  const parameters = new Map<string, string>();
  let next: string | undefined;
  do {
    const page = await asking(
      `read the parameters of ${arn}`,
      sagemaker.listPipelineParametersForExecution({
        PipelineExecutionArn: arn,
        ...(next === undefined ? {} : { NextToken: next }),
      }),
    );
    for (const { Name: name, Value: value } of page.PipelineParameters ?? []) {
      if (name !== undefined && value !== undefined) parameters.set(name, value);
    }
    next = page.NextToken;
  } while (next !== undefined && next !== '');
  return Object.fromEntries(parameters);
}
