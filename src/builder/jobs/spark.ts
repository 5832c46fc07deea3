import type { SparkProcessingVersion } from '../../aws/generated/images.ts';
import type { Input } from '../../aws/input.ts';
import type { Asset } from '../asset.ts';
import { type Piece, join } from '../join.ts';
import type { ProcessingArguments } from '../steps/processing.ts';
import { type ImageChoice, imageOf } from './image.ts';
import { processingOutput } from './processing-input.ts';
import { type ProcessorInput, type ProcessorSpec, processorArguments } from './processor.ts';

/** A processing job that submits an application to a Spark cluster of its own. */
export interface SparkProcessorSpec<Output extends string>
  extends ProcessorSpec<Output>, ImageChoice<SparkProcessingVersion> {
  /** Python files, archives or a folder of them that the application imports. */
  readonly pyFiles?: Asset | Input<string> | undefined;
  /** Jars that the application needs: a folder of them. */
  readonly jars?: Asset | Input<string> | undefined;
  /** Files that every executor finds in its working folder: a folder of them. */
  readonly files?: Asset | Input<string> | undefined;
  /** The `configuration.json` that the image reads (EMR's format), as a folder that holds it. */
  readonly configuration?: Asset | Input<string> | undefined;
  /** The class with `main`, for an application in a jar. */
  readonly mainClass?: string | undefined;
  /** Where the history server's events go. */
  readonly eventLogs?: Input<string> | undefined;
}

const ROOT = '/opt/ml/processing';
const EVENTS = `${ROOT}/spark-events`;

/** The flags of `smspark-submit` and the inputs they speak of. */
const DEPENDENCIES = [
  ['pyFiles', '--py-files', 'py-files'],
  ['jars', '--jars', 'jars'],
  ['files', '--files', 'files'],
] as const;

const builders = {
  /** Arguments of a processing job that submits a Python script, or with `mainClass` a jar. */
  processor: <const Output extends string = never>(spec: SparkProcessorSpec<Output>): ProcessingArguments<Output> => {
    const used = DEPENDENCIES.filter(([member]) => spec[member] !== undefined);
    const inputs: Record<string, ProcessorInput> = { ...spec.inputs };
    for (const [member, , folder] of used) {
      inputs[folder] = { uri: spec[member]!, localPath: `${ROOT}/input/${folder}` };
    }
    if (spec.configuration !== undefined) {
      inputs['conf'] = { uri: spec.configuration, localPath: `${ROOT}/input/conf` };
    }
    const args = processorArguments({ ...spec, inputs }, imageOf('spark', 'processing', spec));
    const submit: Piece[] = [
      'smspark-submit',
      ...(spec.mainClass === undefined ? [] : ['--class', spec.mainClass]),
      ...used.flatMap(([, flag, folder]) => [flag, `${ROOT}/input/${folder}`]),
      ...(spec.eventLogs === undefined ? [] : ['--local-spark-event-logs-dir', EVENTS]),
    ];
    const program = args.AppSpecification.ContainerEntrypoint?.at(-1) as string;
    const script = program.startsWith('/') ? program : `${ROOT}/input/code/${program}`;
    return {
      ...args,
      AppSpecification: {
        ...args.AppSpecification,
        ContainerEntrypoint: [...submit, script].map((word) => join`${word}`),
      },
      ...(spec.eventLogs === undefined
        ? {}
        : {
            ProcessingOutputConfig: {
              Outputs: [
                ...(args.ProcessingOutputConfig?.Outputs ?? []),
                processingOutput('spark-events' as Output, spec.eventLogs, EVENTS, 'Continuous'),
              ],
            },
          }),
    };
  },
} as const;
type Builders = typeof builders;

/** What Spark's image is for. */
export interface SparkBuilders extends Builders {}

/**
 * Jobs in SageMaker's Spark image.
 *
 * @example step.processing('Aggregate', spark.processor({ version: '3.5', code: asset(import.meta, 'job.py'), … }))
 */
export const spark: SparkBuilders = Object.freeze(builders);
