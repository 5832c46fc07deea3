import { asset, definePipeline, execution, join, parameter, sklearn, step } from 'sagemaker-pipelines';

const InputDataUrl = parameter.string();
/** The archive of a model that `text_inference/training` made. */
const ModelUrl = parameter.string();
const InstanceType = parameter.string({ default: 'ml.m5.large' });
const FileGlob = parameter.string({ default: '**/*.txt' });
const Threshold = parameter.float({ default: 0.5 });
const Lineage = parameter.boolean({ default: false });

const predict = step.processing(
  'Predict',
  sklearn.processor({
    version: '1.2-1',
    code: asset(import.meta, '../file_batches', { ignore: ['*images*', 'container'] }),
    entry: 'infer_text.py',
    instance: { type: InstanceType },
    inputs: { data: InputDataUrl, model: ModelUrl },
    outputs: ['predictions'],
    arguments: [
      join`inference.file_check_glob=${FileGlob}`,
      join`inference.threshold=${Threshold}`,
      join`inference.lineage=${Lineage}`,
    ],
    environment: { RUN_ID: execution.PipelineExecutionId, MODEL: ModelUrl },
  }),
);

export default definePipeline({
  name: 'text-inference',
  description: 'Predicts the sentiment of a folder of texts, a row of JSON Lines each',
  parameters: { InputDataUrl, ModelUrl, InstanceType, FileGlob, Threshold, Lineage },
  steps: [predict],
});
