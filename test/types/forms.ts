// What must compile, each form with what it shows. `true satisfies Equal<…>` holds an inferred type exactly;
// `mistakes.ts` shows that such an assertion can fail.
import type { ModelApprovalStatus, ProcessingInstanceType, TrainingInstanceType } from '@aws-sdk/client-sagemaker';
import {
  type Asset,
  type Condition,
  type Container,
  type CustomStep,
  type Duration,
  type Expr,
  type FailStep,
  type Input,
  type JobOptions,
  type Parameter,
  type ParameterValues,
  type ParameterWithDefault,
  type Pipeline,
  type ProcessingArguments,
  type ProcessingStep,
  type PropertyFile,
  type Retry,
  type Step,
  type TrainingArguments,
  type TrainingStep,
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
  not,
  or,
  outputUri,
  parameter,
  parse,
  pipelineModel,
  pytorch,
  quoted,
  sklearn,
  step,
  toJson,
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
  type QualityCheckStep,
  type TuningArguments,
} from 'sagemaker-pipelines';
import type { Equal } from './equal.ts';
import { batchInference, serialInference } from './pipelines.ts';

const code = asset(import.meta, 'prepare.py');
const instance = { type: 'ml.m5.large' } as const;
const script = { version: '1.2-1', code, instance } as const;
const Text = parameter.string({ default: 's3://bucket/key' });
const Required = parameter.string();
const Count = parameter.integer({ default: 1 });
const Stage = parameter.string({ enum: ['dev', 'prod'], default: 'dev' });
const Flag = parameter.boolean({ default: false });

// Parameters: a default makes the type another one, an enum narrows it, a literal default does not.
true satisfies Equal<typeof Required, Parameter<string>>;
true satisfies Equal<typeof Text, ParameterWithDefault<string>>;
true satisfies Equal<typeof Count, ParameterWithDefault<number>>;
true satisfies Equal<typeof Flag, ParameterWithDefault<boolean>>;
true satisfies Equal<typeof Stage, ParameterWithDefault<'dev' | 'prod'>>;
// An enum without a default; a list of its values held elsewhere.
const STAGES = ['dev', 'prod'] as const;
const Place = parameter.string({ enum: STAGES });
true satisfies Equal<typeof Place, Parameter<'dev' | 'prod'>>;

// The values of a run: literals of an enum, the rest by type; `undefined` says nothing where there is a default.
export const pipeline = definePipeline({
  name: 'forms',
  parameters: { Required, Text, Count, Stage, Flag, Inline: parameter.string() },
  steps: [],
});
type Values = ParameterValues<typeof pipeline.parameters>;
true satisfies Equal<Values['Stage'], 'dev' | 'prod' | undefined>;
true satisfies Equal<Values['Required'], string>;
({ Required: 'a', Inline: 'b' }) satisfies Values;
({ Required: 'a', Inline: 'b', Count: 2, Stage: 'prod', Text: undefined }) satisfies Values;
// No parameters at all.
true satisfies Equal<ParameterValues<{}>, {}>;

// Output names are inferred from a list, ...
const prepare = step.processing('Prepare', sklearn.processor({ ...script, outputs: ['train', 'test'] }));
true satisfies Equal<typeof prepare, ProcessingStep<'train' | 'test', never>>;
prepare.output('train') satisfies Expr<string>;
// ... from a record that says where they go, ...
const placed = sklearn.processor({ ...script, outputs: { metrics: { uri: 's3://bucket/metrics' }, plots: {} } });
true satisfies Equal<typeof placed, ProcessingArguments<'metrics' | 'plots'>>;
// ... from AWS's own Outputs, ...
const plain = step.processing('Plain', {
  ProcessingResources: { ClusterConfig: { InstanceType: 'ml.m5.large', InstanceCount: Count, VolumeSizeInGB: 30 } },
  AppSpecification: { ImageUri: 'python:3.12' },
  ProcessingOutputConfig: {
    Outputs: [{ OutputName: 'all', S3Output: { S3Uri: outputUri('all'), S3UploadMode: 'EndOfJob' } }],
  },
});
true satisfies Equal<typeof plain, ProcessingStep<'all', never>>;
// ... and through a spread.
const spread = step.processing('Spread', { ...placed, StoppingCondition: { MaxRuntimeInSeconds: 3600 } });
spread.output('plots') satisfies Expr<string>;
// No outputs.
true satisfies Equal<ReturnType<typeof sklearn.processor<never>>, ProcessingArguments<never>>;
// Names that are made at run time cannot be checked, so any is taken.
const names: string[] = ['2024', '2025'].map((year) => `year-${year}`);
const yearly = step.processing('Yearly', sklearn.processor({ ...script, outputs: names }));
true satisfies Equal<typeof yearly, ProcessingStep<string, never>>;
for (const name of names) yearly.output(name);
// A generic function over a step's outputs.
export const firstOf = <Output extends string>(from: ProcessingStep<Output>, name: Output) => from.output(name);
firstOf(prepare, 'test');

// Property files by name, in one of the step's own outputs.
const evaluate = step.processing('Evaluate', placed, {
  propertyFiles: { Report: { output: 'metrics', path: 'report.json' } },
});
true satisfies Equal<typeof evaluate, ProcessingStep<'metrics' | 'plots', 'Report'>>;
evaluate.propertyFile('Report') satisfies PropertyFile;

// A value out of a file takes the type of its place, or the one it is given.
const auc = jsonGet<number>(evaluate.propertyFile('Report'), 'auc.value');
true satisfies Equal<typeof auc, Expr<number>>;
step.transform('Predict', {
  ...batchTransform({ model: Required, input: Text, contentType: 'text/csv', instance }),
  TransformResources: {
    InstanceType: jsonGet({ s3Uri: join`${evaluate.output('metrics')}/plan.json` }, 'instance'),
    InstanceCount: jsonGet(evaluate.propertyFile('Report'), 'count'),
  },
});

// Properties: AWS's members, lists by index or name, maps by key.
const train = step.training('Train', sklearn.training({ ...script, inputs: { train: prepare.output('train') } }));
true satisfies Equal<typeof train, TrainingStep>;
const artifacts = train.properties.ModelArtifacts.S3ModelArtifacts;
true satisfies Equal<typeof artifacts, Expr<string>>;
train.properties.FinalMetricDataList.at(0).Value satisfies Expr<number>;
train.properties.HyperParameters.get('epochs') satisfies Expr<string>;
train.properties.TrainingEndTime satisfies Expr<Date>;
prepare.properties.ProcessingOutputConfig.Outputs.at('train').S3Output.S3Uri satisfies Expr<string>;
const create = step.model('Create', pipelineModel([sklearn.model({ version: '1.2-1', data: artifacts, code })]));
create.properties.ModelName satisfies Expr<string>;
create.properties.Containers.at(0).Environment.get('A') satisfies Expr<string>;

// An enum of AWS's takes its texts, and any text that is known only later.
const approval: Input<ModelApprovalStatus>[] = ['Approved', Stage, jsonGet(evaluate.propertyFile('Report'), 'status')];
step.registerModel('Register', { ModelPackageGroupName: 'group', ModelApprovalStatus: approval[0] });

// Spread over the short way, one level and deep.
const fit = sklearn.training({ ...script, hyperparameters: { epochs: Count, layers: [8, 4], deep: true, note: null } });
step.training('Spot', {
  ...fit,
  EnableManagedSpotTraining: true,
  StoppingCondition: { ...fit.StoppingCondition, MaxWaitTimeInSeconds: 7200 },
  HyperParameters: { ...fit.HyperParameters, sagemaker_program: quoted('other.py') },
  InputDataConfig: [...(fit.InputDataConfig ?? []), { ChannelName: 'more', DataSource: {} }],
  RoleArn: environment.roleArn,
});

// The other short ways.
const network = pytorch.model({ version: '2.6', data: artifacts, device: 'gpu', environment: { WORKERS: '2' } });
true satisfies Equal<typeof network, Container>;
pytorch.processor({ ...script, version: '2.6.0', entry: 'run.py', arguments: ['--n', Count, Flag], outputs: ['x'] });
sklearn.processor({ ...script, inputs: { a: 's3://b/c', b: Text, c: { uri: Text, distribution: 'ShardedByS3Key' } } });
sklearn.training({ ...script, code: 's3://bucket/code.tar.gz', entry: 'train.py', image: 'example.com/own:1' });
sklearn.training({
  ...script,
  metrics: { auc: 'auc=([0-9.]+)' },
  instance: { type: Text, count: Count, volumeGB: 50 },
});
step.model('Raw', { PrimaryContainer: { Image: 'example.com/own:1', ModelDataUrl: code.bundle }, ModelName: 'fixed' });

// Objects of the author's own: `as const` and `satisfies` keep literals, a variable's type checks them.
const source = { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: Text } } as const;
const output = { S3OutputPath: outputUri('out'), AssembleWith: 'Line' } satisfies TransformArguments['TransformOutput'];
const resources: TransformArguments['TransformResources'] = { InstanceType: 'ml.m5.large', InstanceCount: 1 };
step.transform('Own', {
  ModelName: create.properties.ModelName,
  TransformInput: { DataSource: source },
  TransformOutput: output,
  TransformResources: resources,
});
// Optional members take `undefined`, so that a condition fits inline: AWS's and ours.
export const tuned = (large: boolean, cache?: Duration) =>
  step.training(
    'Tuned',
    { ...fit, EnableNetworkIsolation: large ? true : undefined },
    { cache: large ? cache : undefined },
  );
export const chosen = (name?: string) => sklearn.processor({ ...script, environment: undefined, entry: name });

// Functions of the author's own take what AWS's members take.
export const owned = (team: Input<string>): Partial<TrainingArguments> => ({ Tags: [{ Key: 'team', Value: team }] });
step.training('Owned', { ...fit, ...owned(join`team-${Stage}`) });
export const on = (type: Input<TrainingInstanceType & ProcessingInstanceType>) => ({ type, count: Count });
sklearn.training({ ...script, instance: on('ml.m5.large') });
sklearn.processor({ ...script, instance: on(Text) });
export const after = (steps: readonly Step[], options: JobOptions = {}): JobOptions => ({
  ...options,
  dependsOn: steps,
});

// Cache, retry, dependsOn in all their forms.
const policy: Retry = { maxAttempts: 3, interval: '10s', backoffRate: 1.5 };
const policies: Retry[] = [policy, { expireAfter: '2h', exceptions: ['Step.THROTTLING'] }];
step.training('Cached', fit, { cache: true, retry: policy });
step.training('Expiring', fit, { cache: '12h', retry: policies });
step.training('Several', fit, { retry: [{ maxAttempts: 1 }, { expireAfter: '45m' }], displayName: 'Several' });
step.training('Later', fit, after([prepare, create], { cache: '30d' }));
step.model('Model', pipelineModel([network]), { retry: { maxAttempts: 2, exceptions: ['Step.SERVICE_FAULT'] } });
step.fail(
  'Stop',
  { ErrorMessage: 'too bad' },
  { dependsOn: ['Train', prepare], description: 'never' },
) satisfies FailStep;

// Conditions: every operator, expressions on both sides, negation, alternatives, branches of either side alone.
const conditions: Condition[] = [
  when(Stage, '==', 'prod'),
  when(Stage, '!=', Place),
  when(Stage, 'in', ['dev', 'prod']),
  when(Text, 'not in', ['a', Required]),
  when(Count, '>', 1),
  when(auc, '<=', Count),
  when(Flag, '==', true),
  when(train.properties.BillableTimeInSeconds, '<', 600),
  when(environment.region, '==', 'eu-west-1'),
  not(when(auc, '>=', 0.5)),
  or(when(Count, '==', 1), not(when(Flag, '==', false))),
];
const branch = step.condition('Branch', { Conditions: conditions, ElseSteps: [train] });
true satisfies Equal<typeof branch.properties.Outcome, Expr<boolean>>;
step.condition('Nested', { Conditions: [when(branch.properties.Outcome, '==', true)], IfSteps: [branch] });

// Texts: a tag, a separator, pieces of every kind; the result is an expression like any other.
join`${environment.bucket}/${Count}/${auc}/${Flag}/${1}/${'x'}/${code}` satisfies Expr<string>;
join('/', outputUri('x'), execution.PipelineExecutionId, join`${Stage}`) satisfies Input<string>;
join('-', ...names.map((name) => yearly.output(name)));

// Assets are expressions, and so is their bundle; a folder's name stands in for `import.meta`.
true satisfies Equal<typeof code, Asset>;
asset('/srv/project', 'src', { ignore: ['*.ipynb'] }).bundle satisfies Expr<string>;

// The ways out: any JSON with the type of its place, and steps of any type.
step.processing('Network', {
  ...placed,
  NetworkConfig: {
    VpcConfig: { Subnets: unsafe<string[]>({ Get: 'Parameters.Subnets' }), SecurityGroupIds: ['sg-1'] },
  },
});
const endpoint = step.custom('Endpoint', 'EndpointConfig', { ProductionVariants: [{ ModelName: Required }] });
true satisfies Equal<typeof endpoint, CustomStep>;
endpoint.property('EndpointConfigArn') satisfies Expr<string>;
endpoint.property<number>('Count') satisfies Expr<number>;

// A pipeline with all it can say; a function of options that returns one; pipelines of different parameters in a list.
export const full = definePipeline({
  name: 'full',
  description: 'everything',
  parameters: { Stage },
  steps: [prepare, train],
  experiment: { ExperimentName: execution.PipelineName, TrialName: join`trial-${Stage}` },
  tags: { team: 'ml' },
  parallelism: 4,
});
true satisfies Equal<typeof full, Pipeline<{ readonly Stage: ParameterWithDefault<'dev' | 'prod'> }>>;
definePipeline({ name: 'untracked', steps: [train], experiment: null });
export const all: readonly Pipeline[] = [full, pipeline, batchInference(), serialInference()];

// What an author exports can be written as declarations: every type in it has a public name.
export const { properties } = train;
export const lists = [train.properties.FinalMetricDataList, train.properties.HyperParameters] as const;
export const longer = { ...fit, Environment: { STAGE: Stage } };
export const kinds = { step, parameter, sklearn, pytorch, environment, execution };
export const inputOf = (member: keyof TransformArguments) => member;
export const version = (spec: Parameters<typeof pytorch.training>[0]) => spec.version;

// From a pipeline to its document, and from any text to what can be said about it.
const assembly = emit(pipeline, { region: 'eu-west-1' });
toJson(bind(assembly.definition, { bucket: 'b', roleArn: 'arn:aws:iam::111122223333:role/r' })) satisfies string;
check(parse('{"Version":"2020-12-01","Steps":[]}').document ?? assembly.definition).map(
  ({ code, message }) => `${code}: ${message}`,
);

// The outputs of a function have the types that it declares; without any there are none.
const call = step.lambda(
  'Call',
  { text: Text, nested: { list: [Count, null, true], none: undefined } },
  { functionArn: Text, outputs: { rows: 'Integer', share: 'Float', ok: 'Boolean', name: 'String' } },
);
true satisfies Equal<ReturnType<typeof call.output<'rows'>>, Expr<number>>;
true satisfies Equal<ReturnType<typeof call.output<'share'>>, Expr<number>>;
true satisfies Equal<ReturnType<typeof call.output<'ok'>>, Expr<boolean>>;
true satisfies Equal<ReturnType<typeof call.output<'name'>>, Expr<string>>;
when(call.output('rows'), '>', 3) satisfies Condition;
step.callback('Ask', { rows: call.output('rows') }, { sqsQueueUrl: Text, outputs: { yes: 'Boolean' } }).output('yes');

// A search over one algorithm or several; its jobs and models.
const job = tuningJob(sklearn.training(script));
const HyperParameterTuningJobConfig = {
  Strategy: 'Random',
  ResourceLimits: { MaxParallelTrainingJobs: Count },
} as const satisfies TuningArguments['HyperParameterTuningJobConfig'];
const search = step.tuning('Search', { HyperParameterTuningJobConfig, TrainingJobDefinition: job });
step.tuning('Several', { HyperParameterTuningJobConfig, TrainingJobDefinitions: [{ ...job, DefinitionName: 'a' }] });
search.topModel(0, { bucket: environment.bucket, prefix: Text }) satisfies Expr<string>;
search.properties.BestTrainingJob.TrainingJobName satisfies Expr<string>;
search.properties.TrainingJobSummaries.at(1).TrainingJobName satisfies Expr<string>;

// Checks: of data alone, of a model, and beside a transform.
const baseline = monitor.dataQuality({ dataset: Text, format: { json: { lines: true } }, instance });
step.qualityCheck('Drift', baseline, { checkType: 'DATA_QUALITY', skipCheck: Flag, failOnViolation: false });
const analysis = clarify({ config: code, dataset: Text, instance });
step.clarifyCheck('DataBias', analysis, { checkType: 'DATA_BIAS' });
step.clarifyCheck('Why', analysis, { checkType: 'MODEL_EXPLAINABILITY', modelName: Required });
const monitored = monitorBatchTransform('Score', {
  transform: batchTransform({ model: Required, input: Text, contentType: 'text/csv', instance }),
  check: (name, order) => step.qualityCheck(name, baseline, { checkType: 'DATA_QUALITY', ...order }),
});
true satisfies Equal<typeof monitored.check, QualityCheckStep>;
monitored.check.properties.CalculatedBaselineConstraints satisfies Expr<string>;

// EMR on a cluster or on its own; AutoML; endpoints.
const StepConfig = { HadoopJarStep: { Jar: Text, Args: ['--stage', Stage] } };
step.emr('OnCluster', { StepConfig, ClusterId: Required }).properties.Status.State satisfies Expr<string>;
step.emr('OnItsOwn', { StepConfig, ClusterConfig: { Instances: { InstanceFleets: [] }, ReleaseLabel: 'emr-7.0.0' } });
const candidate = step.autoML('Auto', {
  InputDataConfig: [],
  OutputDataConfig: { S3OutputPath: Text },
  AutoMLJobConfig: { Mode: 'ENSEMBLING' },
}).properties.BestCandidate;
candidate.InferenceContainers.at(0).Environment.get('MODEL_NAME') satisfies Expr<string>;
const configured = step.endpointConfig('Configure', { EndpointConfigName: Text, ProductionVariants: [] });
step.endpoint('Deploy', { EndpointName: 'e', EndpointConfigName: configured.properties.EndpointConfigName });

// Jobs of every image can be spread and changed.
const data = search.topModel(0, { bucket: 'b' });
export const containers: readonly Container[] = [
  xgboost.model({ version: '1.7-1', data }),
  tensorflow.model({ version: '2.19', data, device: 'gpu' }),
  huggingFace.model({ version: '4.37', base: 'pytorch2.1', task: 'fill-mask', data }),
  algorithm.model('pca', { data }),
];
step.training('Boost', {
  ...xgboost.algorithm({ version: '1.7-1', hyperparameters: { num_round: Count }, inputs: { train: Text }, instance }),
  EnableManagedSpotTraining: true,
});
step.processing('Count', spark.processor({ ...script, version: '3.5', outputs: ['counts'] })).output('counts');
repack('Pack', { model: data, code, instance }).model satisfies Expr<string>;
