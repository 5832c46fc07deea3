import {
  asset,
  batchTransform,
  definePipeline,
  join,
  jsonGet,
  modelPackage,
  outputUri,
  parameter,
  pipelineModel,
  pytorch,
  sklearn,
  step,
  when,
} from 'sagemaker-pipelines';

/** The first pipeline of the design: AWS's arguments written out. */
export function batchInference() {
  const InputDataUrl = parameter.string({ default: 's3://sagemaker-sample-files/datasets/abalone.csv' });
  const InstanceType = parameter.string({ default: 'ml.m5.large' });
  const InstanceCount = parameter.integer({ default: 1 });
  const ModelName = parameter.string();

  const prepare = step.processing(
    'PrepareData',
    sklearn.processor({
      version: '1.2-1',
      code: asset(import.meta, 'preprocess.py'),
      instance: { type: InstanceType, count: InstanceCount },
      inputs: { data: InputDataUrl },
      outputs: ['inference'],
    }),
  );

  const predict = step.transform('Predict', {
    ModelName,
    TransformInput: {
      DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: prepare.output('inference') } },
      ContentType: 'text/csv',
      SplitType: 'Line',
    },
    TransformOutput: { S3OutputPath: outputUri('predictions'), Accept: 'text/csv', AssembleWith: 'Line' },
    TransformResources: { InstanceType, InstanceCount },
    DataProcessing: { JoinSource: 'Input' },
  });

  return definePipeline({
    name: 'batch-inference',
    parameters: { InputDataUrl, InstanceType, InstanceCount, ModelName },
    steps: [predict],
  });
}

/** The second: the short way throughout, a condition, and a step of a type that has no builder. */
export function serialInference() {
  const InputDataUrl = parameter.string();
  const BatchDataUrl = parameter.string();
  const InstanceType = parameter.string({ default: 'ml.m5.xlarge' });
  const Epochs = parameter.integer({ default: 10 });
  const MinimumAuc = parameter.float({ default: 0.8 });
  const Approval = parameter.string({
    enum: ['PendingManualApproval', 'Approved'],
    default: 'PendingManualApproval',
  });
  const instance = { type: InstanceType };

  const prepare = step.processing(
    'Prepare',
    sklearn.processor({
      version: '1.2-1',
      code: asset(import.meta, 'prepare.py'),
      instance,
      inputs: { data: InputDataUrl },
      outputs: ['train', 'test'],
    }),
    { cache: '30d', retry: { maxAttempts: 3 } },
  );
  const scale = step.training(
    'TrainScaler',
    sklearn.training({
      version: '1.2-1',
      code: asset(import.meta, 'features.py'),
      instance,
      inputs: { train: prepare.output('train') },
    }),
    { cache: '30d' },
  );
  const scaler = scale.properties.ModelArtifacts.S3ModelArtifacts;
  const train = step.training(
    'TrainModel',
    pytorch.training({
      version: '2.6.0',
      code: asset(import.meta, 'src'),
      entry: 'train.py',
      instance,
      inputs: { train: prepare.output('train'), scaler },
      hyperparameters: { epochs: Epochs, optimizer: 'adam', lr: 0.01 },
    }),
    { cache: '30d', retry: { exceptions: ['SageMaker.CAPACITY_ERROR'], expireAfter: '4h', interval: '1m' } },
  );
  const network = train.properties.ModelArtifacts.S3ModelArtifacts;

  const evaluate = step.processing(
    'Evaluate',
    sklearn.processor({
      version: '1.2-1',
      code: asset(import.meta, 'evaluate.py'),
      instance,
      inputs: { test: prepare.output('test'), scaler, network },
      outputs: ['metrics'],
    }),
    { propertyFiles: { Evaluation: { output: 'metrics', path: 'evaluation.json' } } },
  );
  const auc = jsonGet<number>(evaluate.propertyFile('Evaluation'), 'auc.value');

  const containers = [
    sklearn.model({ version: '1.2-1', data: scaler, code: asset(import.meta, 'features.py') }),
    pytorch.model({ version: '2.6.0', data: network }),
  ];
  const register = step.registerModel(
    'Register',
    modelPackage({
      group: 'census',
      containers,
      accepts: ['text/csv'],
      returns: ['text/csv'],
      instances: ['ml.m5.xlarge'],
      approval: Approval,
      metrics: join`${evaluate.output('metrics')}/evaluation.json`,
    }),
  );
  const create = step.model('CreateModel', pipelineModel(containers));
  const predict = step.transform(
    'Predict',
    batchTransform({
      model: create.properties.ModelName,
      input: BatchDataUrl,
      contentType: 'text/csv',
      instance,
      join: true,
    }),
  );
  const notify = step.custom(
    'Notify',
    'Lambda',
    { package: register.properties.ModelPackageArn, auc },
    { siblings: { FunctionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:notify' }, dependsOn: [predict] },
  );

  return definePipeline({
    name: 'serial-inference',
    parameters: { InputDataUrl, BatchDataUrl, InstanceType, Epochs, MinimumAuc, Approval },
    steps: [
      step.condition('GoodEnough', {
        Conditions: [when(auc, '>=', MinimumAuc)],
        IfSteps: [register, notify],
        ElseSteps: [step.fail('NotGoodEnough', { ErrorMessage: join`AUC ${auc} is below ${MinimumAuc}` })],
      }),
    ],
  });
}
