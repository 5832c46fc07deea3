import {
  asset,
  batchTransform,
  definePipeline,
  environment,
  execution,
  join,
  modelPackage,
  parameter,
  pipelineModel,
  pytorch,
  sklearn,
  step,
} from 'sagemaker-pipelines';

/** Which model stands behind the scaler. */
export interface Options {
  readonly model?: 'sklearn' | 'pytorch';
}

const SKLEARN = '1.2-1';
const PYTORCH = '2.6.0';

const InputData = parameter.string();
/** Whether a record without a value stops training, or is left out of it. */
const MissingValues = parameter.string({ enum: ['refuse', 'drop'], default: 'refuse' });
const Prefix = parameter.string({ default: 'serial-inference' });
const ModelApprovalStatus = parameter.string({
  enum: ['PendingManualApproval', 'Approved', 'Rejected'],
  default: 'PendingManualApproval',
});
const ProcessingInstanceType = parameter.string({ default: 'ml.m5.xlarge' });
const ProcessingInstanceCount = parameter.integer({ default: 1 });
const TrainingInstanceType = parameter.string({ default: 'ml.m5.xlarge' });
const CreateModelInstanceType = parameter.string({ default: 'ml.m5.large' });
const BatchTransformInstanceType = parameter.string({ default: 'ml.m5.xlarge' });
const BatchTransformInstanceCount = parameter.integer({ default: 1 });

/** A place of this execution: what an older version of the model was made of is never overwritten. */
const place = (name: string) => join`s3://${environment.bucket}/${Prefix}/${execution.PipelineExecutionId}/${name}`;

export default function serialInference({ model = 'sklearn', ...unknown }: Options = {}) {
  if ((model !== 'sklearn' && model !== 'pytorch') || Object.keys(unknown).length > 0) {
    throw new Error(`the one option is model, 'sklearn' or 'pytorch'; given: ${JSON.stringify({ model, ...unknown })}`);
  }
  const ModelPackageGroupName = parameter.string({ default: `serial-inference-${model}` });
  const features = asset(import.meta, 'features.py');

  const preprocess = step.processing(
    'PreprocessData',
    sklearn.processor({
      version: SKLEARN,
      code: features,
      instance: { type: ProcessingInstanceType, count: ProcessingInstanceCount },
      inputs: { data: InputData },
      outputs: {
        scaler_model: { uri: place('processing') },
        train: { uri: place('train') },
        test: { uri: place('test') },
      },
      arguments: ['--missing', MissingValues],
    }),
    { cache: '30d' },
  );
  const inputs = { train: preprocess.output('train') };
  const instance = { type: TrainingInstanceType };

  const train =
    model === 'sklearn'
      ? step.training(
          'TrainModel',
          sklearn.training({
            version: SKLEARN,
            code: asset(import.meta, 'sklearn/model.py'),
            instance,
            inputs,
            hyperparameters: { n_estimators: 50 },
            output: place('model'),
          }),
          { cache: '30d' },
        )
      : step.training(
          'TrainModel',
          pytorch.training({
            version: PYTORCH,
            code: asset(import.meta, 'pytorch/model.py'),
            instance,
            inputs,
            hyperparameters: { epochs: 60, batch_size: 64, learning_rate: 0.01 },
            metrics: { loss: 'Loss: ([0-9.]+)' },
            output: place('model'),
          }),
          { cache: '30d' },
        );
  const data = train.properties.ModelArtifacts.S3ModelArtifacts;
  const scaler = join`${preprocess.output('scaler_model')}/model.tar.gz`;

  const containers = [
    sklearn.model({
      version: SKLEARN,
      data: scaler,
      code: features,
      // Both ends read NPY, which is smaller than JSON and keeps every digit.
      environment: { SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT: 'application/x-npy' },
    }),
    model === 'sklearn'
      ? sklearn.model({ version: SKLEARN, data, code: asset(import.meta, 'sklearn/model.py') })
      : pytorch.model({
          version: PYTORCH,
          data,
          entry: 'model.py',
          // A payload of short numbers is longer as NPY than as CSV, and TorchServe takes 6.5 MB unless told otherwise.
          environment: { TS_MAX_REQUEST_SIZE: '67108864' },
        }),
  ];

  const create = step.model('CreateModel', pipelineModel(containers));

  const predict = step.transform(
    'BatchTransform',
    batchTransform({
      model: create.properties.ModelName,
      input: join`${preprocess.output('test')}/test.csv`,
      contentType: 'text/csv',
      instance: { type: BatchTransformInstanceType, count: BatchTransformInstanceCount },
      // The label is kept in the row, and the model does not see it.
      inputFilter: '$[0:8]',
      join: true,
      output: place('batch-transform'),
    }),
  );

  const evaluate = step.processing(
    'EvaluateModel',
    sklearn.processor({
      version: SKLEARN,
      code: asset(import.meta, 'evaluate.py'),
      instance: { type: ProcessingInstanceType },
      inputs: { predictions: predict.properties.TransformOutput.S3OutputPath },
      outputs: { evaluation: { uri: place('evaluation') } },
      environment: { RUN_ID: execution.PipelineExecutionId, MODEL: data, SCALER: scaler },
    }),
  );

  const register = step.registerModel(
    'RegisterModel',
    modelPackage({
      group: ModelPackageGroupName,
      description: 'House values from raw records: a scaler, then a model',
      containers,
      accepts: ['text/csv'],
      returns: ['text/csv'],
      instances: [CreateModelInstanceType, BatchTransformInstanceType],
      approval: ModelApprovalStatus,
      metrics: join`${evaluate.output('evaluation')}/evaluation.json`,
    }),
  );

  return definePipeline({
    name: `serial-inference-${model}`,
    description: `A scaler and a ${model} model behind each other: trained, tried on raw records, evaluated, registered`,
    parameters: {
      InputData,
      MissingValues,
      Prefix,
      ModelPackageGroupName,
      ModelApprovalStatus,
      ProcessingInstanceType,
      ProcessingInstanceCount,
      TrainingInstanceType,
      CreateModelInstanceType,
      BatchTransformInstanceType,
      BatchTransformInstanceCount,
    },
    steps: [register],
  });
}

/** The keys of a `config.json` as notebooks for such pipelines have it, and the parameters that they are here. */
const CONFIG: Readonly<Record<string, string | undefined>> = {
  MODEL_PACKAGE_GROUP_NAME: 'ModelPackageGroupName',
  PREFIX: 'Prefix',
  INPUT_DATA: 'InputData',
  MODEL_APPROVAL_STATUS: 'ModelApprovalStatus',
  PROCESSING_INSTANCE_TYPE: 'ProcessingInstanceType',
  PROCESSING_INSTANCE_COUNT: 'ProcessingInstanceCount',
  TRAINING_INSTANCE_TYPE: 'TrainingInstanceType',
  CREATE_MODEL_INSTANCE_TYPE: 'CreateModelInstanceType',
  BATCH_TRANSFORM_INSTANCE_COUNT: 'BatchTransformInstanceCount',
  BATCH_TRANSFORM_INSTANCE_TYPE: 'BatchTransformInstanceType',
};
const CONFIG_ONLY = ['DEFAULT_BUCKET', 'PIPELINE_NAME'];

/** Takes such a `config.json` as `--params`; anything else is taken for parameters as they are. */
export function readParams(values: Readonly<Record<string, unknown>>) {
  const names = Object.keys(values);
  if (!names.some((name) => /^[A-Z]+(?:_[A-Z]+)+$/.test(name))) return { parameters: values };
  const unknown = names.filter((name) => CONFIG[name] === undefined && !CONFIG_ONLY.includes(name));
  if (unknown.length > 0) throw new Error(`the configuration has keys that nothing reads: ${unknown.join(', ')}`);
  const { DEFAULT_BUCKET: bucket, PREFIX: prefix, INPUT_DATA: data, PIPELINE_NAME: name } = values;
  // The bucket stands in it twice, and one of the two is easily forgotten.
  if (
    typeof bucket === 'string' &&
    typeof data === 'string' &&
    data.startsWith('s3://') &&
    !data.startsWith(`s3://${bucket}/`)
  ) {
    throw new Error(`INPUT_DATA is ${data}, which does not lie in DEFAULT_BUCKET, ${bucket}`);
  }
  const parameters = Object.fromEntries(
    Object.entries(CONFIG).flatMap(([key, parameter]) => (key in values ? [[parameter, values[key]]] : [])),
  );
  if (data === undefined && typeof bucket === 'string') {
    const folder = typeof prefix === 'string' ? prefix : 'serial-inference';
    parameters['InputData'] = `s3://${bucket}/${folder}/housing_data/raw`;
  }
  return { parameters, bucket, name };
}
