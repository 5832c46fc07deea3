import type * as sagemaker from '@aws-sdk/client-sagemaker';
import type { Input, InputOf } from '../../aws/input.ts';
import type { PropertiesOf } from '../../aws/properties.ts';
import type { Expr } from '../../definition/expr.ts';
import { environment } from '../environment.ts';
import { join } from '../join.ts';
import { propertiesOf } from '../properties.ts';
import { type JobOptions, type Step, defineStep, stepValue } from './define.ts';

/** The training jobs of a tuning job: AWS's `HyperParameterTrainingJobDefinition`. */
export interface TuningTrainingJob extends InputOf<Omit<sagemaker.HyperParameterTrainingJobDefinition, 'RoleArn'>> {
  /** The account's execution role when left out. */
  readonly RoleArn?: Input<string> | undefined;
}

/** The arguments of a Tuning step: AWS's `CreateHyperParameterTuningJob`. */
export interface TuningArguments extends InputOf<
  Omit<
    sagemaker.CreateHyperParameterTuningJobRequest,
    'HyperParameterTuningJobName' | 'TrainingJobDefinition' | 'TrainingJobDefinitions'
  >
> {
  /** Made up by the service for each execution when left out. */
  readonly HyperParameterTuningJobName?: Input<string> | undefined;
  readonly TrainingJobDefinition?: TuningTrainingJob | undefined;
  /** Several algorithms in one search, each with its own ranges and objective. */
  readonly TrainingJobDefinitions?: readonly TuningTrainingJob[] | undefined;
}

/** What a finished Tuning step can be asked for: AWS's description of the job, and its training jobs, best first. */
export interface TuningProperties extends PropertiesOf<
  sagemaker.DescribeHyperParameterTuningJobResponse & sagemaker.ListTrainingJobsForHyperParameterTuningJobResponse
> {}

/** Where the training jobs of a search leave their models. */
export interface TopModelPlace {
  readonly bucket: Input<string>;
  /** As in `OutputDataConfig.S3OutputPath`, without the bucket. */
  readonly prefix?: Input<string> | undefined;
}

/** A step that searches for the best hyperparameters. */
export interface TuningStep extends Step {
  readonly type: 'Tuning';
  readonly properties: TuningProperties;
  /** The artefact of one of the best models, the best of all with rank 0; AWS keeps fifty. */
  topModel(rank: number, place: TopModelPlace): Expr<string>;
}

/** A step that searches for the best hyperparameters by running training jobs. */
export function tuning(name: string, args: TuningArguments, options?: JobOptions): TuningStep {
  const node = defineStep(tuning, { type: 'Tuning' }, name, withRoles(args), options);
  const properties = propertiesOf<TuningProperties>(node);
  return stepValue<TuningStep>(node, {
    properties,
    topModel: (rank, { bucket, prefix }) =>
      join(
        '/',
        's3:/',
        bucket,
        ...(prefix === undefined || prefix === '' ? [] : [prefix]),
        properties.TrainingJobSummaries.at(rank).TrainingJobName,
        'output/model.tar.gz',
      ),
  });
}

// The jobs of a search run as a role, not the search itself.
function withRoles(args: TuningArguments): TuningArguments {
  const { TrainingJobDefinition: one, TrainingJobDefinitions: several } = args;
  return {
    ...args,
    ...(one === undefined ? {} : { TrainingJobDefinition: withRole(one) }),
    ...(several === undefined ? {} : { TrainingJobDefinitions: several.map(withRole) }),
  };
}

function withRole(job: TuningTrainingJob): TuningTrainingJob {
  return { ...job, RoleArn: job.RoleArn ?? environment.roleArn };
}
