import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isDeepStrictEqual } from 'node:util';

import { awsEnvironment } from '../support/aws-environment.ts';
import { describeStreams, getEvents } from './cloudwatch-logs.ts';
import { type Answer, type Body, type Handler, Refusal, startJsonService } from './json-service.ts';
import type { Call } from './json-service.ts';
import { ACCOUNT, EPOCH, REGION, arnOf, keepPipelines, missingPipeline, nameOf, page } from './kept-pipelines.ts';
import { jobHandlers } from './jobs.ts';
import {
  type Execution,
  type StepPlan,
  advance,
  answerCallback,
  isActive,
  retry,
  stepAnswer,
  stepsOf,
} from './pipeline-executions.ts';

/*
 * What this fake is: SageMaker's pipelines and their executions, and as much of CloudWatch Logs and STS as a run asks for,
 * over HTTP in AWS's JSON 1.1 protocol.
 *
 * Pipelines   Create, Update, Describe, AddTags and ListTags are kept here, or by an upstream (moto) when there is one. A
 *             second Create under a name is a ValidationException that says "already exists"; a Describe of what is not there
 *             is ResourceNotFound. Each change is a new version. What has no operation here goes to the upstream too.
 * Start       The same ClientRequestToken with the same request gives the same execution; with another request it is a
 *             ConflictException. Parameters must be declared, those without a default given, none empty. A selective execution
 *             names steps that there are, and an execution to take the others' results from: it needs one to be there.
 *             The definition is the pipeline's of that moment, or that of the version that is named, which has to be there
 *             (an upstream's pipelines have no versions).
 * Time        Stands still but for DescribePipelineExecution: each look at a running execution finds it ten seconds later and a
 *             state further. Steps go Starting, Executing, then as their plan says. A step begins when all that it waits for has
 *             succeeded; after a failure none begins, and the execution has failed when the last one that ran has ended.
 * Steps       Only those that have begun are listed, in pages of two whatever MaxResults says, the last begun first unless
 *             SortOrder is Ascending. A Condition's other branch never begins.
 * Stop        Stopping at once, Stopped at the next look, steps too. Of an execution that has ended: ConflictException.
 * Retry       Of a Failed or Stopped execution: what did not succeed runs again, under the same ARN, one attempt further.
 * Callback    A Callback step waits for SendPipelineExecutionStepSuccess or Failure with its token.
 * Jobs        DescribeProcessingJob, DescribeTrainingJob and DescribeTransformJob know the jobs of steps: where their results
 *             are, and of a training job one metric and the seconds that it is billed for.
 * Executions  Listed in pages of two, the newest first unless SortOrder is Ascending.
 * Logs        A step's job has one stream `<job>/algo-1-1700000000`; DescribeLogStreams wants a prefix, GetLogEvents gives the
 *             last lines up to the limit, or all from the head with startFromHead. A group without streams is not there.
 * Credentials `expire` refuses everything as an expired token does, `renew` ends that.
 */
export interface FakeSageMaker {
  readonly endpoint: string;
  /** What the AWS SDK of a child process needs to talk to this fake and to nobody else. */
  readonly env: Readonly<Record<string, string>>;
  readonly calls: readonly Call[];
  /** Every operation asked for, without its service. */
  readonly operations: () => string[];
  readonly executions: ReadonlyMap<string, Execution>;
  /** What steps do, by name; may change while they run. */
  readonly plans: Record<string, StepPlan>;
  /** Somebody else updates a pipeline in the moment before the next request of an operation is answered. */
  readonly meddle: (operation: string, pipeline: string, definition: object) => void;
  readonly expire: () => void;
  readonly renew: () => void;
  readonly stop: () => Promise<void>;
}

/** Starts the fake on a free loopback port; with an upstream, what it lacks is asked there. */
export async function startSageMaker(upstream?: string): Promise<FakeSageMaker> {
  const executions = new Map<string, Execution>();
  const tokens = new Map<string, { readonly input: Body; readonly arn: string }>();
  const plans: Record<string, StepPlan> = {};
  let now = EPOCH;
  let expired = false;

  const executionOf = (input: Body): Execution => {
    const execution = executions.get(String(input['PipelineExecutionArn']));
    if (execution !== undefined) return execution;
    throw new Refusal(
      'ResourceNotFound',
      `Pipeline execution ${String(input['PipelineExecutionArn'])} does not exist.`,
    );
  };

  const start: Handler = async (input, request) => {
    const token = String(input['ClientRequestToken']);
    const known = tokens.get(token);
    if (known !== undefined) {
      if (isDeepStrictEqual(known.input, input)) return { PipelineExecutionArn: known.arn };
      throw new Refusal('ConflictException', `The token ${token} was used for another request.`);
    }
    const name = nameOf(input['PipelineName']);
    const { authorization } = request.headers;
    const found =
      upstream === undefined
        ? pipelines.get(name)?.input
        : await describeFrom(upstream, { PipelineName: name }, authorization);
    const version = input['PipelineVersionId'];
    const definition =
      version === undefined || upstream !== undefined
        ? found?.['PipelineDefinition']
        : pipelines.get(name)?.definitions[Number(version) - 1];
    if (typeof definition !== 'string') throw missingPipeline(name);
    checkParameters(definition, input);
    const id = randomBytes(6).toString('hex');
    const arn = `${arnOf(name)}/execution/${id}`;
    const execution: Execution = {
      arn,
      pipelineArn: arnOf(name),
      definition,
      input,
      created: now,
      status: 'Executing',
      failureReason: undefined,
      steps: stepsOf(definition, id, plans),
    };
    select(execution, input['SelectiveExecutionConfig'] as Body | undefined, now);
    executions.set(arn, execution);
    tokens.set(token, { input, arn });
    return { PipelineExecutionArn: arn };
  };

  const describe: Handler = (input) => {
    const execution = executionOf(input);
    now += 10;
    advance(execution, plans, now);
    return {
      PipelineArn: execution.pipelineArn,
      PipelineExecutionArn: execution.arn,
      PipelineExecutionDisplayName: execution.input['PipelineExecutionDisplayName'],
      PipelineExecutionStatus: execution.status,
      PipelineExecutionDescription: execution.input['PipelineExecutionDescription'],
      FailureReason: execution.failureReason,
      CreationTime: execution.created,
      LastModifiedTime: now,
      ParallelismConfiguration: execution.input['ParallelismConfiguration'],
      SelectiveExecutionConfig: execution.input['SelectiveExecutionConfig'],
    };
  };

  const { handlers: pipelineHandlers, pipelines } = keepPipelines(() => now);
  const handlers: Record<string, Handler> = {
    ...(upstream === undefined
      ? pipelineHandlers
      : {
          'SageMaker.DescribePipeline': (input, request) =>
            describeFrom(upstream, input, request.headers.authorization),
        }),
    'SageMaker.StartPipelineExecution': start,
    'SageMaker.DescribePipelineExecution': describe,
    'SageMaker.ListPipelineExecutionSteps': (input) => {
      const begun = executionOf(input).steps.filter(({ status }) => status !== undefined);
      const listed = input['SortOrder'] === 'Ascending' ? begun : begun.toReversed();
      return page(
        input,
        'PipelineExecutionSteps',
        listed.map((step) => stepAnswer(step, plans)),
      );
    },
    'SageMaker.ListPipelineExecutions': (input) => {
      const name = nameOf(input['PipelineName']);
      if (upstream === undefined && !pipelines.has(name)) throw missingPipeline(name);
      const pipelineArn = arnOf(name);
      const all = [...executions.values()].filter((execution) => execution.pipelineArn === pipelineArn);
      const listed = input['SortOrder'] === 'Ascending' ? all : all.toReversed();
      return page(input, 'PipelineExecutionSummaries', listed.map(summaryOf));
    },
    'SageMaker.StopPipelineExecution': (input) => {
      const execution = executionOf(input);
      if (execution.status !== 'Executing' && execution.status !== 'Stopping') {
        throw new Refusal(
          'ConflictException',
          `Execution ${execution.arn} is ${execution.status}: it cannot be stopped.`,
        );
      }
      execution.status = 'Stopping';
      for (const step of execution.steps.filter(isActive)) step.status = 'Stopping';
      return { PipelineExecutionArn: execution.arn };
    },
    'SageMaker.RetryPipelineExecution': (input) => {
      const execution = executionOf(input);
      retry(execution);
      return { PipelineExecutionArn: execution.arn };
    },
    ...jobHandlers(executions),
    'SageMaker.SendPipelineExecutionStepSuccess': (input) => answerCallback(executions.values(), input, now, true),
    'SageMaker.SendPipelineExecutionStepFailure': (input) => answerCallback(executions.values(), input, now, false),
    'SageMaker.DescribePipelineDefinitionForExecution': (input) => {
      const { definition, created } = executionOf(input);
      return { PipelineDefinition: definition, CreationTime: created };
    },
    'SageMaker.ListPipelineParametersForExecution': (input) => {
      const given = (executionOf(input).input['PipelineParameters'] as Body[] | undefined) ?? [];
      return page(input, 'PipelineParameters', given);
    },
    'Logs_20140328.DescribeLogStreams': (input) => describeStreams(input, executions.values(), plans),
    'Logs_20140328.GetLogEvents': (input) => getEvents(input, executions.values(), plans),
  };
  if (upstream === undefined) handlers['GetCallerIdentity'] = () => ({ xml: IDENTITY });
  const meddlers = new Map<string, Body>();
  const before = (operation: string, request: IncomingMessage): void => {
    const update = meddlers.get(operation);
    meddlers.delete(operation);
    if (update !== undefined) void handlers['SageMaker.UpdatePipeline']!(update, request);
  };
  const service = await startJsonService(
    withExpiry(handlers, () => expired, before),
    upstream,
  );
  return {
    endpoint: service.endpoint,
    env: awsEnvironment(service.endpoint, REGION),
    calls: service.calls,
    operations: () => service.calls.map(({ operation }) => operation.slice(operation.indexOf('.') + 1)),
    executions,
    plans,
    meddle: (operation, PipelineName, definition) =>
      void meddlers.set(`SageMaker.${operation}`, { PipelineName, PipelineDefinition: JSON.stringify(definition) }),
    expire: () => void (expired = true),
    renew: () => void (expired = false),
    stop: service.stop,
  };
}

function withExpiry(
  handlers: Readonly<Record<string, Handler>>,
  isExpired: () => boolean,
  before: (operation: string, request: IncomingMessage) => void,
): Record<string, Handler> {
  const guarded = Object.entries(handlers).map(([operation, handler]): [string, Handler] => [
    operation,
    (input, request) => {
      before(operation, request);
      if (!isExpired()) return handler(input, request);
      throw new Refusal('ExpiredTokenException', 'The security token included in the request is expired');
    },
  ]);
  return Object.fromEntries(guarded);
}

function checkParameters(definition: string, input: Body): void {
  const declared = ((JSON.parse(definition) as Body)['Parameters'] ?? []) as { Name: string; DefaultValue?: unknown }[];
  const given = (input['PipelineParameters'] ?? []) as { Name: string; Value: string }[];
  for (const { Name, Value } of given) {
    if (Value === '') throw new Refusal('ValidationException', `Parameter ${Name} has an empty value.`);
    if (!declared.some((each) => each.Name === Name)) {
      throw new Refusal('ValidationException', `Unknown parameter: ${Name}.`);
    }
  }
  const missing = declared.filter(({ Name, DefaultValue }) => {
    return DefaultValue === undefined && !given.some((each) => each.Name === Name);
  });
  if (missing.length === 0) return;
  throw new Refusal('ValidationException', `Missing parameters: ${missing.map(({ Name }) => Name).join(', ')}.`);
}

/** The steps that were not chosen have their results from the execution before. */
function select(execution: Execution, config: Body | undefined, now: number): void {
  if (config === undefined) return;
  const source = config['SourcePipelineExecutionArn'];
  if (typeof source !== 'string') {
    throw new Refusal('ValidationException', 'A selective execution needs a source execution.');
  }
  const chosen = (config['SelectedSteps'] as { StepName: string }[]).map(({ StepName }) => StepName);
  const unknown = chosen.filter((name) => !execution.steps.some((step) => step.name === name));
  if (unknown.length > 0) throw new Refusal('ValidationException', `Unknown steps: ${unknown.join(', ')}.`);
  for (const step of execution.steps.filter(({ name }) => !chosen.includes(name))) {
    Object.assign(step, { status: 'Succeeded', start: now, end: now, reused: source });
  }
}

function summaryOf(execution: Execution): Answer {
  return {
    PipelineExecutionArn: execution.arn,
    StartTime: execution.created,
    PipelineExecutionStatus: execution.status,
    PipelineExecutionDescription: execution.input['PipelineExecutionDescription'],
    PipelineExecutionDisplayName: execution.input['PipelineExecutionDisplayName'],
    PipelineExecutionFailureReason: execution.failureReason,
  };
}

/** moto gives a definition that it took from S3 as an object, where AWS gives its text. */
async function describeFrom(upstream: string, input: Body, authorization: string | undefined): Promise<Answer> {
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': 'SageMaker.DescribePipeline',
    ...(authorization === undefined ? {} : { authorization }),
  };
  const response = await fetch(upstream, { method: 'POST', headers, body: JSON.stringify(input) });
  const answer = (await response.json()) as Body;
  if (!response.ok) {
    const type = response.headers.get('x-amzn-errortype') ?? (answer['__type'] as string);
    throw new Refusal(type, (answer['message'] ?? answer['Message']) as string, response.status);
  }
  const { PipelineDefinition: definition } = answer;
  return { ...answer, PipelineDefinition: typeof definition === 'string' ? definition : JSON.stringify(definition) };
}

const IDENTITY = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:sts::${ACCOUNT}:assumed-role/Developer/someone</Arn><UserId>AIDA:someone</UserId><Account>${ACCOUNT}</Account>
</GetCallerIdentityResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></GetCallerIdentityResponse>`;
