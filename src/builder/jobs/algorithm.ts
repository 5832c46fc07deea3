import type { Input } from '../../aws/input.ts';
import type { TrainingArguments } from '../steps/training.ts';
import type { AlgorithmHyperparameters } from './algorithm-hyperparameters.ts';
import { type AlgorithmSpec, algorithmTraining } from './algorithm-training.ts';
import type { Container } from './container.ts';
import { onlyImageOf } from './image.ts';

/** The names of SageMaker's own algorithms, as their images are called; XGBoost's has versions and stands by itself. */
export type AlgorithmName = keyof AlgorithmHyperparameters;

const builders = {
  /** Arguments of a training job of one of SageMaker's own algorithms. */
  training: <Name extends AlgorithmName>(
    name: Name,
    spec: AlgorithmSpec<AlgorithmHyperparameters[Name]>,
  ): TrainingArguments => algorithmTraining(spec, onlyImageOf(name, 'training')),

  /** A container that serves what an algorithm has trained. */
  model: (name: AlgorithmName, spec: { readonly data: Input<string> }): Container => ({
    Image: onlyImageOf(name, 'inference'),
    ModelDataUrl: spec.data,
  }),
} as const;
type Builders = typeof builders;

/** What the images of SageMaker's own algorithms are for. */
export interface AlgorithmBuilders extends Builders {}

/**
 * Jobs and models of SageMaker's own algorithms. Each function returns arguments of a step: spread them to change one.
 *
 * @example step.training('Cluster', algorithm.training('kmeans', { hyperparameters: { k: 10, feature_dim: 8 }, … }))
 */
export const algorithm: AlgorithmBuilders = Object.freeze(builders);
