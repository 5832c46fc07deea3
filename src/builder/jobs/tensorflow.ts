import type { TensorFlowInferenceVersion, TensorFlowTrainingVersion } from '../../aws/generated/images.ts';
import type { Input } from '../../aws/input.ts';
import type { ProcessingArguments } from '../steps/processing.ts';
import type { TrainingArguments } from '../steps/training.ts';
import type { Container } from './container.ts';
import { type DeviceChoice, type ImageChoice, imageOf } from './image.ts';
import { type ProcessorSpec, processorArguments } from './processor.ts';
import { type TrainingSpec, scriptTraining } from './script-mode.ts';

/**
 * A trained TensorFlow model, served by TensorFlow Serving: a SavedModel in a folder named by a number, and beside it
 * `code/inference.py` where requests or answers are to be changed.
 */
export interface TensorFlowModelSpec extends ImageChoice<TensorFlowInferenceVersion>, DeviceChoice {
  /** Where the `model.tar.gz` lies. */
  readonly data: Input<string>;
  readonly environment?: { readonly [name: string]: Input<string> } | undefined;
}

/** A processing job that runs a Python script with TensorFlow at hand. */
export interface TensorFlowProcessorSpec<Output extends string>
  extends ProcessorSpec<Output>, ImageChoice<TensorFlowTrainingVersion>, DeviceChoice {}

/** A training job that runs a script with TensorFlow at hand. */
export interface TensorFlowTrainingSpec extends TrainingSpec, ImageChoice<TensorFlowTrainingVersion>, DeviceChoice {}

const builders = {
  /** Arguments of a processing job that runs a Python script with TensorFlow at hand. */
  processor: <const Output extends string = never>(
    spec: TensorFlowProcessorSpec<Output>,
  ): ProcessingArguments<Output> => processorArguments(spec, imageOf('tensorflow', 'training', spec)),

  /** Arguments of a training job that runs a script. */
  training: (spec: TensorFlowTrainingSpec): TrainingArguments =>
    scriptTraining(spec, imageOf('tensorflow', 'training', spec)),

  /** A container that serves a trained model. */
  model: (spec: TensorFlowModelSpec): Container => ({
    Image: imageOf('tensorflow', 'inference', spec),
    ModelDataUrl: spec.data,
    ...(spec.environment === undefined ? {} : { Environment: spec.environment }),
  }),
} as const;
type Builders = typeof builders;

/** What TensorFlow's images are for. */
export interface TensorFlowBuilders extends Builders {}

/**
 * Jobs and models in SageMaker's TensorFlow images. Each function returns arguments of a step: spread them to change one.
 *
 * @example step.training('Train', tensorflow.training({ version: '2.16', code: asset(import.meta, 'train.py'), … }))
 */
export const tensorflow: TensorFlowBuilders = Object.freeze(builders);
