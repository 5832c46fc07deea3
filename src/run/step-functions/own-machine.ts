import { isDeepStrictEqual } from 'node:util';
import { awsFault } from '../../aws/failure.ts';
import { anotherDefinition } from '../another-definition.ts';
import type { World } from '../runner.ts';
import { sayTo } from '../say.ts';
import type { Connection } from './connect.ts';
import type { MachineDeployment } from './deployment.ts';

/**
 * Ends in an error when an execution is of somebody else's machine: a start takes what the machine is at that moment, and
 * after an update for "a few seconds" what it was:
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateStateMachine.html
 */
export async function requireOwnMachine(
  arn: string,
  { name, machine }: MachineDeployment,
  isOld: boolean,
  { stepFunctions }: Connection,
  world: World,
): Promise<void> {
  if (machine === undefined) return;
  let text: string | undefined;
  try {
    ({ definition: text } = await stepFunctions.describeStateMachineForExecution({ executionArn: arn }));
  } catch (error) {
    // The run goes on all the same: that nobody may look is no sign that anything is wrong.
    if (awsFault(error) === undefined) throw error;
    const why = error instanceof Error ? error.name : '';
    const message = `whether the run is of this machine could not be looked at (${why})`;
    return sayTo(world)({ type: 'progress', message });
  }
  if (text === undefined || isDeepStrictEqual(JSON.parse(text), JSON.parse(JSON.stringify(machine)))) return;
  const stop = async (): Promise<void> => {
    await stepFunctions.stopExecution({ executionArn: arn, cause: 'it is of another definition than the one meant' });
  };
  throw await anotherDefinition({ name, arn, isOld, stop });
}
