import { type Answer, defineCommand } from '../command.ts';
import {
  EXECUTION,
  PLACE_FLAGS,
  executionArn,
  isOfStepFunctions,
  machineExecutionArn,
  placeOf,
  quietWorld,
} from './place.ts';

/** Stops an execution. */
export const stopExecutionOf = defineCommand({
  name: 'sagemaker-pipelines executions stop',
  summary: 'Stops an execution and the jobs of its steps; one that has ended stays as it is.',
  examples: [
    'sagemaker-pipelines executions stop batch_inference',
    'sagemaker-pipelines executions stop arn:aws:sagemaker:eu-west-1:111122223333:pipeline/batch/execution/abcdefghijkl',
  ],
  options: PLACE_FLAGS,
  operands: EXECUTION,
  async run(args, context, [word]): Promise<Answer> {
    const place = placeOf(args, word, context);
    if (isOfStepFunctions(word)) {
      const { stopMachineExecution } = await import('../../run/step-functions/executions.ts');
      const arn = await machineExecutionArn(word, place);
      const state = await stopMachineExecution(arn, place);
      return { text: `${arn}\n`, data: { run: arn, state }, notes: [`${state}: ${arn}`], diagnostics: [] };
    }
    const world = quietWorld(context);
    const { describeExecution, stop, withConnection } = await import('../../run/sagemaker/executions.ts');
    const { arn, state } = await withConnection(place, async (connection) => {
      const found = await executionArn(word, connection, context);
      await stop(found, connection, world);
      return await describeExecution(found, connection, context);
    });
    return { text: `${arn}\n`, data: { run: arn, state }, notes: [`${state}: ${arn}`], diagnostics: [] };
  },
});
