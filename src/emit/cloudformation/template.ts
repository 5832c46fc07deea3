import type { Assembly } from '../../definition/assembly.ts';
import type { AccountValues } from '../../definition/bind.ts';
import type { Diagnostic } from '../../definition/diagnostic.ts';
import type { Json, JsonObject, PipelineDocument } from '../../definition/document.ts';
import { isObject } from '../../definition/expression.ts';
import { walkSteps } from '../../definition/walk.ts';
import { toStateMachine } from '../step-functions/state-machine.ts';
import { type ScheduledInput, scheduledInputs } from './inputs.ts';
import { type Marked, joinedText, markAccountValues } from './joined.ts';
import {
  type ArnScope,
  HAS_MORE_ARNS,
  MORE_ARNS,
  type Statement,
  allow,
  experimentStatements,
  passStatement,
  roleArn,
  startingStatements,
  workingStatements,
} from './permissions.ts';
import { placesOf } from './places.ts';
import {
  SCHEDULE_CONDITIONS,
  SCHEDULE_PARAMETERS,
  executionInput,
  inputConditions,
  isGiven,
  pipelineParameters,
  scheduleResources,
  scheduleRules,
  trust,
} from './schedule.ts';

/** A template, and what of the document could not be in it. */
interface Template {
  readonly template: JsonObject;
  readonly diagnostics: readonly Diagnostic[];
}

/** What a template is written of: a document, and what an assembly knows beside it. */
type TemplateSubject = Pick<Assembly, 'name' | 'definition'> & Partial<Assembly>;

const NAME = /^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/;
const MAKES_ROLE = 'MakesRole';
const HAS_DEFINITION = 'HasDefinitionKey';
const ROLE: Json = { 'Fn::If': [MAKES_ROLE, { 'Fn::GetAtt': ['ExecutionRole', 'Arn'] }, { Ref: 'ExecutionRoleArn' }] };
const ROLE_ITSELF: Json = { 'Fn::GetAtt': ['ExecutionRole', 'Arn'] };
const SAGEMAKER = 'sagemaker.amazonaws.com';
const MORE_CONDITION: JsonObject = {
  [HAS_MORE_ARNS]: isGiven({ 'Fn::Join': ['', { Ref: MORE_ARNS }] }),
};

/**
 * A complete template of a pipeline: the pipeline, its role unless one is given, and a schedule where one is wanted.
 * What the account knows are its parameters; the values given here are their defaults.
 *
 * @example const { template } = toCloudFormation(assembly, { bucket: 'artefacts' });
 */
export function toCloudFormation(subject: TemplateSubject, account: AccountValues = {}): Template {
  const stack = stackOf(subject, account, false);
  const { marked, scope, values, inputs } = stack;
  const { description, parallelism } = subject;
  const places = placesOf(scope);
  const working = workingStatements(places, scope);
  const starting = [...startingStatements(scope), ...experimentStatements(scope)];
  const passed = [...places.roles].filter((role) => role !== marked.role.text).map((role) => roleArn(role, scope));
  const takers = [SAGEMAKER, ...servicesOf(marked.document)];
  const passes = starting.length > 0 ? [passStatement([ROLE_ITSELF, ...passed], takers)] : [];
  const body = { PipelineDefinitionBody: joinedText(JSON.stringify(marked.document), values) };
  const location = { Bucket: { Ref: 'ArtifactBucket' }, Key: { Ref: 'DefinitionKey' } };
  const arn = {
    'Fn::Sub': 'arn:${AWS::Partition}:sagemaker:${AWS::Region}:${AWS::AccountId}:pipeline/${PipelineName}',
  };
  const template = {
    ...stack.head(description ?? `The pipeline ${subject.name}`),
    Parameters: {
      ...stack.parameters,
      ...(marked.bucket.isUsed
        ? {
            DefinitionKey: {
              Type: 'String',
              Default: '',
              Description:
                'An object of the bucket with a definition that is bound to bucket and role, instead of the one in this template',
            },
          }
        : {}),
      ...stack.inputParameters,
    },
    ...stack.rules(
      marked.bucket.isUsed
        ? {
            DefinitionKey: {
              RuleCondition: isGiven({ Ref: 'DefinitionKey' }),
              Assertions: [
                {
                  Assert: isGiven({ Ref: 'ExecutionRoleArn' }),
                  AssertDescription: 'A definition that is bound to a role needs ExecutionRoleArn to be that role',
                },
              ],
            },
          }
        : {},
    ),
    Conditions: {
      ...stack.conditions,
      ...inputConditions(inputs),
      ...(usesMoreArns(working) ? MORE_CONDITION : {}),
      ...(marked.bucket.isUsed ? { [HAS_DEFINITION]: isGiven({ Ref: 'DefinitionKey' }) } : {}),
    },
    Resources: {
      ...executionRole([...starting, ...working, ...passes]),
      Pipeline: {
        Type: 'AWS::SageMaker::Pipeline',
        Properties: {
          PipelineName: { Ref: 'PipelineName' },
          ...(description === undefined ? {} : { PipelineDescription: description }),
          PipelineDefinition: marked.bucket.isUsed
            ? { 'Fn::If': [HAS_DEFINITION, { PipelineDefinitionS3Location: location }, body] }
            : body,
          RoleArn: ROLE,
          ...(parallelism === undefined
            ? {}
            : { ParallelismConfiguration: { MaxParallelExecutionSteps: parallelism } }),
          ...stack.tags,
        },
      },
      ...scheduleResources(
        { arn, action: 'sagemaker:StartPipelineExecution', input: pipelineParameters(inputs) },
        { DependsOn: 'Pipeline' },
      ),
    },
    Outputs: {
      PipelineName: { Value: { Ref: 'PipelineName' } },
      PipelineArn: { Value: arn },
      ExecutionRoleArn: { Value: ROLE },
    },
  };
  return { template: withoutUnused(template, working), diagnostics: [] };
}

/**
 * A complete template of a pipeline as a state machine: the machine with its role, the role of its jobs unless one is
 * given, and a schedule where one is wanted.
 *
 * @example const { template, diagnostics } = toStateMachineTemplate(assembly);
 */
export function toStateMachineTemplate(subject: TemplateSubject, account: AccountValues = {}): Template {
  const stack = stackOf(subject, account, true);
  const { marked, scope, values, inputs } = stack;
  const { machine, diagnostics } = toStateMachine(marked.document);
  const text = JSON.stringify(machine);
  const places = placesOf(scope);
  const working = workingStatements(places, scope);
  const names = jobNames(machine);
  const starting = startingStatements(scope, ({ Name }) => names.get(Name));
  const passed = [...places.roles].map((role) => (role === marked.role.text ? ROLE : roleArn(role, scope)));
  const takers = [SAGEMAKER, ...servicesOf(marked.document)];
  const own = [
    ...starting,
    ...ruleStatements(marked.document),
    // A machine that reads files for its conditions reads them itself.
    ...(text.includes('aws-sdk:s3:getObject') ? working.filter(({ Sid }) => Sid === 'Read' || Sid === 'List') : []),
    ...(passed.length === 0 ? [] : [passStatement(passed, takers)]),
  ];
  const arn = { Ref: 'StateMachine' };
  const policy = { Version: '2012-10-17', Statement: own };
  const template = {
    ...stack.head(subject.description ?? `The pipeline ${subject.name} as a state machine`),
    Parameters: { ...stack.parameters, ...stack.inputParameters },
    ...stack.rules({}),
    Conditions: { ...stack.conditions, ...(usesMoreArns(working) ? MORE_CONDITION : {}) },
    Resources: {
      ...executionRole(working),
      WorkflowRole: {
        Type: 'AWS::IAM::Role',
        Properties: {
          Description: 'Starts the jobs of the state machine',
          AssumeRolePolicyDocument: trust('states.amazonaws.com'),
          ...(own.length === 0 ? {} : { Policies: [{ PolicyName: 'steps', PolicyDocument: policy }] }),
        },
      },
      StateMachine: {
        Type: 'AWS::StepFunctions::StateMachine',
        Properties: {
          StateMachineName: { Ref: 'PipelineName' },
          DefinitionString: joinedText(text, values),
          RoleArn: { 'Fn::GetAtt': ['WorkflowRole', 'Arn'] },
          ...stack.tags,
        },
      },
      ...scheduleResources({ arn, action: 'states:StartExecution', input: executionInput(inputs) }, {}),
    },
    Outputs: {
      StateMachineArn: { Value: arn },
      StateMachineName: { Value: { 'Fn::GetAtt': ['StateMachine', 'Name'] } },
      ...(marked.role.isUsed ? { ExecutionRoleArn: { Value: ROLE } } : {}),
    },
  };
  return { template: withoutUnused(template, working), diagnostics };
}

/** A template as the text of a file. */
export function templateText(template: JsonObject): string {
  return `${JSON.stringify(template, null, 2)}\n`;
}

interface Stack {
  readonly marked: Marked;
  readonly scope: ArnScope;
  /** What stands in the place of the marks. */
  readonly values: ReadonlyMap<string, Json>;
  readonly inputs: readonly ScheduledInput[];
  readonly parameters: JsonObject;
  readonly inputParameters: JsonObject;
  readonly conditions: JsonObject;
  readonly tags: JsonObject;
  readonly head: (description: string) => JsonObject;
  readonly rules: (others: JsonObject) => JsonObject;
}

/** What templates of pipelines and of state machines share. */
function stackOf(subject: TemplateSubject, account: AccountValues, isMachine: boolean): Stack {
  const marked = markAccountValues(subject.definition);
  const limit = isMachine ? 80 : 256;
  const parameters: JsonObject = {
    PipelineName: {
      Type: 'String',
      // Whoever deploys it has to give another where AWS does not take this one.
      ...(subject.name.length <= limit && NAME.test(subject.name) ? { Default: subject.name } : {}),
      MaxLength: limit,
      AllowedPattern: NAME.source,
      Description: isMachine ? 'The name of the state machine' : 'The name of the pipeline in the account',
    },
    ...(marked.bucket.isUsed
      ? {
          ArtifactBucket: {
            Type: 'String',
            ...(account.bucket === undefined ? {} : { Default: account.bucket }),
            AllowedPattern: '^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$',
            Description: 'The bucket that the assets were published to; results are written there',
          },
        }
      : {}),
    ExecutionRoleArn: {
      Type: 'String',
      Default: account.roleArn ?? '',
      AllowedPattern: '^(arn:aws[a-z-]*:iam::[0-9]{12}:role/.+)?$',
      Description: 'The role of the jobs; without it one is made that may do what the steps do',
    },
    [MORE_ARNS]: {
      Type: 'CommaDelimitedList',
      Default: '',
      Description:
        'Buckets and objects that the made role may read beside those in the definition: arn:aws:s3:::data,arn:aws:s3:::data/in/*',
    },
    ...SCHEDULE_PARAMETERS,
  };
  const inputs = scheduledInputs(subject.definition, new Set([...Object.keys(parameters), 'DefinitionKey']), isMachine);
  const tags = Object.entries(subject.tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
  return {
    marked,
    inputs,
    parameters,
    scope: {
      document: marked.document,
      name: marked.name,
      references: new Map([
        [marked.bucket.text, '${ArtifactBucket}'],
        [marked.name, '${PipelineName}'],
      ]),
    },
    values: new Map<string, Json>([
      [marked.bucket.text, { Ref: 'ArtifactBucket' }],
      [marked.role.text, ROLE],
    ]),
    inputParameters: Object.fromEntries(inputs.map(({ id, parameter }) => [id, parameter])),
    conditions: {
      [MAKES_ROLE]: { 'Fn::Equals': [{ Ref: 'ExecutionRoleArn' }, ''] },
      ...SCHEDULE_CONDITIONS,
    },
    tags: tags.length === 0 ? {} : { Tags: tags },
    head: (description) => ({ AWSTemplateFormatVersion: '2010-09-09', Description: description.slice(0, 1024) }),
    rules: (others) => {
      const rules = { ...others, ...scheduleRules(inputs) };
      return Object.keys(rules).length === 0 ? {} : { Rules: rules };
    },
  };
}

/** The role of the jobs. Its policy stands beside it, as it says what the role may do with itself. */
function executionRole(statements: readonly Statement[]): JsonObject {
  const document = { Version: '2012-10-17', Statement: statements };
  return {
    ExecutionRole: {
      Type: 'AWS::IAM::Role',
      Condition: MAKES_ROLE,
      Properties: {
        Description: { 'Fn::Sub': 'The jobs of ${PipelineName}' },
        AssumeRolePolicyDocument: trust(SAGEMAKER),
      },
    },
    ...(statements.length === 0
      ? {}
      : {
          ExecutionRolePolicy: {
            Type: 'AWS::IAM::Policy',
            Condition: MAKES_ROLE,
            Properties: { PolicyName: 'steps', PolicyDocument: document, Roles: [{ Ref: 'ExecutionRole' }] },
          },
        }),
  };
}

function usesMoreArns(statements: readonly Statement[]): boolean {
  return statements.some((statement) => statement['Fn::If'] !== undefined);
}

/** Without the parameter for further data where no job reads any. */
function withoutUnused(template: JsonObject, working: readonly Statement[]): JsonObject {
  if (usesMoreArns(working)) return template;
  const { [MORE_ARNS]: _unused, ...parameters } = template['Parameters'] as JsonObject;
  return { ...template, Parameters: parameters };
}

/** The services besides SageMaker that take a role of a step. */
function servicesOf(document: PipelineDocument): string[] {
  const types = new Set([...walkSteps(document)].map(({ step }) => step.Type));
  return [
    ...(types.has('EMR') ? ['ec2.amazonaws.com', 'elasticmapreduce.amazonaws.com'] : []),
    ...(types.has('EMRServerless') ? ['emr-serverless.amazonaws.com'] : []),
  ];
}

/** What the names of the jobs begin with that the states of a machine start. */
function jobNames(machine: Json): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const look = (value: Json): void => {
    if (Array.isArray(value)) for (const element of value as readonly Json[]) look(element);
    if (!isObject(value)) return;
    for (const [name, state] of Object.entries(value)) {
      const parameters = isObject(state) ? state['Parameters'] : undefined;
      for (const [key, text] of isObject(parameters) ? Object.entries(parameters) : []) {
        const begin =
          key.endsWith('Name.$') && typeof text === 'string'
            ? /^States\.Format\('([\w-]+-)\{\}', States\.UUID\(\)\)$/.exec(text)
            : null;
        if (begin !== null) names.set(name, begin[1]!);
      }
      look(state);
    }
  };
  look(machine);
  return names;
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/connect-sagemaker.html: by these it learns that a job has ended. */
const RULES: Readonly<Record<string, readonly string[]>> = {
  Processing: ['StepFunctionsGetEventsForSageMakerProcessingJobsRule'],
  Training: ['StepFunctionsGetEventsForSageMakerTrainingJobsRule'],
  Transform: ['StepFunctionsGetEventsForSageMakerTransformJobsRule'],
  Tuning: ['StepFunctionsGetEventsForSageMakerTuningJobsRule'],
  EMR: [
    'StepFunctionsGetEventForEMRAddJobFlowStepsRule',
    'StepFunctionsGetEventForEMRRunJobFlowRule',
    'StepFunctionsGetEventForEMRTerminateJobFlowsRule',
  ],
};

function ruleStatements(document: PipelineDocument): Statement[] {
  const rules = new Set([...walkSteps(document)].flatMap(({ step }) => RULES[step.Type] ?? []));
  if (rules.size === 0) return [];
  const arns = [...rules].map((rule) => ({
    'Fn::Sub': `arn:\${AWS::Partition}:events:\${AWS::Region}:\${AWS::AccountId}:rule/${rule}`,
  }));
  return [allow('events', ['events:DescribeRule', 'events:PutRule', 'events:PutTargets'], arns)];
}
