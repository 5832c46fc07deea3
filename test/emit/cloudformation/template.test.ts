import { expect, test } from 'vitest';
import { type Json, bind, cfnPipelineProps, definePipeline, emit, parameter, step } from 'sagemaker-pipelines';
import batch from '../../../pipelines/batch_inference/pipeline.ts';
import type { JsonObject, PipelineDocument } from '../../../src/definition/document.ts';
import { toCloudFormation, toStateMachineTemplate } from '../../../src/emit/cloudformation/template.ts';

const ACCOUNT = { bucket: 'artefacts', roleArn: 'arn:aws:iam::111122223333:role/jobs' };
const assembly = emit(batch, { region: 'eu-west-1' });

/** What CloudFormation makes of the functions, with these parameters and conditions. */
function evaluate(value: Json, given: Readonly<Record<string, string>>): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map((element) => evaluate(element, given));
  if (typeof value !== 'object' || value === null) return value;
  const members = value as JsonObject;
  const join = members['Fn::Join'] as readonly [string, readonly Json[]] | undefined;
  if (join !== undefined) return join[1].map((piece) => evaluate(piece, given) as string).join(join[0]);
  const choice = members['Fn::If'] as readonly [string, Json, Json] | undefined;
  if (choice !== undefined) return evaluate(given[choice[0]] === 'true' ? choice[1] : choice[2], given);
  if (typeof members['Ref'] === 'string') return given[members['Ref']] ?? `<${members['Ref']}>`;
  const text = members['Fn::Sub'];
  if (typeof text === 'string')
    return text.replaceAll(/\$\{([\w:]+)\}/g, (_, name: string) => given[name] ?? `<${name}>`);
  return Object.fromEntries(Object.entries(members).map(([name, member]) => [name, evaluate(member, given)]));
}

const GIVEN = { PipelineName: 'batch-inference', ArtifactBucket: ACCOUNT.bucket, ExecutionRoleArn: ACCOUNT.roleArn };

function resourcesOf(template: JsonObject): Readonly<Record<string, { readonly Properties: JsonObject }>> {
  return template['Resources'] as unknown as Readonly<Record<string, { readonly Properties: JsonObject }>>;
}

function documentOf(name: string, ...rest: readonly PipelineDocument['Steps'][number][]): PipelineDocument {
  return { Version: '2020-12-01', Steps: [{ Name: name, Type: 'Fail', Arguments: { ErrorMessage: name } }, ...rest] };
}

test('the definition in a template is the bound one once the stack knows bucket and role', () => {
  const { Properties: properties } = resourcesOf(toCloudFormation(assembly).template)['Pipeline']!;
  const { PipelineDefinitionBody: body } = evaluate(properties['PipelineDefinition']!, GIVEN) as {
    PipelineDefinitionBody: string;
  };
  expect(JSON.parse(body)).toEqual(bind(assembly.definition, ACCOUNT));
});

test('a definition that holds what would stand for the bucket is written as it is', () => {
  const definition = documentOf('<ArtifactBucket> ${AWS::Region} {{resolve}}', {
    Name: 'Run',
    Type: 'Processing',
    Arguments: { Bucket: { Get: 'Parameters.ArtifactBucket' }, Text: '<<ArtifactBucket>>' },
  });
  const { Properties: properties } = resourcesOf(toCloudFormation({ name: 'odd', definition }).template)['Pipeline']!;
  const { PipelineDefinitionBody: body } = evaluate(properties['PipelineDefinition']!, GIVEN) as {
    PipelineDefinitionBody: string;
  };
  expect(JSON.parse(body)).toEqual(bind(definition, ACCOUNT));
});

test('what an author wrote is nothing that CloudFormation resolves', () => {
  const definition = documentOf('{{resolve:ssm:/team/key}} ${HOME} {{resolve:s3:x}}');
  for (const template of [
    toCloudFormation({ name: 'odd', definition }),
    toStateMachineTemplate({ name: 'odd', definition }),
  ]) {
    const { Pipeline: pipeline, StateMachine: machine } = resourcesOf(template.template);
    const body = (pipeline?.Properties['PipelineDefinition'] ?? machine?.Properties) as JsonObject;
    const text = (body['PipelineDefinitionBody'] ?? body['DefinitionString']) as string;
    expect(text).not.toMatch(/\{\{resolve:|\$\{/);
    expect(JSON.stringify(JSON.parse(text))).toContain('{{resolve:ssm:/team/key}}');
  }
});

test('a name that AWS does not take is no default', () => {
  const definition = documentOf('Stop');
  const nameOf = ({ template }: { template: JsonObject }) => (template['Parameters'] as JsonObject)['PipelineName'];
  expect(nameOf(toCloudFormation({ name: 'p'.repeat(81), definition }))).toHaveProperty('Default');
  expect(nameOf(toStateMachineTemplate({ name: 'p'.repeat(81), definition }))).not.toHaveProperty('Default');
  expect(nameOf(toCloudFormation({ name: 'my_pipeline', definition }))).not.toHaveProperty('Default');
});

test('bucket and role that are given are defaults of the template, which stays everybody’s', () => {
  const parameters = toCloudFormation(assembly, ACCOUNT).template['Parameters'] as Record<string, JsonObject>;
  expect([parameters['ArtifactBucket']!['Default'], parameters['ExecutionRoleArn']!['Default']]).toEqual([
    ACCOUNT.bucket,
    ACCOUNT.roleArn,
  ]);
});

test('the made role may start the jobs of the kinds that the steps have, and touch the places they name', () => {
  const { Properties: properties } = resourcesOf(toCloudFormation(assembly).template)['ExecutionRolePolicy']!;
  const { Statement: statements } = evaluate(properties['PolicyDocument']!, {
    ...GIVEN,
    HasDataArns: 'true',
  }) as unknown as {
    Statement: readonly { Sid: string; Action: readonly string[]; Resource: Json }[];
  };
  const allowed = Object.fromEntries(statements.map(({ Sid, Resource }) => [Sid, Resource]));
  expect(Object.keys(allowed)).toEqual([
    'ProcessingJob',
    'TransformJob',
    'Experiments',
    'Read',
    'List',
    'Write',
    'Data',
    'Images',
    'RegistryLogin',
    'Logs',
    'Metrics',
    'Pass',
  ]);
  const s3 = 'arn:<AWS::Partition>:s3:::';
  expect(allowed['ProcessingJob']).toMatch(/:processing-job\/pipelines-\*$/);
  expect(allowed['Write']).toEqual(`${s3}artefacts/batch-inference/*`);
  expect(allowed['Read']).toContain(`${s3}sagemaker-sample-files/datasets/tabular/uci_abalone/abalone.csv*`);
  expect(statements.flatMap(({ Action }) => Action).filter((action) => action.includes('*'))).toEqual([]);
});

test('jobs with a beginning of their own are allowed in the spelling of SageMaker’s ARNs too', () => {
  const definition = documentOf('No', { Name: 'Fit', Type: 'Training', Arguments: { TrainingJobName: 'Rings' } });
  const text = JSON.stringify(toCloudFormation({ name: 'odd', definition }).template);
  expect(text).toContain(':training-job/Rings*');
  expect(text).toContain(':training-job/rings*');
});

test('a schedule starts the pipeline with what it cannot start without, and no stack is made where that is missing', () => {
  const { template } = toCloudFormation(assembly);
  const { Assertions: assertions } = (template['Rules'] as Record<string, { Assertions: readonly JsonObject[] }>)[
    'ScheduledInputs'
  ]!;
  expect(assertions.map(({ AssertDescription: text }) => text)).toEqual(['A schedule needs ModelName']);
  const { Target: target } = evaluate(resourcesOf(template)['Schedule']!.Properties, {
    HasModelName: 'true',
    ModelName: 'rings',
    InferenceInstanceCount: '2',
  }) as { Target: { SageMakerPipelineParameters: { PipelineParameterList: Json } } };
  const list = target.SageMakerPipelineParameters.PipelineParameterList;
  expect(list).toContainEqual({ Name: 'ModelName', Value: 'rings' });
  expect(list).toContainEqual({ Name: 'InferenceInstanceCount', Value: '2' });
});

test('a machine is started with one JSON object, numbers as numbers', () => {
  const { template } = toStateMachineTemplate(assembly);
  const inputs = Object.keys(batch.parameters);
  const given = Object.fromEntries(inputs.map((name) => [name, name.endsWith('Count') ? '2' : name]));
  const { Target: target } = evaluate(resourcesOf(template)['Schedule']!.Properties, given) as {
    Target: { Input: string };
  };
  expect(JSON.parse(target.Input)).toEqual({
    ...given,
    ProcessingInstanceCount: 2,
    InferenceInstanceCount: 2,
  });
});

test('parameters whose names differ in signs that CloudFormation does not take keep apart', () => {
  const definition: PipelineDocument = {
    ...documentOf('No'),
    Parameters: [
      { Name: 'input-url', Type: 'String' },
      { Name: 'input_url', Type: 'String' },
      { Name: 'PipelineName', Type: 'String', DefaultValue: 'x' },
    ],
  };
  const { template } = toCloudFormation({ name: 'odd', definition });
  expect(Object.keys(template['Parameters'] as JsonObject)).toEqual(
    expect.arrayContaining(['inputurl', 'inputurl2', 'PipelineName', 'PipelineName2']),
  );
});

test('the properties for the CDK hold the bound definition, and are refused without a bucket that it needs', () => {
  const props = cfnPipelineProps(assembly, ACCOUNT);
  const { PipelineDefinitionBody: body } = props.pipelineDefinition as { PipelineDefinitionBody: string };
  expect(JSON.parse(body)).toEqual(bind(assembly.definition, ACCOUNT));
  expect(() => cfnPipelineProps(assembly, { roleArn: ACCOUNT.roleArn })).toThrow('asks for ArtifactBucket');
  const definitionLocation = { bucket: 'b', key: 'definitions/x.json' };
  expect(cfnPipelineProps(assembly, { roleArn: ACCOUNT.roleArn, definitionLocation }).pipelineDefinition).toEqual({
    PipelineDefinitionS3Location: { Bucket: 'b', Key: 'definitions/x.json' },
  });
});

test('the properties for the CDK carry tags, description and parallelism where the pipeline has them', () => {
  const Reason = parameter.string({ default: 'none' });
  const pipeline = definePipeline({
    name: 'small',
    description: 'Ends at once',
    tags: { team: 'rings' },
    parallelism: 2,
    parameters: { Reason },
    steps: [step.fail('Stop', { ErrorMessage: Reason })],
  });
  expect(
    cfnPipelineProps(emit(pipeline, { region: 'eu-west-1' }), { roleArn: ACCOUNT.roleArn, name: 'other' }),
  ).toMatchObject({
    pipelineName: 'other',
    pipelineDescription: 'Ends at once',
    parallelismConfiguration: { MaxParallelExecutionSteps: 2 },
    tags: [{ key: 'team', value: 'rings' }],
  });
});
