import type { Json, JsonObject } from '../../definition/document.ts';
import { isExpression, isObject } from '../../definition/expression.ts';
import { child, formatPath } from '../../definition/path.ts';
import { retriersOf } from './retry.ts';
import { type Plan, type State, type Turn, catchers, onward } from './state.ts';
import { bracket, computedOf, membersOf, unsupported } from './template.ts';

const SDK = 'arn:aws:states:::aws-sdk:sagemaker';
const MANAGED = 'arn:aws:states:::sagemaker';
/** A UUID and the dash before it leave this much of a job's 63 characters. */
const LONGEST_PREFIX = 26;

/** Jobs that Step Functions starts and waits for by itself. */
const JOBS: Readonly<Record<string, { readonly action: string; readonly name: string }>> = {
  Processing: { action: 'createProcessingJob', name: 'ProcessingJobName' },
  Training: { action: 'createTrainingJob', name: 'TrainingJobName' },
  Transform: { action: 'createTransformJob', name: 'TransformJobName' },
  Tuning: { action: 'createHyperParameterTuningJob', name: 'HyperParameterTuningJobName' },
};

/** Adds the states of a step that does something; the result is the first of them, or nothing where there is none. */
export function addTask(turn: Turn, plan: Plan): string | undefined {
  const { step, path } = turn;
  const args = membersOf(step.Arguments, child(path, 'Arguments'), plan);
  const job = JOBS[step.Type];
  if (job !== undefined) {
    const { [job.name]: prefix, [`${job.name}.$`]: computed, ...rest } = args;
    const base = typeof prefix === 'string' && computed === undefined ? prefix : step.Name;
    return addSteps(turn, plan, `${MANAGED}:${job.action}.sync`, { [`${job.name}.$`]: uniqueName(base), ...rest });
  }
  switch (step.Type) {
    case 'Model': {
      const { ModelName: name, 'ModelName.$': computed, ...rest } = args;
      const named = { 'ModelName.$': computed ?? uniqueName(typeof name === 'string' ? name : step.Name) };
      // The answer is the ARN alone; later steps ask for the name.
      return addSteps(
        turn,
        plan,
        `${SDK}:createModel`,
        { ...named, ...rest },
        {
          'ModelArn.$': '$.ModelArn',
          'ModelName.$': "States.ArrayGetItem(States.StringSplit($.ModelArn, '/'), 1)",
        },
      );
    }
    case 'RegisterModel':
      return addSteps(turn, plan, `${SDK}:createModelPackage`, {
        ...args,
        'ClientToken.$': 'States.UUID()',
      });
    case 'EndpointConfig':
      return addSteps(turn, plan, `${SDK}:createEndpointConfig`, args, {
        'EndpointConfigArn.$': '$.EndpointConfigArn',
        'EndpointConfigName.$': "States.ArrayGetItem(States.StringSplit($.EndpointConfigArn, '/'), 1)",
      });
    case 'Endpoint':
      return addEndpoint(turn, plan, args);
    case 'Lambda':
      return addSteps(turn, plan, 'arn:aws:states:::lambda:invoke', lambdaCall(turn, plan, args), {
        'OutputParameters.$': '$.Payload',
      });
    case 'Callback':
      return addCallback(turn, plan, args);
    case 'EMR':
      return addEmr(turn, plan, args);
    case 'Fail':
      return plan.add(step.Name, { Type: 'Fail', Error: step.Name, ...causeOf(turn, plan) });
    default:
      plan.report(unsupported(path, `A step of type ${step.Type}`, 'Step Functions has no such task'));
      return turn.next;
  }
}

function addSteps(turn: Turn, plan: Plan, resource: string, parameters: JsonObject, selector?: JsonObject): string {
  const { step, path, next } = turn;
  const retriers = retriersOf(step.RetryPolicies, path, plan.report);
  if (step.CacheConfig?.Enabled === true) {
    plan.report({
      code: 'not-cached',
      severity: 'warning',
      message: `${step.Name} runs every time: Step Functions keeps no results`,
      path: formatPath(child(path, 'CacheConfig')),
    });
  }
  return plan.add(step.Name, {
    Type: 'Task',
    ...(typeof step.Description === 'string' ? { Comment: step.Description } : {}),
    Resource: resource,
    Parameters: parameters,
    ...(selector === undefined ? {} : { ResultSelector: selector }),
    ResultPath: `$.Steps${bracket(step.Name)}`,
    ...(retriers.length === 0 ? {} : { Retry: retriers }),
    ...catchers(plan),
    ...onward(next),
  });
}

// A name of its own for every attempt: a retry with the name of the first would be refused.
function uniqueName(prefix: string): string {
  const base = prefix
    .replaceAll(/[^A-Za-z0-9-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, LONGEST_PREFIX);
  return `States.Format('${base.replace(/-+$/, '') || 'step'}-{}', States.UUID())`;
}

function addEndpoint(turn: Turn, plan: Plan, args: JsonObject): string {
  const { step, next } = turn;
  const place = `$.Steps${bracket(step.Name)}`;
  const [asked, wait, look] = [`${step.Name}: in service?`, `${step.Name}: wait`, `${step.Name}: look`];
  const named = Object.fromEntries(Object.entries(args).filter(([name]) => /^EndpointName(\.\$)?$/.test(name)));
  const failed = plan.add(`${step.Name}: failed`, {
    Type: 'Fail',
    Error: step.Name,
    CausePath: `${place}.FailureReason`,
  });
  plan.add(asked, {
    Type: 'Choice',
    Choices: [
      { Variable: `${place}.EndpointStatus`, StringEquals: 'InService', Next: next ?? `${step.Name}: done` },
      { Variable: `${place}.EndpointStatus`, StringEquals: 'Failed', Next: failed },
    ],
    Default: wait,
  });
  if (next === undefined) plan.add(`${step.Name}: done`, { Type: 'Succeed' });
  plan.add(look, {
    Type: 'Task',
    Resource: `${SDK}:describeEndpoint`,
    Parameters: named,
    ResultPath: place,
    ...catchers(plan),
    Next: asked,
  });
  plan.add(wait, { Type: 'Wait', Seconds: 30, Next: look });
  return addSteps({ ...turn, next: wait }, plan, `${SDK}:createEndpoint`, args);
}

function lambdaCall({ step, path }: Turn, plan: Plan, payload: JsonObject): JsonObject {
  return {
    ...membersOf({ FunctionName: sibling(step, 'FunctionArn') }, child(path, 'FunctionArn'), plan),
    Payload: payload,
  };
}

function addCallback(turn: Turn, plan: Plan, args: JsonObject): string {
  const { step, path } = turn;
  plan.report({
    code: 'callback-answers-step-functions',
    severity: 'warning',
    message: `Whoever answers ${step.Name} has to answer Step Functions, not SageMaker`,
    path: formatPath(path),
    detail: 'the token in the message is one of Step Functions',
    fix: 'answer with SendTaskSuccess and the outputs as JSON, or with SendTaskFailure',
  });
  const queue = membersOf({ QueueUrl: sibling(step, 'SqsQueueUrl') }, child(path, 'SqsQueueUrl'), plan);
  return addSteps(
    turn,
    plan,
    'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
    {
      ...queue,
      MessageBody: {
        'token.$': '$$.Task.Token',
        'pipelineExecutionArn.$': '$$.Execution.Id',
        arguments: args,
        status: 'Executing',
      },
    },
    { 'OutputParameters.$': '$' },
  );
}

function addEmr(turn: Turn, plan: Plan, args: JsonObject): string {
  const { step, path, next } = turn;
  const { StepConfig: config, ClusterId: id, 'ClusterId.$': computed, ClusterConfig: cluster, ...rest } = args;
  const work = { Name: step.Name, ActionOnFailure: 'CONTINUE', ...(isObject(config) ? config : {}) };
  const ADD = 'arn:aws:states:::elasticmapreduce:addStep.sync';
  if (cluster === undefined) {
    const where: State = computed === undefined ? { ClusterId: id ?? null } : { 'ClusterId.$': computed };
    return addSteps(
      turn,
      plan,
      ADD,
      { ...where, ...rest, Step: work },
      { 'Status.$': '$.Step.Status', 'Id.$': '$.Step.Id' },
    );
  }
  plan.report({
    code: 'cluster-survives-failure',
    severity: 'warning',
    message: `The cluster of ${step.Name} is not ended when its work fails`,
    path: formatPath(child(path, 'Arguments')),
    fix: 'give the cluster an AutoTerminationPolicy by running it on a cluster of your own: ClusterId',
  });
  const place = `$.Steps${bracket(`${step.Name}: cluster`)}`;
  const end = plan.add(`${step.Name}: end cluster`, {
    Type: 'Task',
    Resource: 'arn:aws:states:::elasticmapreduce:terminateCluster.sync',
    Parameters: { 'ClusterId.$': `${place}.ClusterId` },
    ResultPath: null,
    ...catchers(plan),
    ...onward(next),
  });
  const run = addSteps(
    { ...turn, next: end },
    plan,
    ADD,
    { 'ClusterId.$': `${place}.ClusterId`, Step: work },
    { 'Status.$': '$.Step.Status', 'Id.$': '$.Step.Id' },
  );
  return plan.add(`${step.Name}: cluster`, {
    Type: 'Task',
    Resource: 'arn:aws:states:::elasticmapreduce:createCluster.sync',
    Parameters: { Name: step.Name, ...(isObject(cluster) ? cluster : {}) },
    ResultPath: place,
    ...catchers(plan),
    Next: run,
  });
}

function causeOf({ step, path }: Turn, plan: Plan): State {
  const message = step.Arguments['ErrorMessage'] ?? '';
  if (!isExpression(message)) return { Cause: typeof message === 'string' ? message : JSON.stringify(message) };
  const computed = computedOf(message, child(child(path, 'Arguments'), 'ErrorMessage'), plan);
  // A path to a number is an error where the States Language wants a text.
  return { CausePath: computed.startsWith('$') ? `States.Format('{}', ${computed})` : computed };
}

function sibling(step: Turn['step'], name: string): Json {
  return (step as unknown as JsonObject)[name] ?? null;
}
