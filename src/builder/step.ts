import { autoML } from './steps/auto-ml.ts';
import { callback } from './steps/callback.ts';
import { clarifyCheck } from './steps/clarify-check.ts';
import { condition } from './steps/condition.ts';
import { custom } from './steps/custom.ts';
import { emrServerless } from './steps/emr-serverless.ts';
import { emr } from './steps/emr.ts';
import { endpointConfig } from './steps/endpoint-config.ts';
import { endpoint } from './steps/endpoint.ts';
import { fail } from './steps/fail.ts';
import { lambda } from './steps/lambda.ts';
import { model } from './steps/model.ts';
import { processing } from './steps/processing.ts';
import { qualityCheck } from './steps/quality-check.ts';
import { registerModel } from './steps/register-model.ts';
import { training } from './steps/training.ts';
import { transform } from './steps/transform.ts';
import { tuning } from './steps/tuning.ts';
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
  /** Searches for the best hyperparameters by running training jobs. */
  readonly tuning: typeof tuning;
  /** Calls a Lambda function and waits for its answer. */
  readonly lambda: typeof lambda;
  /** Puts a message into a queue and waits until somebody answers it. */
  readonly callback: typeof callback;
  /** Compares data or predictions with a baseline. */
  readonly qualityCheck: typeof qualityCheck;
  /** Measures bias or explains a model, and compares with a baseline. */
  readonly clarifyCheck: typeof clarifyCheck;
  /** Runs work on an EMR cluster. */
  readonly emr: typeof emr;
  /** Runs a Spark or Hive job on EMR Serverless. */
  readonly emrServerless: typeof emrServerless;
  /** Tries algorithms on a table and keeps the best model. */
  readonly autoML: typeof autoML;
  /** Says which models an endpoint serves, and on which machines. */
  readonly endpointConfig: typeof endpointConfig;
  /** Makes an endpoint, or updates the one that has its name. */
  readonly endpoint: typeof endpoint;
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
  tuning,
  lambda,
  callback,
  qualityCheck,
  clarifyCheck,
  emr,
  emrServerless,
  autoML,
  endpointConfig,
  endpoint,
  condition,
  fail,
  custom,
});
