import { PipelineError } from '../../definition/error.ts';
import type { Place } from '../../run/sagemaker/connect.ts';
import type { World } from '../../run/runner.ts';
import { type Answer, type Arguments, type Options, defineCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { showRun } from '../execute.ts';
import { SAGEMAKER_FLAGS, watchOptions } from '../on-sagemaker.ts';
import { SHOW_FLAGS } from '../render/flags.ts';
import {
  EXECUTION,
  PLACE_FLAGS,
  executionArn,
  isOfStepFunctions,
  machineExecutionArn,
  placeOf,
  quietWorld,
} from './place.ts';

const WATCH_FLAGS = {
  ...PLACE_FLAGS,
  ...SHOW_FLAGS,
  timeout: SAGEMAKER_FLAGS.timeout,
  poll: SAGEMAKER_FLAGS.poll,
  'stop-on-interrupt': SAGEMAKER_FLAGS['stop-on-interrupt'],
} as const satisfies Options;

/** Watches an execution. */
export const watchExecutionOf = defineCommand({
  name: 'sagemaker-pipelines executions watch',
  summary: 'Watches an execution to its end, as the command that started it would.',
  examples: [
    'sagemaker-pipelines executions watch batch_inference',
    'sagemaker-pipelines executions watch arn:aws:sagemaker:eu-west-1:111122223333:pipeline/batch/execution/abcdefghijkl',
  ],
  options: WATCH_FLAGS,
  operands: EXECUTION,
  async run(args, context, [word]): Promise<Answer> {
    const place = placeOf(args, word, context);
    if (isOfStepFunctions(word)) {
      const machineRun = await machineExecutionArn(word, place);
      const { watchMachineAgain } = await import('../../run/step-functions/executions.ts');
      const run = (world: World) => watchMachineAgain(machineRun, place, watchOptions(args), world);
      return await showRun(run, { notes: [], diagnostics: [] }, args, context);
    }
    const { withConnection } = await import('../../run/sagemaker/executions.ts');
    const arn = await withConnection(place, (connection) => executionArn(word, connection, context));
    return await watch(arn, place, args, context);
  },
});

/** Runs an execution again. */
export const retryExecutionOf = defineCommand({
  name: 'sagemaker-pipelines executions retry',
  summary: 'Runs what failed or was stopped in an execution again, with the definition and the parameters it had.',
  examples: [
    'sagemaker-pipelines executions retry batch_inference',
    'sagemaker-pipelines executions retry arn:aws:sagemaker:eu-west-1:111122223333:pipeline/batch/execution/abcdefghijkl',
  ],
  options: { ...WATCH_FLAGS, wait: { type: 'flag', describe: 'Stay until the run has ended [yes]' } },
  operands: EXECUTION,
  async run(args, context, [word]): Promise<Answer> {
    const place = placeOf(args, word, context);
    if (isOfStepFunctions(word)) throw noRetry(word);
    const { retryExecution, withConnection } = await import('../../run/sagemaker/executions.ts');
    const arn = await withConnection(place, async (connection) => {
      const found = await executionArn(word, connection, context);
      await retryExecution(found, connection, quietWorld(context));
      return found;
    });
    if (args.wait === false) {
      return { text: `${arn}\n`, data: { run: arn, state: 'running' }, notes: [], diagnostics: [] };
    }
    return await watch(arn, place, args, context);
  },
});

/** https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html */
function noRetry(word: string): PipelineError {
  const execution = word.includes(':execution:') ? word : 'ARN';
  return new PipelineError('usage', 'no-retry', 'Executions on Step Functions are not retried from here', {
    detail: 'Step Functions itself goes on from the state that failed, within 14 days',
    fix: `aws stepfunctions redrive-execution --execution-arn ${execution}, or run all of it again: run-pipeline --on step-functions`,
  });
}

async function watch(
  arn: string,
  place: Place,
  args: Arguments<typeof WATCH_FLAGS>,
  context: Context,
): Promise<Answer> {
  const { watchAgain } = await import('../../run/sagemaker/executions.ts');
  const run = (world: World) => watchAgain(arn, place, watchOptions(args), world);
  const rerun = () => `sagemaker-pipelines executions retry ${arn}`;
  return await showRun(run, { notes: [], diagnostics: [] }, args, context, { rerun });
}
