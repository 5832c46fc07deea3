import type { HuggingFaceInferenceVersion, HuggingFaceTrainingVersion } from '../../aws/generated/images.ts';
import type { Input } from '../../aws/input.ts';
import type { ProcessingArguments } from '../steps/processing.ts';
import type { TrainingArguments } from '../steps/training.ts';
import type { Container } from './container.ts';
import { type BaseChoice, type DeviceChoice, type ImageChoice, imageOf } from './image.ts';
import { type ProcessorSpec, processorArguments } from './processor.ts';
import { type TrainingSpec, scriptTraining, servingEnvironment } from './script-mode.ts';

/** Which of the images for a version of transformers: there may be one on PyTorch and one on TensorFlow. */
interface HuggingFaceChoice<Version extends string> extends ImageChoice<Version>, BaseChoice, DeviceChoice {}

/** A model of transformers: one from an archive, or one that the container fetches from the hub. */
export interface HuggingFaceModelSpec extends HuggingFaceChoice<HuggingFaceInferenceVersion> {
  /** Where the `model.tar.gz` lies; left out where `HF_MODEL_ID` names a model of the hub. */
  readonly data?: Input<string> | undefined;
  /** What the model does, where no script says it: `text-classification`. */
  readonly task?: Input<string> | undefined;
  /** The file in `code/` of the archive with `model_fn`; none for a pipeline of transformers as it is. */
  readonly entry?: string | undefined;
  readonly environment?: { readonly [name: string]: Input<string> } | undefined;
}

/** A processing job that runs a Python script with transformers at hand. */
export interface HuggingFaceProcessorSpec<Output extends string>
  extends ProcessorSpec<Output>, HuggingFaceChoice<HuggingFaceTrainingVersion> {}

/** A training job that runs a script with transformers at hand. */
export interface HuggingFaceTrainingSpec extends TrainingSpec, HuggingFaceChoice<HuggingFaceTrainingVersion> {}

const builders = {
  /** Arguments of a processing job that runs a Python script with transformers at hand. */
  processor: <const Output extends string = never>(
    spec: HuggingFaceProcessorSpec<Output>,
  ): ProcessingArguments<Output> => processorArguments(spec, imageOf('huggingface', 'training', spec)),

  /** Arguments of a training job that runs a script. The images for training are for graphics cards only. */
  training: (spec: HuggingFaceTrainingSpec): TrainingArguments =>
    scriptTraining(spec, imageOf('huggingface', 'training', spec)),

  /** A container that serves a model. */
  model: (spec: HuggingFaceModelSpec): Container => {
    const environment = {
      ...(spec.entry === undefined ? {} : servingEnvironment('/opt/ml/model/code', spec.entry)),
      ...(spec.task === undefined ? {} : { HF_TASK: spec.task }),
      ...spec.environment,
    };
    return {
      Image: imageOf('huggingface', 'inference', spec),
      ...(spec.data === undefined ? {} : { ModelDataUrl: spec.data }),
      ...(Object.keys(environment).length === 0 ? {} : { Environment: environment }),
    };
  },
} as const;
type Builders = typeof builders;

/** What Hugging Face's images are for. */
export interface HuggingFaceBuilders extends Builders {}

/**
 * Jobs and models in SageMaker's Hugging Face images. Each function returns arguments of a step: spread them to change one.
 *
 * @example huggingFace.model({ version: '4.37.0', base: 'pytorch2.1', task: 'text-classification', data })
 */
export const huggingFace: HuggingFaceBuilders = Object.freeze(builders);
