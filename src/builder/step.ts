import { condition } from './steps/condition.ts';
import { custom } from './steps/custom.ts';
import { fail } from './steps/fail.ts';
import { model } from './steps/model.ts';
import { processing } from './steps/processing.ts';
import { registerModel } from './steps/register-model.ts';
import { training } from './steps/training.ts';
import { transform } from './steps/transform.ts';

/** The kinds of steps, by the function that makes one. Spelt out, since an editor shows these sentences as one types. */
export interface StepBuilders {
  /** Runs a script or program over data in S3. */
  readonly processing: typeof processing;
  /** Runs a training job, which leaves a model artefact in S3. */
  readonly training: typeof training;
  /** Sends every record of some objects in S3 through a model. */
  readonly transform: typeof transform;
  /** Creates a model out of one container, or of several in a row. */
  readonly model: typeof model;
  /** Adds a version to a model package group of the registry. */
  readonly registerModel: typeof registerModel;
  /** Runs one of two lists of steps. */
  readonly condition: typeof condition;
  /** Ends the execution as failed, with a reason. */
  readonly fail: typeof fail;
  /** Any other type that AWS has: arguments are taken as they are. */
  readonly custom: typeof custom;
}

/**
 * The steps of a pipeline. The second argument is the JSON's `Arguments` in AWS's spelling, the third is ours.
 *
 * @example const train = step.training('Train', sklearn.training({ … }), { cache: '30d' });
 */
export const step: StepBuilders = Object.freeze({
  processing,
  training,
  transform,
  model,
  registerModel,
  condition,
  fail,
  custom,
});
