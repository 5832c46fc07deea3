import type { PyTorchInferenceVersion, PyTorchTrainingVersion } from '../../aws/generated/images.ts';
import type { Input } from '../../aws/input.ts';
import type { ProcessingArguments } from '../steps/processing.ts';
import type { TrainingArguments } from '../steps/training.ts';
import type { Container } from './container.ts';
import { type DeviceChoice, type ImageChoice, imageOf } from './image.ts';
import { type ProcessorSpec, processorArguments } from './processor.ts';
import { type TrainingSpec, scriptTraining, servingEnvironment } from './script-mode.ts';

/** A trained PyTorch model. The image loads its code from `code/` inside the archive: the training script puts it there. */
export interface PyTorchModelSpec extends ImageChoice<PyTorchInferenceVersion>, DeviceChoice {
  /** Where the `model.tar.gz` lies. */
  readonly data: Input<string>;
  /** The file in `code/` with `model_fn`; `inference.py` when left out. */
  readonly entry?: string | undefined;
  readonly environment?: { readonly [name: string]: Input<string> } | undefined;
}

/** A processing job that runs a Python script with PyTorch at hand. */
export interface PyTorchProcessorSpec<Output extends string>
  extends ProcessorSpec<Output>, ImageChoice<PyTorchTrainingVersion>, DeviceChoice {}

/** A training job that runs a script with PyTorch at hand. */
export interface PyTorchTrainingSpec extends TrainingSpec, ImageChoice<PyTorchTrainingVersion>, DeviceChoice {}

const builders = {
  /** Arguments of a processing job that runs a Python script with PyTorch at hand. */
  processor: <const Output extends string = never>(spec: PyTorchProcessorSpec<Output>): ProcessingArguments<Output> =>
    processorArguments(spec, imageOf('pytorch', 'training', spec)),

  /** Arguments of a training job that runs a script. */
  training: (spec: PyTorchTrainingSpec): TrainingArguments =>
    scriptTraining(spec, imageOf('pytorch', 'training', spec)),

  /** A container that serves a trained model. */
  model: (spec: PyTorchModelSpec): Container => {
    const serving = servingEnvironment('/opt/ml/model/code', spec.entry ?? 'inference.py');
    return {
      Image: imageOf('pytorch', 'inference', spec),
      ModelDataUrl: spec.data,
      Environment: { ...serving, ...spec.environment },
    };
  },
} as const;
type Builders = typeof builders;

/** What PyTorch's images are for. */
export interface PyTorchBuilders extends Builders {}

/**
 * Jobs and models in SageMaker's PyTorch images. Each function returns arguments of a step: spread them to change one.
 *
 * @example step.training('Train', pytorch.training({ version: '2.6.0', code: asset(import.meta, 'src'), entry: 'train.py', … }))
 */
export const pytorch: PyTorchBuilders = Object.freeze(builders);
