import type { XGBoostInferenceVersion, XGBoostTrainingVersion } from '../../aws/generated/images.ts';
import type { Input } from '../../aws/input.ts';
import type { Code } from '../asset.ts';
import type { ProcessingArguments } from '../steps/processing.ts';
import type { TrainingArguments } from '../steps/training.ts';
import { type AlgorithmSpec, algorithmTraining } from './algorithm-training.ts';
import type { XGBoostHyperparameters } from './algorithm-hyperparameters.ts';
import type { Container } from './container.ts';
import { type ImageChoice, imageOf } from './image.ts';
import { type ProcessorSpec, processorArguments } from './processor.ts';
import { type TrainingSpec, programWithEntry, scriptTraining, servingEnvironment } from './script-mode.ts';

/** A boosted model. Without code it is served as the algorithm itself serves it. */
export interface XGBoostModelSpec extends ImageChoice<XGBoostInferenceVersion> {
  /** Where the `model.tar.gz` lies. */
  readonly data: Input<string>;
  /** The script with `model_fn`, or with `entry` a folder with it; none for a model of the algorithm. */
  readonly code?: Code | undefined;
  readonly entry?: string | undefined;
  readonly environment?: { readonly [name: string]: Input<string> } | undefined;
}

/** A processing job that runs a Python script with XGBoost at hand. */
export interface XGBoostProcessorSpec<Output extends string>
  extends ProcessorSpec<Output>, ImageChoice<XGBoostTrainingVersion> {}

/** A training job that runs a script with XGBoost at hand. */
export interface XGBoostTrainingSpec extends TrainingSpec, ImageChoice<XGBoostTrainingVersion> {}

/** A training job of the algorithm itself: no script, only hyperparameters. */
export interface XGBoostAlgorithmSpec
  extends AlgorithmSpec<XGBoostHyperparameters>, ImageChoice<XGBoostTrainingVersion> {}

const builders = {
  /** Arguments of a processing job that runs a Python script with XGBoost at hand. */
  processor: <const Output extends string = never>(spec: XGBoostProcessorSpec<Output>): ProcessingArguments<Output> =>
    processorArguments(spec, imageOf('xgboost', 'training', spec)),

  /** Arguments of a training job that runs a script. */
  training: (spec: XGBoostTrainingSpec): TrainingArguments =>
    scriptTraining(spec, imageOf('xgboost', 'training', spec)),

  /** Arguments of a training job of the algorithm itself. */
  algorithm: (spec: XGBoostAlgorithmSpec): TrainingArguments =>
    algorithmTraining(spec, imageOf('xgboost', 'training', spec)),

  /** A container that serves a trained model. */
  model: (spec: XGBoostModelSpec): Container => {
    const program = spec.code === undefined ? undefined : programWithEntry(spec.code, spec.entry);
    const environment = {
      ...(program === undefined ? {} : servingEnvironment(program.code, program.entry)),
      ...spec.environment,
    };
    return {
      Image: imageOf('xgboost', 'inference', spec),
      ModelDataUrl: spec.data,
      ...(Object.keys(environment).length === 0 ? {} : { Environment: environment }),
    };
  },
} as const;
type Builders = typeof builders;

/** What XGBoost's image is for: scripts, and the algorithm by itself. */
export interface XGBoostBuilders extends Builders {}

/**
 * Jobs and models in SageMaker's XGBoost image. Each function returns arguments of a step: spread them to change one.
 *
 * @example step.training('Boost', xgboost.algorithm({ version: '1.7-1', hyperparameters: { num_round: 100 }, … }))
 */
export const xgboost: XGBoostBuilders = Object.freeze(builders);
