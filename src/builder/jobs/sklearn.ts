import type { SklearnInferenceVersion, SklearnTrainingVersion } from '../../aws/generated/images.ts';
import type { Input } from '../../aws/input.ts';
import type { Code } from '../asset.ts';
import type { ProcessingArguments } from '../steps/processing.ts';
import type { TrainingArguments } from '../steps/training.ts';
import type { Container } from './container.ts';
import { type ImageChoice, imageOf } from './image.ts';
import { type ProcessorSpec, processorArguments } from './processor.ts';
import { type TrainingSpec, programWithEntry, scriptTraining, servingEnvironment } from './script-mode.ts';

/** A fitted scikit-learn model and the code that serves it. */
export interface SklearnModelSpec extends ImageChoice<SklearnInferenceVersion> {
  /** Where the `model.tar.gz` lies. */
  readonly data: Input<string>;
  /** The script with `model_fn`, or with `entry` a folder with it. */
  readonly code: Code;
  readonly entry?: string | undefined;
  readonly environment?: { readonly [name: string]: Input<string> } | undefined;
}

/** A processing job that runs a Python script with scikit-learn at hand. */
export interface SklearnProcessorSpec<Output extends string>
  extends ProcessorSpec<Output>, ImageChoice<SklearnTrainingVersion> {}

/** A training job that runs a script with scikit-learn at hand. */
export interface SklearnTrainingSpec extends TrainingSpec, ImageChoice<SklearnTrainingVersion> {}

const builders = {
  /** Arguments of a processing job that runs a Python script with scikit-learn at hand. */
  processor: <const Output extends string = never>(spec: SklearnProcessorSpec<Output>): ProcessingArguments<Output> =>
    processorArguments(spec, imageOf('sklearn', 'training', spec)),

  /** Arguments of a training job that runs a script. */
  training: (spec: SklearnTrainingSpec): TrainingArguments =>
    scriptTraining(spec, imageOf('sklearn', 'training', spec)),

  /** A container that serves a fitted model. */
  model: (spec: SklearnModelSpec): Container => {
    const { code, entry } = programWithEntry(spec.code, spec.entry);
    return {
      Image: imageOf('sklearn', 'inference', spec),
      ModelDataUrl: spec.data,
      Environment: { ...servingEnvironment(code, entry), ...spec.environment },
    };
  },
} as const;
type Builders = typeof builders;

/** What scikit-learn's image is for. */
export interface SklearnBuilders extends Builders {}

/**
 * Jobs and models in SageMaker's scikit-learn image. Each function returns arguments of a step: spread them to change one.
 *
 * @example step.training('Fit', { ...sklearn.training({ … }), EnableManagedSpotTraining: true })
 */
export const sklearn: SklearnBuilders = Object.freeze(builders);
