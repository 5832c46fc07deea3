import type { ListedExecution } from '../../run/described-execution.ts';
import type { Place } from '../../run/place.ts';
import { type Answer, defineCommand } from '../command.ts';
import { numberOf } from '../number-flag.ts';
import { tableText } from '../render/table.ts';
import { PLACE_FLAGS, isOfStepFunctions, machineArn, pipelineName, placeOf } from './place.ts';

/** Lists the executions of a pipeline. */
export const listExecutionsOf = defineCommand({
  name: 'sagemaker-pipelines executions list',
  summary: 'Lists the executions of a pipeline, the newest first.',
  examples: ['sagemaker-pipelines executions list batch_inference', 'sagemaker-pipelines executions list --limit 50'],
  options: { ...PLACE_FLAGS, limit: { type: 'text', describe: 'How many at most [20]' } },
  operands: { name: 'a pipeline, or the ARN of a state machine', least: 0, most: 1 },
  async run(args, context, [word]): Promise<Answer> {
    const limit = numberOf(args.limit, '--limit', /^[1-9]\d{0,4}$/, 'a whole number from 1') ?? 20;
    const place = placeOf(args, word, context);
    const isMachine = isOfStepFunctions(word);
    const pipeline = isMachine ? machineArn(word) : await pipelineName(word, place.region, context);
    const found = isMachine
      ? await listOfMachine(pipeline, limit, place)
      : await listOfPipeline(pipeline, limit, place);
    const rows = found.map(({ state, started, displayName, description, reason, arn }) => [
      timeText(started),
      state,
      arn,
      displayName ?? '',
      reason ?? description ?? '',
    ]);
    return {
      text: tableText(rows),
      data: {
        pipeline,
        region: place.region,
        executions: found.map(({ started, displayName, description, reason, ...rest }) => ({
          ...rest,
          started: started?.toISOString() ?? null,
          displayName: displayName ?? null,
          description: description ?? null,
          reason: reason ?? null,
        })),
      },
      notes: found.length === 0 ? [`note: ${isMachine ? '' : 'the pipeline '}${pipeline} has no executions`] : [],
      diagnostics: [],
    };
  },
});

async function listOfPipeline(pipeline: string, most: number, place: Place): Promise<ListedExecution[]> {
  const { listExecutions, withConnection } = await import('../../run/sagemaker/executions.ts');
  return await withConnection(place, (connection) => listExecutions(pipeline, most, connection));
}

async function listOfMachine(machine: string, most: number, place: Place): Promise<ListedExecution[]> {
  const { listMachineExecutions } = await import('../../run/step-functions/describe.ts');
  return await listMachineExecutions(machine, most, place);
}

/** A time as a list shows it: UTC, to the second. */
export function timeText(time: Date | undefined): string {
  return time === undefined ? '' : time.toISOString().replace('T', ' ').replace(/\.\d+/, '');
}
