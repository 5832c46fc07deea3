import { asset, definePipeline, execution, join, parameter, pytorch, step } from 'sagemaker-pipelines';

const InputDataUrl = parameter.string();
/** The archive of a model that `image_inference/training` made. */
const ModelUrl = parameter.string();
const InstanceType = parameter.string({ default: 'ml.m5.large' });
const FileGlob = parameter.string({ default: '**/*.png' });
const Lineage = parameter.boolean({ default: false });

const predict = step.processing(
  'Predict',
  pytorch.processor({
    version: '2.6.0',
    code: asset(import.meta, '../file_batches', { ignore: ['*text*', 'container'] }),
    entry: 'infer_images.py',
    instance: { type: InstanceType },
    inputs: { data: InputDataUrl, model: ModelUrl },
    outputs: ['predictions'],
    arguments: [join`file_check_glob=${FileGlob}`, join`lineage=${Lineage}`],
    environment: { RUN_ID: execution.PipelineExecutionId, MODEL: ModelUrl },
  }),
);

export default definePipeline({
  name: 'image-inference',
  description: 'Predicts the digits on a folder of images, a row of JSON Lines each',
  parameters: { InputDataUrl, ModelUrl, InstanceType, FileGlob, Lineage },
  steps: [predict],
});
