import type { DescribeExecutionOutput, ExecutionListItem } from '@aws-sdk/client-sfn';
import type { JsonObject, ParameterValue } from '../../definition/document.ts';
import { PipelineError } from '../../definition/error.ts';
import { maskSecrets } from '../../definition/secrets.ts';
import { consoleLinks } from '../console-links.ts';
import type { DescribedExecution, ListedExecution, StepReport } from '../described-execution.ts';
import type { Place } from '../place.ts';
import type { World } from '../runner.ts';
import { type Connection, asking, connect } from './connect.ts';
import { documentOf } from './executions.ts';
import { type BegunStep, type Told, readHistory, reasonOf } from './history.ts';
import { readPages, stateOf } from './watch.ts';

/** The most that AWS puts on a page. */
const PAGE = 1000;

/** The executions of a state machine, the newest first, as Step Functions lists them. */
export async function listMachineExecutions(machine: string, most: number, place: Place): Promise<ListedExecution[]> {
  return await connected(place, async ({ stepFunctions }) => {
    const found: ExecutionListItem[] = [];
    let next: string | undefined;
    do {
      const request = { stateMachineArn: machine, maxResults: Math.min(PAGE, most - found.length) };
      const page = await asking(
        `list the executions of ${machine}`,
        stepFunctions.listExecutions({ ...request, ...(next === undefined ? {} : { nextToken: next }) }),
      );
      found.push(...(page.executions ?? []));
      next = page.nextToken;
    } while (next !== undefined && found.length < most);
    return found.slice(0, most).map(listed);
  });
}

/** The newest execution of a state machine. */
export async function newestMachineExecution(machine: string, place: Place): Promise<string> {
  const [newest] = await listMachineExecutions(machine, 1, place);
  if (newest !== undefined) return newest.arn;
  throw new PipelineError('usage', 'no-execution', `The state machine ${machine} has no execution yet`, {
    fix: 'run-pipeline --on step-functions starts one',
  });
}

/** What Step Functions knows of an execution; its steps are read from its history. */
export async function describeMachineExecution(
  arn: string,
  place: Place,
  { now }: Pick<World, 'now'>,
): Promise<DescribedExecution> {
  return await connected(place, async (connection) => {
    const { stepFunctions } = connection;
    const doing = `look at ${arn}`;
    const execution = await asking(doing, stepFunctions.describeExecution({ executionArn: arn }));
    const machine = await asking(doing, stepFunctions.describeStateMachineForExecution({ executionArn: arn }));
    const document = documentOf(JSON.parse(machine.definition ?? '{}') as JsonObject);
    const reader = readHistory(document);
    const events = await asking(doing, readPages(arn).next(connection));
    const told = events.flatMap((event) => reader.read(event));
    const { error, cause } = execution;
    const ended = stateOf(execution);
    const reason = ended === 'failed' ? reasonOf(error, cause) : undefined;
    const running = ended === undefined ? reader.running().map((step) => runningStep(step, now())) : [];
    if (ended !== undefined) told.push(...reader.rest(ended, cause ?? reason));
    return {
      ...listed(execution),
      reason,
      pipeline: machine.name ?? '',
      ended: execution.stopDate,
      parameters: maskSecrets(parametersOf(execution)),
      steps: [...told.flatMap(endedStep), ...running],
    };
  });
}

async function connected<T>(place: Place, use: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = connect(place);
  try {
    return await use(connection);
  } finally {
    connection.close();
  }
}

function listed(execution: ExecutionListItem | DescribeExecutionOutput): ListedExecution {
  const { executionArn: arn, startDate: started, name: displayName } = execution;
  const state = stateOf(execution) ?? 'running';
  return { arn: arn!, state, started, displayName, description: undefined, reason: undefined };
}

function parametersOf({ input }: DescribeExecutionOutput): Record<string, ParameterValue> {
  return input === undefined ? {} : (JSON.parse(input) as Record<string, ParameterValue>);
}

function runningStep({ name, attempt, resource, since: started }: BegunStep, now: Date): StepReport {
  const links = resource === undefined ? [] : consoleLinks(resource);
  const seconds = secondsBetween(started, now);
  return {
    name,
    state: 'running',
    attempt: Math.max(1, attempt),
    seconds,
    started,
    reason: undefined,
    resource,
    links,
    facts: {},
  };
}

function endedStep({ happening, of }: Told): StepReport[] {
  if (happening.type !== 'step-ended') return [];
  const { step: name, state, seconds, reason, links, facts } = happening;
  const { attempt = 1, since: started, resource } = of ?? {};
  return [{ name, state, attempt, seconds, started, reason, resource, links, facts }];
}

function secondsBetween(start: Date | undefined, end: Date): number {
  return start === undefined ? 0 : Math.max(0, (+end - +start) / 1000);
}
