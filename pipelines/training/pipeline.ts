import {
  asset,
  definePipeline,
  execution,
  join,
  jsonGet,
  modelPackage,
  parameter,
  sklearn,
  step,
  when,
} from 'sagemaker-pipelines';

const InputDataUrl = parameter.string();
const InstanceType = parameter.string({ default: 'ml.m5.xlarge' });
const TestShare = parameter.float({ default: 0.3 });
const MinimumAuc = parameter.float({ default: 0.75 });
const ModelPackageGroupName = parameter.string({ default: 'census-income' });
const ModelApprovalStatus = parameter.string({
  enum: ['PendingManualApproval', 'Approved', 'Rejected'],
  default: 'PendingManualApproval',
});

const version = '1.2-1';
const instance = { type: InstanceType };

const preprocess = step.processing(
  'Preprocess',
  sklearn.processor({
    version,
    code: asset(import.meta, 'preprocessing.py'),
    instance,
    inputs: { data: InputDataUrl },
    outputs: ['train', 'test', 'preprocessor'],
    arguments: ['--mode', 'train', '--train-test-split-ratio', TestShare],
  }),
  { cache: '30d' },
);

const train = step.training(
  'Train',
  sklearn.training({
    version,
    code: asset(import.meta, 'train.py'),
    instance,
    inputs: { train: preprocess.output('train'), preprocessor: preprocess.output('preprocessor') },
  }),
  { cache: '30d' },
);
const model = train.properties.ModelArtifacts.S3ModelArtifacts;

const evaluate = step.processing(
  'Evaluate',
  sklearn.processor({
    version,
    code: asset(import.meta, 'evaluation.py'),
    instance,
    inputs: { test: preprocess.output('test'), model },
    outputs: ['evaluation'],
  }),
  { propertyFiles: { Evaluation: { output: 'evaluation', path: 'evaluation.json' } } },
);
const auc = jsonGet<number>(evaluate.propertyFile('Evaluation'), 'roc_auc');

const register = step.registerModel(
  'Register',
  modelPackage({
    group: ModelPackageGroupName,
    description: join`Income above 50,000 dollars, of run ${execution.PipelineExecutionId}`,
    containers: [sklearn.model({ version, data: model, code: asset(import.meta, 'serving.py') })],
    accepts: ['text/csv'],
    returns: ['text/csv'],
    instances: ['ml.m5.large', 'ml.m5.xlarge'],
    approval: ModelApprovalStatus,
    metrics: join`${evaluate.output('evaluation')}/evaluation.json`,
  }),
);

const gate = step.condition('GoodEnough', {
  Conditions: [when(auc, '>=', MinimumAuc)],
  IfSteps: [register],
  ElseSteps: [step.fail('NotGoodEnough', { ErrorMessage: join`The ROC AUC is ${auc}, and ${MinimumAuc} is wanted` })],
});

export default definePipeline({
  name: 'training',
  description: 'Fits the preprocessing and a classifier on census records, and registers them if they are good enough',
  parameters: { InputDataUrl, InstanceType, TestShare, MinimumAuc, ModelPackageGroupName, ModelApprovalStatus },
  steps: [gate],
});
