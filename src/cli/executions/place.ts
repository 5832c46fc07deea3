import { emit } from '../../builder/emit.ts';
import { PipelineError } from '../../definition/error.ts';
import type { Connection, Place } from '../../run/sagemaker/connect.ts';
import type { World } from '../../run/runner.ts';
import type { Options } from '../command.ts';
import { readConfig } from '../config.ts';
import type { Context } from '../context.ts';
import { findPipeline, listPipelines } from '../find-pipeline.ts';
import { loadPipeline } from '../load/load-pipeline.ts';
import { runRegion } from '../run-region.ts';

/** The flags of every command about executions. */
export const PLACE_FLAGS = {
  region: { type: 'text', describe: 'The region [AWS_REGION, the profile]' },
  profile: { type: 'text', describe: 'The AWS profile [AWS_PROFILE]' },
} as const satisfies Options;

/** The word that stands for an execution. */
export const EXECUTION = {
  name: 'an execution (ARN), or a pipeline or the ARN of a state machine for the newest one',
  least: 0,
  most: 1,
} as const;

const ARN = /^arn:[^:]+:sagemaker:([a-z0-9-]+):\d{12}:pipeline\/([^/]+)(?:\/execution\/[a-z0-9]+)?$/i;
const MACHINE = /^arn:[^:]+:states:([a-z0-9-]+):\d{12}:execution:[^:]+:[^:]+$/;

const STATE_MACHINE = /^arn:[^:]+:states:([a-z0-9-]+):\d{12}:stateMachine:[^:]+$/;

/** Whether a word is the ARN of a state machine, or of an execution of one. */
export function isOfStepFunctions(word: string | undefined): word is string {
  return word !== undefined && (MACHINE.test(word) || STATE_MACHINE.test(word));
}

/** The execution that the ARN means: its own, or the newest of its state machine. */
export async function machineExecutionArn(word: string, place: Place): Promise<string> {
  if (MACHINE.test(word)) return word;
  const { newestMachineExecution } = await import('../../run/step-functions/describe.ts');
  return await newestMachineExecution(word, place);
}

/** The state machine that the ARN means: its own, or that of its execution. */
export function machineArn(word: string): string {
  return word.replace(/:execution:([^:]+):[^:]+$/, ':stateMachine:$1');
}

/** Where AWS is asked: an ARN says its region itself. */
export function placeOf(
  args: { readonly region: string | undefined; readonly profile: string | undefined },
  word: string | undefined,
  context: Context,
): Place {
  const told = word === undefined ? undefined : (ARN.exec(word) ?? MACHINE.exec(word) ?? STATE_MACHINE.exec(word))?.[1];
  const region = args.region ?? told ?? runRegion(args, context.env, readConfig(context.cwd)).value;
  return { region, profile: args.profile };
}

/** The name in AWS of the pipeline that a word means: an ARN's, that of a pipeline of this project, or the word itself. */
export async function pipelineName(word: string | undefined, region: string, context: Context): Promise<string> {
  const told = word === undefined ? undefined : ARN.exec(word)?.[2];
  if (told !== undefined) return told;
  const name = word ?? readConfig(context.cwd).default;
  const isOurs = name === undefined || listPipelines(context.cwd).some((pipeline) => pipeline.name === name);
  if (!isOurs) return name;
  const { file } = findPipeline(name, context.cwd);
  return emit(await loadPipeline(file, undefined, context), { region }).name;
}

/** The execution that a word means. */
export async function executionArn(
  word: string | undefined,
  connection: Connection,
  context: Context,
): Promise<string> {
  if (word !== undefined && word.startsWith('arn:')) {
    if (ARN.test(word) && word.includes('/execution/')) return word;
    if (!ARN.test(word)) {
      throw new PipelineError('usage', 'bad-value', `"${word}" is no ARN of an execution`, {
        detail: 'of a pipeline on SageMaker, or of a state machine',
        fix: 'for example: arn:aws:sagemaker:eu-west-1:111122223333:pipeline/batch-inference/execution/abcdefghijkl',
      });
    }
  }
  const { newestExecution } = await import('../../run/sagemaker/executions.ts');
  return await newestExecution(await pipelineName(word, connection.region, context), connection);
}

/** The world of a command that shows nothing while it works, and that Ctrl-C ends. */
export function quietWorld({ env, cwd, now, unique, sleep }: Context): World {
  return { env, cwd, now, unique, sleep, interrupted: new AbortController().signal, say: () => {} };
}
