import { asset, definePipeline, execution, join, jsonGet, parameter, sklearn, step, when } from 'sagemaker-pipelines';

const InputDataUrl = parameter.string();
/** The archive of a model that `training` made, with its preprocessor inside. */
const ModelUrl = parameter.string();
const InstanceType = parameter.string({ default: 'ml.m5.xlarge' });
const UnseenCategories = parameter.string({ enum: ['refuse', 'ignore'], default: 'refuse' });
const MaximumPsi = parameter.float({ default: 0.25 });

const version = '1.2-1';
const instance = { type: InstanceType };

const preprocess = step.processing(
  'Preprocess',
  sklearn.processor({
    version,
    code: asset(import.meta, '../training/preprocessing.py'),
    instance,
    inputs: { data: InputDataUrl, model: ModelUrl },
    outputs: ['features', 'records'],
    arguments: ['--mode', 'infer', '--unseen', UnseenCategories],
    environment: { RUN_ID: execution.PipelineExecutionId, MODEL: ModelUrl },
  }),
);
const records = preprocess.output('records');

const predict = step.processing(
  'Predict',
  sklearn.processor({
    version,
    code: asset(import.meta, 'inference.py'),
    instance,
    inputs: { features: preprocess.output('features'), records, model: ModelUrl },
    outputs: ['predictions'],
  }),
);

const measure = step.processing(
  'MeasureDrift',
  sklearn.processor({
    version,
    code: asset(import.meta, 'drift.py'),
    instance,
    inputs: { records, model: ModelUrl },
    outputs: ['drift'],
  }),
  { propertyFiles: { Drift: { output: 'drift', path: 'psi.json' } } },
);
const psi = jsonGet<number>(measure.propertyFile('Drift'), 'max_psi');

// A run whose records have drifted ends as failed, and not before its predictions are there.
const gate = step.condition(
  'LikeTraining',
  {
    Conditions: [when(psi, '<=', MaximumPsi)],
    IfSteps: [],
    ElseSteps: [
      step.fail('Drifted', { ErrorMessage: join`The largest PSI of a feature is ${psi}, above ${MaximumPsi}` }),
    ],
  },
  { dependsOn: [predict] },
);

export default definePipeline({
  name: 'inference',
  description: 'Predicts census records with the preprocessing of training, and says how far they have drifted',
  parameters: { InputDataUrl, ModelUrl, InstanceType, UnseenCategories, MaximumPsi },
  steps: [gate],
});
