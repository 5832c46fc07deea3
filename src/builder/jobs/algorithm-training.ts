import type { Input } from '../../aws/input.ts';
import { type Piece, join } from '../join.ts';
import { nodeOf } from '../node.ts';
import type { TrainingArguments } from '../steps/training.ts';
import { type TrainingInstance, cluster } from './instance.ts';
import { placeOfStep } from './place.ts';

/** Data for an algorithm: where it lies, and what it is. */
export interface AlgorithmChannel {
  readonly uri: Input<string>;
  /** `text/csv`, `application/x-recordio-protobuf` … */
  readonly contentType?: Input<string> | undefined;
  /** Whether every machine gets all objects, or each its share. */
  readonly distribution?: 'FullyReplicated' | 'ShardedByS3Key' | undefined;
  readonly inputMode?: 'File' | 'Pipe' | 'FastFile' | undefined;
}

/** A training job of one of SageMaker's own algorithms. */
export interface AlgorithmSpec<Hyperparameters> {
  readonly hyperparameters: Hyperparameters;
  /** The channels, by name: `train` always, `validation` and `test` where the algorithm knows them. */
  readonly inputs: { readonly [channel: string]: Input<string> | AlgorithmChannel };
  readonly instance: TrainingInstance;
  readonly inputMode?: 'File' | 'Pipe' | 'FastFile' | undefined;
  /** Where the model goes; a place of this execution and step when left out. */
  readonly output?: Input<string> | undefined;
}

const ONE_DAY = 86_400;

/** The arguments of a training job that runs an algorithm's image as it is. */
export function algorithmTraining<Hyperparameters extends object>(
  spec: AlgorithmSpec<Hyperparameters>,
  image: Input<string>,
): TrainingArguments {
  const hyperparameters = Object.entries(spec.hyperparameters).flatMap(([name, value]: [string, unknown]) =>
    value === undefined ? [] : [[name, textOf(value)] as const],
  );
  return {
    AlgorithmSpecification: { TrainingImage: image, TrainingInputMode: spec.inputMode ?? 'File' },
    OutputDataConfig: { S3OutputPath: spec.output ?? placeOfStep() },
    StoppingCondition: { MaxRuntimeInSeconds: ONE_DAY },
    ResourceConfig: cluster(spec.instance),
    InputDataConfig: Object.entries(spec.inputs).map(([name, input]) => channelOf(name, input)),
    HyperParameters: Object.fromEntries(hyperparameters),
  };
}

function channelOf(name: string, input: Input<string> | AlgorithmChannel) {
  const given = typeof input === 'string' || nodeOf(input) !== undefined ? undefined : (input as AlgorithmChannel);
  return {
    ChannelName: name,
    DataSource: {
      S3DataSource: {
        S3DataType: 'S3Prefix',
        S3Uri: given?.uri ?? (input as Input<string>),
        S3DataDistributionType: given?.distribution ?? 'FullyReplicated',
      },
    },
    ...(given?.contentType === undefined ? {} : { ContentType: given.contentType }),
    ...(given?.inputMode === undefined ? {} : { InputMode: given.inputMode }),
  } as const;
}

// The algorithms read every hyperparameter as text; lists and objects as JSON.
function textOf(value: unknown): Input<string> {
  if (nodeOf(value) !== undefined) return join`${value as Piece}`;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
