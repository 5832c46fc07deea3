import type { DescribeExecutionOutput, HistoryEvent } from '@aws-sdk/client-sfn';
import type { PipelineDocument } from '../../definition/document.ts';
import type { RunState } from '../../definition/events.ts';
import { graphOf } from '../../definition/graph.ts';
import { type LogFollower, followLogs } from '../log-follow.ts';
import { logTail } from '../log-tail.ts';
import type { RunResult, World } from '../runner.ts';
import { sayTo } from '../say.ts';
import { type Found, type WatchOptions, waitForEnd } from '../wait-for-end.ts';
import { type Connection, explainRefusal } from './connect.ts';
import { readEvaluations } from './evaluations.ts';
import { type Told, readHistory, reasonOf } from './history.ts';

/** Looks after which nobody waits any longer for the last events of an execution that has ended. */
const LATE_LOOKS = 5;

/** Looks at an execution until it has ended, or until nobody wants to wait any longer, and tells what has changed. */
export async function watchExecution(
  arn: string,
  document: PipelineDocument,
  options: WatchOptions,
  connect: () => Connection,
  world: World,
): Promise<RunResult> {
  const say = sayTo(world);
  const steps = graphOf(document).steps;
  const reader = readHistory(document);
  const pages = readPages(arn);
  const tellLine = (step: string, line: string): void => say({ type: 'log', step, stream: 'stdout', line });
  let follower: LogFollower | undefined;
  let hasFailed = false;
  let lateLooks = 0;

  const tell = async ({ happening, of }: Told, connection: Connection): Promise<void> => {
    if (happening.type !== 'step-ended' || of === undefined) return say(happening);
    await follower?.follow(of);
    if (happening.state === 'failed') {
      hasFailed = true;
      const tail = of.resource === undefined ? [] : await logTail(of.resource, of.since, connection);
      return say({ ...happening, ...(tail.length === 0 ? {} : { tail }) });
    }
    if (happening.state !== 'succeeded') return say(happening);
    const { facts, unread } = await readEvaluations(steps.get(of.name)!.step, happening, connection);
    for (const message of unread) say({ type: 'progress', step: of.name, message });
    say({ ...happening, facts: { ...happening.facts, ...facts } });
  };

  const look = async (connection: Connection, isStopping: boolean): Promise<Found> => {
    if (options.logs) follower ??= followLogs(connection, tellLine);
    // In this order: what an execution that has ended says of itself is all there is.
    const execution = await connection.stepFunctions.describeExecution({ executionArn: arn });
    const events = await pages.next(connection);
    for (const event of events) for (const told of reader.read(event)) await tell(told, connection);
    for (const step of reader.running()) await follower?.follow(step);
    const ended = stateOf(execution);
    // The history may come later than the state.
    if (ended === undefined || !(pages.isComplete() || lateLooks++ >= LATE_LOOKS)) {
      return { state: isStopping ? 'stopping' : 'running', isNew: events.length > 0, isOver: false };
    }
    const cause = ended === 'failed' ? reasonOf(execution.error, execution.cause) : undefined;
    for (const told of reader.rest(ended, execution.cause ?? cause)) await tell(told, connection);
    // A failed step has said already what is only repeated here.
    const reason = cause === undefined || hasFailed ? {} : { reason: cause };
    say({ type: 'run-ended', state: ended, seconds: secondsOf(execution, world), ...reason, outputs: [] });
    return { state: ended, isNew: true, isOver: true };
  };
  const stop = async ({ stepFunctions }: Connection): Promise<void> => {
    await stepFunctions.stopExecution({ executionArn: arn, cause: 'stopped by who started it' });
  };
  try {
    return await waitForEnd({ arn, connect, look, stop, explain: explainRefusal }, options, world);
  } finally {
    follower?.close();
  }
}

/**
 * How an execution has ended; undefined while it runs.
 *
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html
 */
export function stateOf({ status }: DescribeExecutionOutput): Exclude<RunState, 'running' | 'stopping'> | undefined {
  switch (status) {
    case 'SUCCEEDED':
      return 'succeeded';
    case 'FAILED':
    case 'TIMED_OUT':
      return 'failed';
    case 'ABORTED':
      return 'stopped';
    default:
      return undefined;
  }
}

function secondsOf({ startDate, stopDate }: DescribeExecutionOutput, world: World): number {
  const end = stopDate ?? world.now();
  return startDate === undefined ? 0 : Math.max(0, (+end - +startDate) / 1000);
}

/** The events of an execution, as far as there are any. */
export interface Pages {
  /** The events that were not there at the last look, in their order. */
  readonly next: (connection: Connection) => Promise<HistoryEvent[]>;
  /** Whether the last event of all was among them. */
  readonly isComplete: () => boolean;
}

const LAST = /^Execution(?:Succeeded|Failed|TimedOut|Aborted)$/;

/** Reads a history page by page; the page that was the last one is asked for again, as it has grown since. */
export function readPages(arn: string): Pages {
  let token: string | undefined;
  let lastId = 0;
  let isComplete = false;
  return {
    isComplete: () => isComplete,
    next: async ({ stepFunctions }) => {
      const found: HistoryEvent[] = [];
      const page = (nextToken: string | undefined) =>
        stepFunctions.getExecutionHistory({
          executionArn: arn,
          maxResults: 1000,
          includeExecutionData: true,
          ...(nextToken === undefined ? {} : { nextToken }),
        });
      for (let isLast = false; !isLast;) {
        const { events = [], nextToken } = await page(token).catch((error: unknown) => {
          // A token is good for a day, and a run may take longer: its history is read from the beginning then.
          if (token === undefined || !(error instanceof Error && error.name === 'InvalidToken')) throw error;
          token = undefined;
          return page(token);
        });
        found.push(...events.filter(({ id = 0 }) => id > lastId));
        lastId = Math.max(lastId, ...found.map(({ id = 0 }) => id));
        isLast = nextToken === undefined;
        token = nextToken ?? token;
      }
      isComplete ||= found.some(({ type = '' }) => LAST.test(type));
      return found;
    },
  };
}
