import { awsFault } from '../../aws/failure.ts';
import type { PipelineDocument } from '../../definition/document.ts';
import { parse } from '../../definition/parse.ts';
import { diffDocuments } from '../../emit/diff.ts';
import { anotherDefinition } from '../another-definition.ts';
import type { World } from '../runner.ts';
import { sayTo } from '../say.ts';
import type { Connection } from './connect.ts';
import { type Deployment, findPipeline } from './deployment.ts';
import { stopExecution } from './watch.ts';

/**
 * Ends in an error when an execution is of somebody else's definition. A start takes what the pipeline has at that moment,
 * which is another thing than what was looked at, or written, a moment before; only a start that names a version cannot err.
 */
export async function requireOwnDefinition(
  arn: string,
  { name, definition }: Deployment,
  isOld: boolean,
  connection: Connection,
  world: World,
): Promise<void> {
  const say = sayTo(world);
  const request = { PipelineExecutionArn: arn };
  let text: string | undefined;
  try {
    ({ PipelineDefinition: text } = await connection.sagemaker.describePipelineDefinitionForExecution(request));
  } catch (error) {
    // The run goes on all the same: that nobody may look is no sign that anything is wrong.
    if (awsFault(error) === undefined) throw error;
    const why = error instanceof Error ? error.name : '';
    return say({ type: 'progress', message: `whether the run is of this definition could not be looked at (${why})` });
  }
  if (text === undefined || isSame(parse(text).document, definition)) return;
  const now = isOld ? undefined : await findPipeline(name, connection);
  if (!isOld && isSame(now?.definition, definition)) {
    // Nobody has changed the pipeline: what differs is the service's doing, or is put right already.
    const message = `The definition of ${arn} reads otherwise than the one that is deployed`;
    return say({ type: 'diagnostic', diagnostic: { code: 'another-definition', severity: 'warning', message } });
  }
  throw await anotherDefinition({ name, arn, isOld, stop: () => stopExecution(arn, connection, world) });
}

function isSame(one: PipelineDocument | undefined, other: PipelineDocument): boolean {
  return one !== undefined && diffDocuments(one, other).length === 0;
}
