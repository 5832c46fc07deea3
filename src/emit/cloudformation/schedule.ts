import { type Json, type JsonObject, type ParameterDeclaration, parameterType } from '../../definition/document.ts';
import type { ScheduledInput } from './inputs.ts';

/** What a schedule starts. */
interface ScheduleTarget {
  readonly arn: Json;
  readonly action: string;
  /** The members of the target that say what it is started with. */
  readonly input: JsonObject;
}

const HAS_SCHEDULE = 'HasSchedule';

/** The template's parameters of every schedule. */
export const SCHEDULE_PARAMETERS: JsonObject = {
  ScheduleExpression: {
    Type: 'String',
    Default: '',
    AllowedPattern: String.raw`^((rate|cron|at)\(.+\))?$`,
    ConstraintDescription: 'rate(1 day), cron(0 3 * * ? *), at(2030-01-31T03:00:00), or nothing',
    Description: 'When the pipeline runs, as rate(1 day) or cron(0 3 * * ? *); without it there is no schedule',
  },
  ScheduleTimezone: {
    Type: 'String',
    Default: 'UTC',
    Description: 'The time zone of a cron expression, as Europe/Berlin',
  },
  ScheduleState: { Type: 'String', Default: 'ENABLED', AllowedValues: ['ENABLED', 'DISABLED'] },
};

export const SCHEDULE_CONDITIONS: JsonObject = {
  [HAS_SCHEDULE]: isGiven({ Ref: 'ScheduleExpression' }),
};

/** The condition that a parameter of the template says something. */
export function isGiven(value: Json): Json {
  return { 'Fn::Not': [{ 'Fn::Equals': [value, ''] }] };
}

/** The schedule and its role; neither is there without an expression. */
export function scheduleResources({ arn, action, input }: ScheduleTarget, order: JsonObject): JsonObject {
  const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: arn }] };
  return {
    ScheduleRole: {
      Type: 'AWS::IAM::Role',
      Condition: HAS_SCHEDULE,
      Properties: {
        Description: 'Starts the pipeline, and nothing else',
        AssumeRolePolicyDocument: trust('scheduler.amazonaws.com'),
        Policies: [{ PolicyName: 'start', PolicyDocument: policy }],
      },
    },
    Schedule: {
      Type: 'AWS::Scheduler::Schedule',
      Condition: HAS_SCHEDULE,
      ...order,
      Properties: {
        Description: { 'Fn::Sub': 'Starts ${PipelineName}' },
        State: { Ref: 'ScheduleState' },
        ScheduleExpression: { Ref: 'ScheduleExpression' },
        ScheduleExpressionTimezone: { Ref: 'ScheduleTimezone' },
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: {
          Arn: arn,
          RoleArn: { 'Fn::GetAtt': ['ScheduleRole', 'Arn'] },
          RetryPolicy: { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 3 },
          ...input,
        },
      },
    },
  };
}

/** A schedule without what the pipeline cannot start without is refused when the stack is made, not when it first fires. */
export function scheduleRules(inputs: readonly ScheduledInput[]): JsonObject {
  const required = inputs.filter(({ isRequired }) => isRequired);
  if (required.length === 0) return {};
  return {
    ScheduledInputs: {
      RuleCondition: isGiven({ Ref: 'ScheduleExpression' }),
      Assertions: required.map(({ id }) => ({
        Assert: isGiven({ Ref: id }),
        AssertDescription: `A schedule needs ${id}`,
      })),
    },
  };
}

/** The list of parameters that a pipeline is started with. */
export function pipelineParameters(inputs: readonly ScheduledInput[]): JsonObject {
  if (inputs.length === 0) return {};
  const list = inputs.map(({ declaration, id }): JsonObject => {
    const parameter = { Name: declaration.Name, Value: { Ref: id } };
    // SageMaker starts nothing with an empty value: the pipeline has its own.
    return isOpen(declaration) ? { 'Fn::If': [`Has${id}`, parameter, { Ref: 'AWS::NoValue' }] } : parameter;
  });
  return { SageMakerPipelineParameters: { PipelineParameterList: list } };
}

/** The conditions that `pipelineParameters` asks. */
export function inputConditions(inputs: readonly ScheduledInput[]): JsonObject {
  const open = inputs.filter(({ declaration }) => isOpen(declaration));
  return Object.fromEntries(open.map(({ id }) => [`Has${id}`, isGiven({ Ref: id })]));
}

function isOpen({ DefaultValue: value }: ParameterDeclaration): boolean {
  return value === undefined || value === '';
}

/** The JSON text that a state machine is started with. */
export function executionInput(inputs: readonly ScheduledInput[]): JsonObject {
  if (inputs.length === 0) return { Input: '{}' };
  const members = inputs.map(({ declaration, id }) => {
    const quote = parameterType(declaration) === 'String' ? '"' : '';
    return `${JSON.stringify(declaration.Name)}:${quote}\${${id}}${quote}`;
  });
  return { Input: { 'Fn::Sub': `{${members.join(',')}}` } };
}

/** The policy by which a service takes a role, for this account alone. */
export function trust(service: string): JsonObject {
  const account = { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } };
  return {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole', Condition: account }],
  };
}
