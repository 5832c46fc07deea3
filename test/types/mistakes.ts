// What must not compile, and what the compiler says of it. A line with a mistake ends in `//!` and the telling part of
// the message's first line; `types.test.ts` holds both against the compiler. Everything else here must compile.
import type { AutoMLProblemTypeConfig } from '@aws-sdk/client-sagemaker';
import {
  type Duration,
  type Input,
  type ParameterValues,
  type ProcessingStep,
  type Retry,
  type TrainingArguments,
  type TransformArguments,
  asset,
  batchTransform,
  bind,
  check,
  definePipeline,
  emit,
  environment,
  execution,
  join,
  jsonGet,
  modelPackage,
  not,
  or,
  outputUri,
  parameter,
  pipelineModel,
  pytorch,
  quoted,
  sklearn,
  step,
  unsafe,
  when,
  algorithm,
  clarify,
  huggingFace,
  monitor,
  monitorBatchTransform,
  repack,
  spark,
  tensorflow,
  tuningJob,
  xgboost,
} from 'sagemaker-pipelines';
import type { Equal } from './equal.ts';

const Text = parameter.string({ default: 's3://bucket/key' });
const Count = parameter.integer({ default: 1 });
const Flag = parameter.boolean({ default: true });
const Stage = parameter.string({ enum: ['dev', 'prod'], default: 'dev' });
const ModelName = parameter.string();

const instance = { type: 'ml.m5.large' } as const;
const code = asset(import.meta, 'prepare.py');
const script = { version: '1.2-1', code, instance } as const;

const prepare = step.processing('Prepare', sklearn.processor({ ...script, outputs: ['train', 'test'] }), {
  propertyFiles: { Report: { output: 'test', path: 'report.json' } },
});
const bare = step.processing('Bare', sklearn.processor(script));
const train = step.training('Train', sklearn.training(script));
const create = step.model('Create', pipelineModel([sklearn.model({ version: '1.2-1', data: Text, code })]));
const auc = jsonGet<number>(prepare.propertyFile('Report'), 'auc.value');
const records = { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: Text } } as const;

// Reading from a finished step: AWS's members by name, lists with `at`, maps with `get`.
{
  train.properties.ModelArtifact; //! Property 'ModelArtifact' does not exist on type 'TrainingProperties'. Did you mean 'ModelArtifacts'?
  train.properties.ModelArtifacts.S3ModelArtifact; //! Property 'S3ModelArtifact' does not exist on type 'PropertiesOf<ModelArtifacts>'. Did you mean 'S3ModelArtifacts'?
  create.properties.Containers.at(0).ImageUri; //! Property 'ImageUri' does not exist on type 'PropertiesOf<ContainerDefinition>'.
  prepare.properties.ProcessingOutputConfig.Outputs.train; //! Property 'train' does not exist on type 'ListProperties<ProcessingOutput>'.
  train.properties.FinalMetricDataList[0]; //! expression of type '0' can't be used to index type 'ListProperties<MetricData>'
  train.properties.HyperParameters.epochs; //! Property 'epochs' does not exist on type 'MapProperties<string>'.
  train.properties.HyperParameters.get(1); //! Argument of type 'number' is not assignable to parameter of type 'string'.
  train.properties.TrainingJobName.length; //! Property 'length' does not exist on type 'Expr<string>'.
  step.custom('Endpoint', 'Endpoint', {}).properties; //! Property 'properties' does not exist on type 'CustomStep'. Did you mean 'property'?
}

// Outputs and property files: only the ones that the step declares.
{
  prepare.output('trian'); //! Argument of type '"trian"' is not assignable to parameter of type '"test" | "train"'.
  prepare.propertyFile('Reprot'); //! Argument of type '"Reprot"' is not assignable to parameter of type '"Report"'.
  bare.output('train'); //! Argument of type '"train"' is not assignable to parameter of type '"this step declares no outputs"'.
  bare.propertyFile('Report'); //! Argument of type '"Report"' is not assignable to parameter of type '"this step declares no property files"'.
  train.output('model'); //! Property 'output' does not exist on type 'TrainingStep'.
  const metrics = sklearn.processor({ ...script, outputs: ['metrics'] });
  step.processing('Evaluate', metrics, { propertyFiles: { Report: { output: 'metric', path: 'a.json' } } }); //! Type '"metric"' is not assignable to type '"metrics"'.
  step.processing('Evaluate', metrics, { propertyFiles: { Report: { output: 'metrics', file: 'a.json' } } }); //! 'file' does not exist in type 'PropertyFileOptions<"metrics">'
  step.processing('Evaluate', metrics, { propertyFiles: { Report: { output: 'metrics', path: Text } } }); //! Type 'ParameterWithDefault<string>' is not assignable to type 'string'.
  const silent = sklearn.processor(script);
  step.processing('Evaluate', silent, { propertyFiles: { Report: { output: 'metrics', path: 'a.json' } } }); //! Type '"metrics"' is not assignable to type '"this step declares no outputs"'.
  step.training('Train', sklearn.training(script), { propertyFiles: {} }); //! 'propertyFiles' does not exist in type 'JobOptions'
}

// A step's arguments: AWS's members, AWS's types, an expression at any leaf.
{
  step.trainning('Train', sklearn.training(script)); //! Property 'trainning' does not exist on type 'StepBuilders'. Did you mean 'training'?
  step.training(join`Train-${Stage}`, sklearn.training(script)); //! Argument of type 'Expr<string>' is not assignable to parameter of type 'string'.
  step.training('Train'); //! Expected 2-3 arguments, but got 1.
  step.transform('Predict', {
    ModelName: create, //! Type 'ModelStep' is not assignable to type 'string | Expr<string>'.
    TransformInput: {
      DataSource: records,
      SplitType: 'Lines', //! Type '"Lines"' is not assignable to type '"Line" | "None" | "RecordIO" | "TFRecord" | Expr<string> | undefined'. Did you mean '"Line"'?
    },
    TransformOutput: {
      S3OutputPath: Count, //! Type 'ParameterWithDefault<number>' is not assignable to type 'string | Expr<string>'.
    },
    TransformResources: {
      InstanceType: 'ml.m5.larg', //! Did you mean '"ml.m5.large"'?
      InstanceCount: Text, //! Type 'ParameterWithDefault<string>' is not assignable to type 'number | Expr<number>'.
    },
    Environment: { THRESHOLD: Count }, //! Type 'ParameterWithDefault<number>' is not assignable to type 'string | Expr<string>'.
  });
  step.transform('Predict', {
    ModelName: undefined, //! Type 'undefined' is not assignable to type 'string | Expr<string>'.
    TransformInput: { DataSource: records, SplitTyp: 'Line' }, //! 'SplitTyp' does not exist in type 'InputOf<TransformInput>'. Did you mean to write 'SplitType'?
    TransformOutput: { AssembleWith: 'Line' }, //! Property 'S3OutputPath' is missing in type '{ AssembleWith: "Line"; }' but required in type 'InputOf<TransformOutput>'.
    TransformResources: {
      InstanceType: 'ml.m5.large',
      InstanceCount: code, //! Type 'Asset' is not assignable to type 'number | Expr<number>'.
    },
  });
  step.transform('Predict', {
    ModelName,
    TransformInput: Text, //! Property 'DataSource' is missing in type 'ParameterWithDefault<string>' but required in type 'InputOf<TransformInput>'.
    TransformOutput: { S3OutputPath: code.bundel }, //! Property 'bundel' does not exist on type 'Asset'. Did you mean 'bundle'?
    TransformResources: { InstanceType: 'ml.m5.large', InstanceCount: '1' }, //! Type 'string' is not assignable to type 'number | Expr<number>'.
    Tags: { Key: 'team', Value: 'ml' }, //! 'Key' does not exist in type 'readonly InputOf<Tag>[]'
  });
  const TransformInput = { DataSource: records };
  step.transform('Predict', { ModelName, TransformInput, TransformOutput: { S3OutputPath: Text } }); //! Property 'TransformResources' is missing in type '{ ModelName: Parameter<string>;
  step.model('Create', pipelineModel([create])); //! Property 'Image' is missing in type 'ModelStep' but required in type 'Container'.
  step.model('Create', pipelineModel(sklearn.model({ version: '1.2-1', data: Text, code }))); //! Type 'Container' is missing the following properties from type 'readonly Container[]'
  step.registerModel('Register', { ModelApprovalStatus: 'approved' }); //! Type '"approved"' is not assignable to type '"Approved" | "PendingManualApproval" | "Rejected" | Expr<string> | undefined'. Did you mean '"Approved"'?
  step.fail('Stop', { ErrorMessag: 'too bad' }); //! 'ErrorMessag' does not exist in type 'FailArguments'. Did you mean to write 'ErrorMessage'?
  step.fail('Stop', 'too bad'); //! Argument of type 'string' is not assignable to parameter of type 'FailArguments'.
  step.custom('Endpoint', { EndpointName: 'a' }); //! Expected 3-4 arguments, but got 2.
  step.custom('Notify', 'Lambda', {}, { sibling: {} }); //! 'sibling' does not exist in type 'CustomOptions'. Did you mean to write 'siblings'?
}

// Spread over the short way: members are checked as if they had been written by hand.
{
  step.processing('Prepare', { ...sklearn.processor(script), NetworkConfg: {} }); //! 'NetworkConfg' does not exist in type 'ProcessingArguments<never>'. Did you mean to write 'NetworkConfig'?
  step.processing('Prepare', { ...sklearn.processor(script), NetworkConfig: { Subnets: [] } }); //! 'Subnets' does not exist in type 'InputOf<NetworkConfig>'
  step.training('Train', { ...sklearn.training(script), HyperParameter: {} }); //! 'HyperParameter' does not exist in type 'TrainingArguments'. Did you mean to write 'HyperParameters'?
  step.training('Train', { ...sklearn.training(script), HyperParameters: { epochs: Count } }); //! Type 'ParameterWithDefault<number>' is not assignable to type 'string | Expr<string>'.
  step.model('Create', { ...pipelineModel([]), PrimaryContainers: {} }); //! 'PrimaryContainers' does not exist in type 'ModelArguments'. Did you mean to write 'PrimaryContainer'?
}

// The short way itself.
{
  sklearn.processor({ ...script, version: '1.2.1' }); //! Type '"1.2.1"' is not assignable to type 'SklearnTrainingVersion'. Did you mean '"1.2-1"'?
  sklearn.processor({ ...script, version: Text }); //! Type 'ParameterWithDefault<string>' is not assignable to type 'SklearnTrainingVersion'.
  sklearn.processor({ version: '1.2-1', instance }); //! Property 'code' is missing in type
  sklearn.processor({ ...script, output: ['train'] }); //! 'output' does not exist in type 'SklearnProcessorSpec<never>'. Did you mean to write 'outputs'?
  sklearn.processor({ ...script, outputs: { train: { url: Text } } }); //! 'url' does not exist in type 'ProcessorOutput'
  sklearn.processor({ ...script, inputs: { data: { url: Text } } }); //! 'url' does not exist in type 'Expr<string> | ProcessorSource'
  sklearn.processor({ ...script, inputs: { data: prepare } }); //! Type 'ProcessingStep<"test" | "train", "Report">' is not assignable to type 'ProcessorInput'.
  sklearn.processor({ ...script, inputs: [Text] }); //! Type 'ParameterWithDefault<string>[]' is not assignable to type '{ readonly [name: string]: ProcessorInput; }'.
  sklearn.processor({ ...script, instance: 'ml.m5.large' }); //! Type 'string' is not assignable to type 'ProcessingInstance'.
  sklearn.processor({ ...script, instance: { type: 'ml.m5.large', cout: 2 } }); //! 'cout' does not exist in type 'Instance<ProcessingInstanceType>'. Did you mean to write 'count'?
  sklearn.model({ version: '1.4-2', data: Text, code }); //! Type '"1.4-2"' is not assignable to type 'SklearnInferenceVersion'.
  sklearn.model({ version: '1.2-1', data: train, code }); //! Type 'TrainingStep' is not assignable to type 'string | Expr<string>'.
  sklearn.model({ version: '1.2-1', data: train.properties.ModelArtifacts, code }); //! Type 'PropertiesOf<ModelArtifacts>' is not assignable to type 'string | Expr<string>'.
  pytorch.model({ version: '2.6.0', data: Text, device: 'cuda' }); //! Type '"cuda"' is not assignable to type '"cpu" | "gpu" | undefined'.
  pytorch.training({ ...script, version: '2.6.0', hyperparameters: { lr: undefined } }); //! Type 'undefined' is not assignable to type 'Hyperparameter'.
  const batch = { model: ModelName, input: Text, contentType: 'text/csv', instance };
  batchTransform({ ...batch, model: create }); //! Type 'ModelStep' is not assignable to type 'string | Expr<string>'.
  batchTransform({ ...batch, join: Flag }); //! Type 'ParameterWithDefault<boolean>' is not assignable to type 'boolean | undefined'.
  batchTransform({ ...batch, split: 'RecordIO' }); //! Type '"RecordIO"' is not assignable to type '"Line" | "None" | undefined'.
  batchTransform({ model: ModelName, contentType: 'text/csv', instance }); //! Property 'input' is missing in type
  modelPackage({ group: 'census', containers: [], accepts: 'text/csv', returns: ['text/csv'] }); //! Type 'string' is not assignable to type 'readonly (string | Expr<string>)[]'.
  modelPackage({ group: 'census', containers: [], accepts: [], returns: [], metrics: auc }); //! Type 'Expr<number>' is not assignable to type 'string | Expr<string> | undefined'.
  asset('prepare.py'); //! Expected 2-3 arguments, but got 1.
}

// What is ours beside the arguments: cache, retry, dependsOn. Plain values, never expressions.
{
  const fit = sklearn.training(script);
  step.training('Train', fit, { cach: '30d' }); //! 'cach' does not exist in type 'JobOptions'. Did you mean to write 'cache'?
  step.training('Train', fit, { cache: '30 days' }); //! Type '"30 days"' is not assignable to type 'boolean | Duration | undefined'.
  step.training('Train', fit, { cache: Text }); //! Type 'ParameterWithDefault<string>' is not assignable to type 'boolean | Duration | undefined'.
  step.training('Train', fit, { retry: { maxAttempts: 3, expireAfter: '4h' } }); //! Type '"4h"' is not assignable to type '"a retry has maxAttempts or expireAfter, not both"'.
  step.training('Train', fit, { retry: { interval: '1m' } }); //! Type '{ interval: "1m"; }' is not assignable to type 'Retries<JobException> | Retry | undefined'.
  step.training('Train', fit, { retry: { maxAttempts: Count } }); //! Type 'ParameterWithDefault<number>' is not assignable to type 'number |
  step.training('Train', fit, { retry: { maxAttempts: 3, exceptions: ['SageMaker.CAPACITY'] } }); //! Type '"SageMaker.CAPACITY"' is not assignable to type 'JobException'. Did you mean '"SageMaker.CAPACITY_ERROR"'?
  step.model('Create', pipelineModel([]), { cache: '30d' }); //! 'cache' does not exist in type 'ModelOptions'
  step.model('Create', pipelineModel([]), { retry: { maxAttempts: 1, exceptions: ['SageMaker.CAPACITY_ERROR'] } }); //! Type '"SageMaker.CAPACITY_ERROR"' is not assignable to type 'StepException'.
  step.training('Train', fit, { dependsOn: 5 }); //! Type 'number' is not assignable to type 'readonly (string | Step)[]'.
  step.training('Train', fit, { dependsOn: [Text] }); //! Type 'ParameterWithDefault<string>' is not assignable to type 'string | Step'.
  step.training('Train', fit, { dependsOn: prepare }); //! Type 'ProcessingStep<"test" | "train", "Report">' is missing the following properties from type 'readonly (string | Step)[]'
  const retry: Retry = { maxAttempts: '3' }; //! Type 'string' is not assignable to type 'number |
  const cache: Duration = '30'; //! Type '"30"' is not assignable to type 'Duration'.
}

// Parameters.
{
  parameter.string({ enum: ['dev', 'prod'], default: 'prd' }); //! Type '"prd"' is not assignable to type '"dev" | "prod" | undefined'. Did you mean '"prod"'?
  parameter.string({ default: 5 }); //! Type 'number' is not assignable to type 'string'.
  parameter.string({ enums: ['dev'] }); //! 'enums' does not exist in type 'TextParameterOptions<string, undefined>'. Did you mean to write 'enum'?
  parameter.integer({ default: '1' }); //! Type 'string' is not assignable to type 'number'.
  parameter.integer({ enum: [1, 2] }); //! 'enum' does not exist in type 'ParameterOptions<undefined>'
  parameter.number({ default: 1 }); //! Property 'number' does not exist on type 'ParameterBuilders'.
}

// Conditions: both sides of one type, and an order only among numbers.
{
  when(Stage, '==', 'prd'); //! Argument of type '"prd"' is not assignable to parameter of type 'Operand<"dev" | "prod">'.
  when(Stage, 'in', ['dev', 'prd']); //! Type '"prd"' is not assignable to type 'Operand<"dev" | "prod">'. Did you mean '"prod"'?
  when(Stage, 'in', 'dev'); //! Argument of type 'string' is not assignable to parameter of type 'readonly Operand<"dev" | "prod">[]'.
  when(Text, '>=', 1); //! Argument of type '1' is not assignable to parameter of type '"only numbers have an order"'.
  when(Text, '<', 'b'); //! Argument of type '"b"' is not assignable to parameter of type '"only numbers have an order"'.
  when(auc, '>', Text); //! Argument of type 'ParameterWithDefault<string>' is not assignable to parameter of type 'Operand<number>'.
  when(Flag, '==', 'true'); //! Argument of type '"true"' is not assignable to parameter of type 'Operand<boolean>'.
  when(Count, '===', 1); //! Argument of type '"==="' is not assignable to parameter of type '"!=" | "<" | "<=" | "==" | ">" | ">=" | "in" | "not in"'.
  when(1, '<', Count); //! Argument of type 'number' is not assignable to parameter of type 'Expr<ParameterValue>'.
  when(train, '==', 'Completed'); //! missing in type 'TrainingStep' but required in type 'Expr<ParameterValue>'.
  not(Flag); //! Type 'ParameterWithDefault<boolean>' is missing the following properties from type 'Condition'
  or([when(auc, '>', 1)]); //! Type 'Condition[]' is missing the following properties from type 'Condition'
  step.condition('Good', { IfSteps: [train] }); //! Property 'Conditions' is missing in type '{ IfSteps: TrainingStep[]; }' but required in type 'ConditionArguments'.
  step.condition('Good', { Conditions: when(auc, '>', 1) }); //! Type 'Condition' is missing the following properties from type 'readonly Condition[]'
  step.condition('Good', { Conditions: [Flag] }); //! Type 'ParameterWithDefault<boolean>' is missing the following properties from type 'Condition'
  step.condition('Good', { Conditions: [], IfStep: [train] }); //! 'IfStep' does not exist in type 'ConditionArguments'. Did you mean to write 'IfSteps'?
  step.condition('Good', { Conditions: [], IfSteps: ['Train'] }); //! Type 'string' is not assignable to type 'Step'.
}

// An expression is a value of the future: it has no text, no number and no truth yet.
{
  const now: string = Text; //! Type 'ParameterWithDefault<string>' is not assignable to type 'string'.
  if (environment.region === 'eu-west-1') outputUri('eu'); //! This comparison appears to be unintentional because the types 'Expr<string>' and 'string' have no overlap.
  if (Stage === 'prod') outputUri('prod'); //! This comparison appears to be unintentional because the types 'ParameterWithDefault<"dev" | "prod">' and 'string' have no overlap.
  if (Count > 1) outputUri('many'); //! Operator '>' cannot be applied to types 'ParameterWithDefault<number>' and 'number'.
  Count + 1; //! Operator '+' cannot be applied to types 'ParameterWithDefault<number>' and 'number'.
  Text.toUpperCase(); //! Property 'toUpperCase' does not exist on type 'ParameterWithDefault<string>'.
  join`${train}/model`; //! Argument of type 'TrainingStep' is not assignable to parameter of type 'string | number | boolean | Expr<string | number | boolean>'.
  join`${undefined}`; //! Argument of type 'undefined' is not assignable to parameter of type
  join`${train.properties.ModelArtifacts}`; //! Argument of type 'PropertiesOf<ModelArtifacts>' is not assignable to parameter of type
  join('/', { bucket: environment.bucket }); //! 'bucket' does not exist in type 'Expr<string | number | boolean>'
  join('/', [Text, Stage]); //! is not assignable to parameter of type 'string | number | boolean | Expr<string | number | boolean>'.
  join(Text, Stage); //! Argument of type 'ParameterWithDefault<string>' is not assignable to parameter of type 'string | TemplateStringsArray'.
  quoted(5); //! Argument of type 'number' is not assignable to parameter of type 'string | Expr<string>'.
  jsonGet<number>('s3://bucket/report.json', 'auc'); //! Argument of type 'string' is not assignable to parameter of type 'PropertyFile | { readonly s3Uri: string | Expr<string>; }'.
  jsonGet<number>(prepare.output('test'), 'auc'); //! Argument of type 'Expr<string>' is not assignable to parameter of type 'PropertyFile | { readonly s3Uri: string | Expr<string>; }'.
  jsonGet<object>(prepare.propertyFile('Report'), 'auc'); //! Type 'object' does not satisfy the constraint 'ParameterValue'.
  outputUri(Text); //! Argument of type 'ParameterWithDefault<string>' is not assignable to parameter of type 'string'.
  environment.buckt; //! Property 'buckt' does not exist on type 'Environment'. Did you mean 'bucket'?
  execution.PipelineExecutionID; //! Property 'PipelineExecutionID' does not exist on type 'Execution'. Did you mean 'PipelineExecutionId'?
  const count: Input<number> = unsafe<string>('3'); //! Type 'Expr<string> & string' is not assignable to type 'number | Expr<number>'.
}

// Pipelines and what reads them.
const pipeline = definePipeline({ name: 'churn', parameters: { ModelName, Count, Stage }, steps: [train] });
{
  definePipeline({ name: 'churn' }); //! Property 'steps' is missing in type '{ name: string; }' but required in type 'PipelineSpec<{}>'.
  definePipeline({ name: 'churn', steps: train }); //! Type 'TrainingStep' is missing the following properties from type 'readonly Step[]'
  definePipeline({ name: 'churn', steps: ['Train'] }); //! Type 'string' is not assignable to type 'Step'.
  definePipeline({ name: Text, steps: [] }); //! Type 'ParameterWithDefault<string>' is not assignable to type 'string'.
  definePipeline({ name: 'churn', steps: [], parameters: [Text] }); //! Type 'ParameterWithDefault<string>[]' is not assignable to type 'Parameters'.
  definePipeline({ name: 'churn', steps: [], parameters: { code } }); //! Type 'Asset' is not assignable to type 'Parameter<ParameterValue> | ParameterWithDefault<ParameterValue>'.
  definePipeline({ name: 'churn', steps: [], parallelism: Count }); //! Type 'ParameterWithDefault<number>' is not assignable to type 'number'.
  definePipeline({ name: 'churn', steps: [], experiment: { ExperimentName: 'churn' } }); //! Property 'TrialName' is missing in type '{ ExperimentName: string; }' but required in type 'Experiment'.
  pipeline.parameters.Modelname; //! Property 'Modelname' does not exist on type
  emit(pipeline); //! Expected 2 arguments, but got 1.
  emit(pipeline, { region: environment.region }); //! Type 'Expr<string>' is not assignable to type 'string'.
  emit(train, { region: 'eu-west-1' }); //! Type 'TrainingStep' is missing the following properties from type 'Pipeline<Parameters>'
  check(pipeline); //! is missing the following properties from type 'PipelineDocument': Version, Steps
  bind(emit(pipeline, { region: 'eu-west-1' }), { bucket: 'b' }); //! Type 'Assembly' is missing the following properties from type 'PipelineDocument': Version, Steps
}

// The values of a run: what has no default is required, wherever the parameter was written.
{
  type Values = ParameterValues<typeof pipeline.parameters>;
  const none: Values = {}; //! Property 'ModelName' is missing in type '{}' but required in type 'Values'.
  const wrong: Values = { ModelName: 5 }; //! Type 'number' is not assignable to type 'string'.
  const text: Values = { ModelName: 'm', Count: '2' }; //! Type 'string' is not assignable to type 'number'.
  const other: Values = { ModelName: 'm', Stage: 'test' }; //! Type '"test"' is not assignable to type '"dev" | "prod" | undefined'.
  const misspelt: Values = { ModelName: 'm', Stag: 'dev' }; //! 'Stag' does not exist in type 'Values'. Did you mean to write 'Stage'?
  const open: Values = { ModelName: Text }; //! Type 'ParameterWithDefault<string>' is not assignable to type 'string'.
  const inline = definePipeline({ name: 'inline', parameters: { Model: parameter.string() }, steps: [] });
  const forgotten: ParameterValues<typeof inline.parameters> = {}; //! Property 'Model' is missing in type '{}' but required in type 'ParameterValues<
}

// In the author's own functions and objects.
{
  const owned = (team: Input<string>): Partial<TrainingArguments> => ({ Tags: [{ Key: 'team', Value: team }] });
  owned(Count); //! Argument of type 'ParameterWithDefault<number>' is not assignable to parameter of type 'string | Expr<string>'.
  const onSpot = (): Partial<TrainingArguments> => ({ EnableManagedSpotTrainings: true }); //! 'EnableManagedSpotTrainings' does not exist in type 'Partial<TrainingArguments>'. Did you mean to write 'EnableManagedSpotTraining'?
  const widened = { S3DataType: 'S3Prefix', S3Uri: Text };
  const source: TransformArguments['TransformInput']['DataSource'] = { S3DataSource: widened }; //! Type '{ S3DataType: string; S3Uri: ParameterWithDefault<string>; }' is not assignable to type 'InputOf<TransformS3DataSource>'.
  const resources = { InstanceCount: 1 } satisfies TransformArguments['TransformResources']; //! Property 'InstanceType' is missing in type '{ InstanceCount: number; }'
  const TabularJobConfig = { TargetAttributeName: 'churned' };
  const oneOf: Input<AutoMLProblemTypeConfig> = { ImageClassificationJobConfig: {}, TabularJobConfig }; //! is not assignable to type 'InputOf<ImageClassificationJobConfigMember> | InputOf<TabularJobConfigMember> |
}

// The positive assertions of `forms.ts` can fail.
{
  true satisfies Equal<typeof prepare, ProcessingStep<'train', 'Report'>>; //! Type 'true' does not satisfy the expected type 'false'.
  true satisfies Equal<typeof auc, typeof Count>; //! does not satisfy the expected type 'false'.
}

// Functions and queues: outputs by name and with a type.
{
  const call = step.lambda(
    'Call',
    { bucket: Text },
    { functionArn: Text, outputs: { count: 'Integer', ok: 'Boolean' } },
  );
  const silent = step.lambda('Silent', {}, { functionArn: Text });
  call.output('cuont'); //! Argument of type '"cuont"' is not assignable to parameter of type '"count" | "ok"'.
  silent.output('count'); //! Argument of type '"count"' is not assignable to parameter of type '"this step declares no outputs"'.
  when(call.output('count'), '==', 'three'); //! Argument of type 'string' is not assignable to parameter of type 'Operand<number>'.
  step.lambda('Call', {}, {}); //! Property 'functionArn' is missing in type '{}' but required in type 'LambdaOptions<{}>'.
  step.lambda('Call', {}, { functionArn: Text, outputs: { count: 'Number' } }); //! Type '"Number"' is not assignable to type 'OutputType'.
  step.lambda('Call', {}, { functionArn: Text, retry: { maxAttempts: 2 } }); //! 'retry' does not exist in type 'LambdaOptions<{}>'.
  step.lambda('Call', { when: new Date() }, { functionArn: Text }); //! Type 'Date' is not assignable to type 'InputValue'.
  step.callback('Ask', {}, { sqsQueueUrl: Count }); //! Type 'ParameterWithDefault<number>' is not assignable to type 'string | Expr<string>'.
  step.callback('Ask', {}, { functionArn: Text }); //! 'functionArn' does not exist in type 'CallbackOptions<{}>'.
}

// Searches.
{
  const job = tuningJob(sklearn.training(script));
  const limits = { MaxParallelTrainingJobs: 1 };
  const search = step.tuning('Search', {
    HyperParameterTuningJobConfig: { Strategy: 'Random', ResourceLimits: limits },
    TrainingJobDefinition: job,
  });
  step.tuning('Search', { TrainingJobDefinition: job }); //! Property 'HyperParameterTuningJobConfig' is missing in type '{ TrainingJobDefinition: TuningTrainingJob; }' but required in type 'TuningArguments'.
  step.tuning('Search', { HyperParameterTuningJobConfig: { Strategy: 'Bayes', ResourceLimits: limits } }); //! Type '"Bayes"' is not assignable to type '"Bayesian" | "Grid" | "Hyperband" | "Random" | Expr<string>'.
  step.tuning('Search', {
    HyperParameterTuningJobConfig: { Strategy: 'Random', ResourceLimits: { MaxParallelTrainingJobs: '1' } }, //! Type 'string' is not assignable to type 'number | Expr<number>'.
  });
  search.properties.BestTrainingJob.TrainingJobNam; //! Property 'TrainingJobNam' does not exist on type 'PropertiesOf<HyperParameterTrainingJobSummary>'. Did you mean 'TrainingJobName'?
  search.topModel('best', { bucket: 'b' }); //! Argument of type 'string' is not assignable to parameter of type 'number'.
  search.topModel(0, {}); //! Property 'bucket' is missing in type '{}' but required in type 'TopModelPlace'.
  tuningJob(train); //! Property 'OutputDataConfig' is missing in type 'TrainingStep' but required in type 'TrainingArguments'.
}

// Checks against a baseline.
{
  const data = monitor.dataQuality({ dataset: Text, format: { csv: { header: true } }, instance });
  step.qualityCheck('Drift', data); //! Expected 3 arguments, but got 2.
  step.qualityCheck('Drift', data, { checkType: 'DATA_BIAS' }); //! Type '"DATA_BIAS"' is not assignable to type '"DATA_QUALITY" | "MODEL_QUALITY"'.
  step.qualityCheck('Drift', data, { checkType: 'DATA_QUALITY', skipCheck: 'yes' }); //! Type 'string' is not assignable to type 'boolean | Expr<boolean> | undefined'.
  step.qualityCheck('Drift', data, { checkType: 'DATA_QUALITY' }).properties.CalculatedBaseline; //! Property 'CalculatedBaseline' does not exist on type 'QualityCheckProperties'.
  monitor.dataQuality({ dataset: Text, format: { csv: {} }, instance }); //! Property 'header' is missing in type '{}' but required in type '{ readonly header: boolean; readonly output_columns_position?: "END" | "START"; }'.
  monitor.modelQuality({ dataset: Text, format: { json: { lines: true } }, problem: 'Classification', instance }); //! Type '"Classification"' is not assignable to type '"BinaryClassification" | "MulticlassClassification" | "Regression"'.
  const analysis = clarify({ config: asset(import.meta, 'analysis_config.json'), dataset: Text, instance });
  step.clarifyCheck('Bias', analysis, { checkType: 'MODEL_BIAS' }); //! Argument of type '{ checkType: "MODEL_BIAS"; }' is not assignable to parameter of type 'ClarifyCheckOptions'.
  step.clarifyCheck('Bias', analysis, { checkType: 'DATA_BIAS', modelName: ModelName }); //! Argument of type '{ checkType: "DATA_BIAS"; modelName: Parameter<string>; }' is not assignable to parameter of type 'ClarifyCheckOptions'.
}

// EMR, AutoML, endpoints.
{
  const StepConfig = { HadoopJarStep: { Jar: 'job.jar' } };
  step.emr('Spark', { StepConfig }); //! Argument of type '{ StepConfig: { HadoopJarStep: { Jar: string; }; }; }' is not assignable to parameter of type 'EMRArguments'.
  step.emr('Spark', { StepConfig, ClusterId: 'j-1', ClusterConfig: { Instances: { InstanceGroups: [] } } }); //! Argument of type '{ StepConfig: { HadoopJarStep: { Jar: string; }; }; ClusterId: string; ClusterConfig: { Instances: { InstanceGroups: never[]; }; }; }' is not assignable to parameter of type 'EMRArguments'.
  step.emr('Spark', { StepConfig, ClusterConfig: { Instances: { InstanceGroups: [] }, Name: 'mine' } }); //! Type '"mine"' is not assignable to type '"the pipeline names its cluster itself"'.
  step.autoML('Auto', {
    InputDataConfig: [],
    OutputDataConfig: { S3OutputPath: Text },
    AutoMLJobConfig: { Mode: 'AUTO' }, //! Type '"AUTO"' is not assignable to type '"ENSEMBLING"'.
  });
  step.endpointConfig('Config', { EndpointConfigName: 'a', ProductionVariants: [], DataCaptureConfig: {} }); //! 'DataCaptureConfig' does not exist in type 'InputOf<Omit<CreateEndpointConfigInput, "DataCaptureConfig" | "ExplainerConfig">>'.
  step.endpoint('Endpoint', { EndpointName: 'a' }); //! Argument of type '{ EndpointName: string; }' is not assignable to parameter of type 'EndpointArguments'.
  step.endpoint('Endpoint', { EndpointName: 'a', EndpointConfigName: 'b' }, { retry: { maxAttempts: 2 } }); //! 'retry' does not exist in type 'CacheOptions'.
}

// Jobs of the other images.
{
  const inputs = { train: Text };
  xgboost.training({ ...script, version: '1.8-1' }); //! Type '"1.8-1"' is not assignable to type 'XGBoostTrainingVersion'. Did you mean '"1.0-1"'?
  xgboost.algorithm({ version: '1.7-1', hyperparameters: { eta: 0.1 }, inputs, instance }); //! Property 'num_round' is missing in type '{ eta: number; }' but required in type 'XGBoostHyperparameters'.
  xgboost.algorithm({ version: '1.7-1', hyperparameters: { num_round: 10, max_dept: 5 }, inputs, instance }); //! Object literal may only specify known properties, but 'max_dept' does not exist in type 'XGBoostHyperparameters'. Did you mean to write 'max_depth'?
  xgboost.algorithm({ version: '1.7-1', hyperparameters: { num_round: 10, booster: 'tree' }, inputs, instance }); //! Type '"tree"' is not assignable to type '"dart" | "gblinear" | "gbtree" | undefined'.
  algorithm.training('k-means', { hyperparameters: { k: 3 }, inputs, instance }); //! Argument of type '"k-means"' is not assignable to parameter of type 'keyof AlgorithmHyperparameters'.
  algorithm.training('kmeans', { hyperparameters: { k: 3 }, inputs, instance }); //! Property 'feature_dim' is missing in type '{ k: number; }' but required in type 'KMeansHyperparameters'.
  tensorflow.model({ version: '2.19', data: Text, code }); //! 'code' does not exist in type 'TensorFlowModelSpec'.
  huggingFace.model({ version: '4.37', base: Text, data: Text }); //! Type 'ParameterWithDefault<string>' is not assignable to type 'string'.
  spark.processor({ ...script, version: '4.0' }); //! Type '"4.0"' is not assignable to type 'SparkProcessingVersion'.
  repack('Pack', { model: train, code, instance }); //! Type 'TrainingStep' is not assignable to type 'string | Expr<string>'.
  repack('Pack', { model: Text, code, instance }).model.path; //! Property 'path' does not exist on type 'Expr<string>'.
  const score = batchTransform({ model: ModelName, input: Text, contentType: 'text/csv', instance });
  monitorBatchTransform('Score', { transform: score }); //! Property 'check' is missing in type '{ transform: TransformArguments; }' but required in type 'MonitoredTransformSpec<Step>'.
}
