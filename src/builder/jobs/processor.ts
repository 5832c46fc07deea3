import type { Input } from '../../aws/input.ts';
import type { Expr } from '../../definition/expr.ts';
import { PipelineError } from '../../definition/error.ts';
import { type Code, programOf } from '../asset.ts';
import { type Piece, join } from '../join.ts';
import { nodeOf } from '../node.ts';
import type { ProcessingArguments } from '../steps/processing.ts';
import { type ProcessingInstance, cluster } from './instance.ts';
import { placeOfStep } from './place.ts';
import { type ProcessingFiles, processingInput, processingOutput } from './processing-input.ts';

/** Data that a script reads: where it lies, and where the script finds it. */
export interface ProcessorSource {
  readonly uri: Input<string>;
  /** `/opt/ml/processing/input/<name>` when left out. */
  readonly localPath?: string | undefined;
  /** Whether every machine gets all objects, or each its share. */
  readonly distribution?: 'FullyReplicated' | 'ShardedByS3Key' | undefined;
}

/** Data that a script reads, or only where it lies. */
export type ProcessorInput = Input<string> | ProcessorSource;

/** Data that a script leaves: where it puts it, and where it goes. */
export interface ProcessorOutput {
  /** A place of this execution and step when left out. */
  readonly uri?: Input<string> | undefined;
  /** `/opt/ml/processing/output/<name>` when left out. */
  readonly localPath?: string | undefined;
}

/** A processing job that runs a script. */
export interface ProcessorSpec<Output extends string> {
  /** The script, or with `entry` a folder with it. */
  readonly code: Code;
  /** The file in the folder that is run. Its `requirements.txt`, if there is one, is installed first. */
  readonly entry?: string | undefined;
  readonly instance: ProcessingInstance;
  readonly inputs?: { readonly [name: string]: ProcessorInput } | undefined;
  readonly outputs?: readonly Output[] | { readonly [Name in Output]: ProcessorOutput } | undefined;
  /** What the script is called with. */
  readonly arguments?: readonly Piece[] | undefined;
  readonly environment?: { readonly [name: string]: Input<string> } | undefined;
}

const ROOT = '/opt/ml/processing';
const CODE = `${ROOT}/input/code`;

/** The arguments of a processing job that runs a Python script in an image. */
export function processorArguments<const Output extends string>(
  spec: ProcessorSpec<Output>,
  image: Input<string>,
): ProcessingArguments<Output> {
  const program = programOf(spec.code, spec.entry, false);
  if (program.entry === undefined) {
    throw new PipelineError(
      'invalid',
      'entry-missing',
      'The script is known only later, and nothing says what it is called',
      {
        fix: "name it: entry: 'preprocess.py'",
      },
    );
  }
  const inputs = [
    ...Object.entries(spec.inputs ?? {}).map(([name, input]) => processingInput(name, filesOf(name, input))),
    processingInput('code', { uri: program.code, localPath: CODE }),
  ];
  const outputs = outputsOf(spec.outputs).map(([name, { uri, localPath }]) =>
    processingOutput(name, uri ?? placeOfStep(name), localPath ?? `${ROOT}/output/${name}`),
  );
  return {
    ProcessingResources: { ClusterConfig: cluster(spec.instance) },
    AppSpecification: {
      ImageUri: image,
      ContainerEntrypoint: program.isFolder ? installAndRun(program.entry) : ['python3', `${CODE}/${program.entry}`],
      ...(spec.arguments === undefined
        ? {}
        : { ContainerArguments: spec.arguments.map((argument) => join`${argument}`) }),
    },
    ProcessingInputs: inputs,
    ...(outputs.length === 0 ? {} : { ProcessingOutputConfig: { Outputs: outputs } }),
    ...(spec.environment === undefined ? {} : { Environment: spec.environment }),
  };
}

/** Images install nothing for a processing job, so a folder's own requirements are installed by its command. */
function installAndRun(entry: string): string[] {
  const run = `cd ${CODE} && if [ -f requirements.txt ]; then python3 -m pip install -r requirements.txt; fi && exec python3 "$0" "$@"`;
  return ['/bin/bash', '-c', run, entry];
}

function filesOf(name: string, input: ProcessorInput): ProcessingFiles {
  const given = typeof input === 'string' || isExpression(input) ? { uri: input } : input;
  return { ...given, localPath: given.localPath ?? `${ROOT}/input/${name}` };
}

function isExpression(value: object): value is Expr<string> {
  return nodeOf(value) !== undefined;
}

function outputsOf<Output extends string>(outputs: ProcessorSpec<Output>['outputs']): [Output, ProcessorOutput][] {
  if (outputs === undefined) return [];
  if (Array.isArray(outputs)) return (outputs as readonly Output[]).map((name) => [name, {}]);
  return Object.entries(outputs) as [Output, ProcessorOutput][];
}
