import type { Input } from '../../aws/input.ts';
import type { Expr } from '../../definition/expr.ts';
import { PipelineError } from '../../definition/error.ts';
import { type Code, programOf } from '../asset.ts';
import { environment } from '../environment.ts';
import { join, quoted } from '../join.ts';
import { nodeOf } from '../node.ts';
import type { TrainingArguments } from '../steps/training.ts';
import { type TrainingInstance, cluster } from './instance.ts';
import { placeOfStep } from './place.ts';

/** A value for a training script. Texts, numbers and lists arrive as they are; expressions as the text they become. */
export type Hyperparameter =
  | Input<string | number | boolean>
  | null
  | readonly (string | number | boolean | null)[]
  | { readonly [key: string]: string | number | boolean | null };

/** A training job that runs a script. */
export interface TrainingSpec {
  /** The script, or with `entry` a folder with it. */
  readonly code: Code;
  /** The file in the folder that is run. */
  readonly entry?: string | undefined;
  readonly instance: TrainingInstance;
  /** The channels, by name: what lies there arrives in `/opt/ml/input/data/<name>`. */
  readonly inputs?: { readonly [channel: string]: Input<string> } | undefined;
  readonly hyperparameters?: { readonly [name: string]: Hyperparameter } | undefined;
  /** Figures to read from the log: `{ auc: 'auc=([0-9.]+)' }`. */
  readonly metrics?: { readonly [name: string]: string } | undefined;
  readonly environment?: { readonly [name: string]: Input<string> } | undefined;
  /** Where the model goes; a place of this execution and step when left out. */
  readonly output?: Input<string> | undefined;
}

/** What SageMaker lets a training job run when it says nothing. */
const ONE_DAY = 86_400;

// 20 is Python's logging.INFO.
const LOG_LEVEL = '20';

/** The arguments of a training job that runs a script in an image with SageMaker's training toolkit. */
export function scriptTraining(spec: TrainingSpec, image: Input<string>): TrainingArguments {
  const { code, entry } = programWithEntry(spec.code, spec.entry);
  const channels = Object.entries(spec.inputs ?? {}).map(([name, uri]) => ({
    ChannelName: name,
    DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: uri, S3DataDistributionType: 'FullyReplicated' } },
  })) satisfies TrainingArguments['InputDataConfig'];
  const metrics = Object.entries(spec.metrics ?? {}).map(([Name, Regex]) => ({ Name, Regex }));
  return {
    AlgorithmSpecification: {
      TrainingInputMode: 'File',
      TrainingImage: image,
      ...(metrics.length === 0 ? {} : { MetricDefinitions: metrics }),
    },
    OutputDataConfig: { S3OutputPath: spec.output ?? placeOfStep() },
    StoppingCondition: { MaxRuntimeInSeconds: ONE_DAY },
    ResourceConfig: cluster(spec.instance),
    ...(channels.length === 0 ? {} : { InputDataConfig: channels }),
    HyperParameters: {
      ...Object.fromEntries(Object.entries(spec.hyperparameters ?? {}).map(([name, value]) => [name, encode(value)])),
      sagemaker_submit_directory: quoted(code),
      sagemaker_program: quoted(entry),
      sagemaker_container_log_level: LOG_LEVEL,
      sagemaker_region: quoted(environment.region),
    },
    ...(spec.environment === undefined ? {} : { Environment: spec.environment }),
  };
}

/** The environment by which an image with SageMaker's serving toolkit finds the code that serves a model. */
export function servingEnvironment(
  directory: Input<string>,
  entry: string,
): { readonly [name: string]: Input<string> } {
  return {
    SAGEMAKER_PROGRAM: entry,
    SAGEMAKER_SUBMIT_DIRECTORY: directory,
    SAGEMAKER_CONTAINER_LOG_LEVEL: LOG_LEVEL,
    SAGEMAKER_REGION: environment.region,
  };
}

/** Code as one archive, and what of it is run. */
export function programWithEntry(source: Code, given: string | undefined): { code: Input<string>; entry: string } {
  // What comes here is text to AWS, which would not mind; the toolkit in the image would, once the job runs.
  if (typeof source === 'string' && !/^([a-z][a-z0-9+.-]*:\/\/|\/)/i.test(source)) {
    throw new PipelineError('invalid', 'bad-code', `The code "${source}" is neither an address nor an asset`, {
      fix: `take the file along: code: asset(import.meta, '${source}')`,
    });
  }
  const { code, entry } = programOf(source, given, true);
  // An archive in S3 does not say which of its files is run.
  if (entry !== undefined && (given !== undefined || !entry.endsWith('.tar.gz'))) return { code, entry };
  throw new PipelineError('invalid', 'entry-missing', 'Nothing says which file of the archive is run', {
    fix: "name it: entry: 'train.py'",
  });
}

// The toolkit reads each hyperparameter as JSON and takes what is none as text: so known values are JSON, and an
// expression is the text that it becomes.
function encode(value: Hyperparameter): Input<string> {
  return nodeOf(value) === undefined ? JSON.stringify(value) : join`${value as Expr<string>}`;
}
