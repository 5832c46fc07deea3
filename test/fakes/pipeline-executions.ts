import { randomBytes } from 'node:crypto';

import { Refusal, type Answer, type Body } from './json-service.ts';

/** What a step of an execution does; without a plan it is looked at once while it runs and then succeeds. */
export interface StepPlan {
  /** How many looks find it running. */
  readonly looks?: number;
  readonly ends?: 'Succeeded' | 'Failed';
  readonly failureReason?: string;
  /** How often the service started it. */
  readonly attempts?: number;
  /** The execution whose results it takes. */
  readonly cached?: string;
  /** The side that a Condition step takes. */
  readonly outcome?: 'True' | 'False';
  /** What its job wrote to its log. */
  readonly log?: readonly string[];
}

export interface StepState {
  readonly name: string;
  readonly type: string;
  readonly needs: readonly string[];
  /** The condition around it and the outcome by which it runs. */
  readonly side: { readonly condition: string; readonly outcome: string } | undefined;
  status: 'Starting' | 'Executing' | 'Stopping' | 'Stopped' | 'Failed' | 'Succeeded' | undefined;
  looksLeft: number;
  start: number | undefined;
  end: number | undefined;
  failureReason: string | undefined;
  attempts: number;
  reused: string | undefined;
  job: string;
  callbackToken: string | undefined;
  outputs: Body[];
}

export interface Execution {
  readonly arn: string;
  readonly pipelineArn: string;
  readonly definition: string;
  readonly input: Body;
  readonly created: number;
  status: 'Executing' | 'Stopping' | 'Stopped' | 'Failed' | 'Succeeded';
  failureReason: string | undefined;
  steps: StepState[];
}

interface StepJson {
  readonly Name: string;
  readonly Type: string;
  readonly DependsOn?: readonly string[];
  readonly Arguments?: { readonly IfSteps?: readonly StepJson[]; readonly ElseSteps?: readonly StepJson[] };
}

/** Every step of a definition with what it waits for, read from the text as the service would. */
export function stepsOf(
  definition: string,
  executionId: string,
  plans: Readonly<Record<string, StepPlan>>,
): StepState[] {
  const { Steps } = JSON.parse(definition) as { Steps: readonly StepJson[] };
  const found: StepState[] = [];
  const add = (step: StepJson, side: StepState['side']): void => {
    const { IfSteps, ElseSteps, ...own } = step.Arguments ?? {};
    const text = JSON.stringify({ ...step, Arguments: own });
    const read = [...text.matchAll(/"Get":"Steps\.([^.[\]"]+)/g)].map((match) => match[1]!);
    const plan = plans[step.Name] ?? {};
    found.push({
      name: step.Name,
      type: step.Type,
      needs: [...new Set([...(step.DependsOn ?? []), ...read, ...(side === undefined ? [] : [side.condition])])],
      side,
      status: undefined,
      looksLeft: plan.looks ?? 1,
      start: undefined,
      end: undefined,
      failureReason: undefined,
      attempts: plan.attempts ?? 1,
      reused: undefined,
      job: `pipelines-${executionId}-${step.Name}-${randomBytes(5).toString('hex')}`,
      callbackToken: step.Type === 'Callback' ? randomBytes(5).toString('hex') : undefined,
      outputs: [],
    });
    for (const inner of IfSteps ?? []) add(inner, { condition: step.Name, outcome: 'True' });
    for (const inner of ElseSteps ?? []) add(inner, { condition: step.Name, outcome: 'False' });
  };
  for (const step of Steps) add(step, undefined);
  return found;
}

/** One look at an execution finds it one moment later than the one before. */
export function advance(execution: Execution, plans: Readonly<Record<string, StepPlan>>, now: number): void {
  const { steps } = execution;
  if (execution.status === 'Stopping') {
    for (const step of steps.filter(isActive)) finish(step, 'Stopped', now);
    execution.status = 'Stopped';
    return;
  }
  if (execution.status !== 'Executing') return;
  for (const step of steps.filter(isActive)) {
    if (step.status === 'Starting') step.status = 'Executing';
    if (step.type === 'Callback') continue;
    if (step.looksLeft-- > 0) continue;
    const plan = plans[step.name] ?? {};
    const ends = plan.ends ?? (step.type === 'Fail' ? 'Failed' : 'Succeeded');
    finish(step, ends, now);
    if (ends === 'Failed') step.failureReason = plan.failureReason ?? 'ClientError: the job failed';
  }
  const failed = steps.some(({ status }) => status === 'Failed');
  for (const step of failed ? [] : steps) {
    if (step.status === undefined && isReady(step, steps, plans)) begin(step, plans[step.name], now);
  }
  if (steps.some(isActive)) return;
  execution.status = failed ? 'Failed' : 'Succeeded';
  if (failed) execution.failureReason = 'Step failure: One or multiple steps failed.';
}

export function isActive({ status }: StepState): boolean {
  return status === 'Starting' || status === 'Executing' || status === 'Stopping';
}

function begin(step: StepState, plan: StepPlan | undefined, now: number): void {
  step.status = 'Starting';
  step.start = now;
  if (plan?.cached !== undefined) finish(step, 'Succeeded', now);
}

function finish(step: StepState, status: 'Succeeded' | 'Failed' | 'Stopped', now: number): void {
  step.status = status;
  step.end = now;
}

function isReady(step: StepState, steps: readonly StepState[], plans: Readonly<Record<string, StepPlan>>): boolean {
  const { side } = step;
  if (side !== undefined && (plans[side.condition]?.outcome ?? 'True') !== side.outcome) return false;
  return step.needs.every((name) => steps.find((other) => other.name === name)?.status === 'Succeeded');
}

/** A step as ListPipelineExecutionSteps gives it. */
export function stepAnswer(step: StepState, plans: Readonly<Record<string, StepPlan>>): Answer {
  const cached = plans[step.name]?.cached;
  return {
    StepName: step.name,
    StepStatus: step.status,
    StartTime: step.start,
    EndTime: step.end,
    FailureReason: step.failureReason,
    AttemptCount: step.attempts,
    CacheHitResult: cached === undefined ? undefined : { SourcePipelineExecutionArn: cached },
    SelectiveExecutionResult: step.reused === undefined ? undefined : { SourcePipelineExecutionArn: step.reused },
    // A step has no job while it starts.
    Metadata: step.status === 'Starting' || cached !== undefined ? undefined : metadataOf(step, plans[step.name]),
  };
}

const JOBS: Readonly<Record<string, readonly [string, string]>> = {
  Processing: ['ProcessingJob', 'processing-job'],
  Training: ['TrainingJob', 'training-job'],
  Transform: ['TransformJob', 'transform-job'],
  Tuning: ['TuningJob', 'hyper-parameter-tuning-job'],
  Model: ['Model', 'model'],
};

function metadataOf(step: StepState, plan: StepPlan | undefined): Answer | undefined {
  const [member, resource] = JOBS[step.type] ?? [];
  if (member !== undefined) {
    return { [member]: { Arn: `arn:aws:sagemaker:us-east-1:123456789012:${resource}/${step.job}` } };
  }
  switch (step.type) {
    case 'Condition':
      return step.status === 'Succeeded' ? { Condition: { Outcome: plan?.outcome ?? 'True' } } : undefined;
    case 'Fail':
      return { Fail: { ErrorMessage: step.failureReason } };
    case 'Lambda':
      return { Lambda: { Arn: 'arn:aws:lambda:us-east-1:123456789012:function:approve', OutputParameters: [] } };
    case 'Callback':
      return {
        Callback: {
          CallbackToken: step.callbackToken,
          SqsQueueUrl: 'https://sqs.us-east-1.amazonaws.com/123456789012/approvals',
          OutputParameters: step.outputs,
        },
      };
    default:
      return undefined;
  }
}

/** Ends a Callback step as someone outside answered it. */
export function answerCallback(executions: Iterable<Execution>, input: Body, now: number, isSuccess: boolean): Answer {
  const token = String(input['CallbackToken']);
  for (const execution of executions) {
    const step = execution.steps.find(({ callbackToken, status }) => callbackToken === token && status === 'Executing');
    if (step === undefined) continue;
    finish(step, isSuccess ? 'Succeeded' : 'Failed', now);
    if (isSuccess) step.outputs = (input['OutputParameters'] as Body[] | undefined) ?? [];
    else step.failureReason = (input['FailureReason'] as string | undefined) ?? 'Callback step failed';
    return { PipelineExecutionArn: execution.arn };
  }
  throw new Refusal('ResourceNotFound', `Callback token ${token} is not known.`);
}

/** Lets the steps of a failed or stopped execution that did not succeed run again. */
export function retry(execution: Execution): void {
  if (execution.status !== 'Failed' && execution.status !== 'Stopped') {
    throw new Refusal('ConflictException', `Execution ${execution.arn} is ${execution.status} and cannot be retried.`);
  }
  execution.status = 'Executing';
  execution.failureReason = undefined;
  for (const step of execution.steps.filter(({ status }) => status === 'Failed' || status === 'Stopped')) {
    step.status = undefined;
    step.start = undefined;
    step.end = undefined;
    step.failureReason = undefined;
    step.looksLeft = 1;
    step.attempts += 1;
  }
}
