import type { DescribeExecutionOutput, HistoryEvent } from '@aws-sdk/client-sfn';
import { isPassing } from '../../aws/failure.ts';
import type { PipelineDocument } from '../../definition/document.ts';
import type { RunState } from '../../definition/events.ts';
import { graphOf } from '../../definition/graph.ts';
import { cutOff, left } from '../cut-off.ts';
import { followLogs } from '../log-follow.ts';
import { logTail } from '../log-tail.ts';
import { type WatchOptions, pauses, wishToLeave } from '../pauses.ts';
import type { RunResult, World } from '../runner.ts';
import { sayTo } from '../say.ts';
import { type Connection, explainRefusal, isAboutCredentials } from './connect.ts';
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
  const deadline = options.timeout === undefined ? Number.POSITIVE_INFINITY : +world.now() + options.timeout * 1000;
  const pause = pauses(options.poll);
  let connection = connect();
  const pages = readPages(arn);
  const follower = options.logs
    ? followLogs(connection, (step, line) => say({ type: 'log', step, stream: 'stdout', line }))
    : undefined;
  let state: RunState = 'running';
  let renewed = false;
  let stopping = false;
  let hasFailed = false;
  let lateLooks = 0;

  const tell = async ({ happening, of }: Told): Promise<void> => {
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

  try {
    for (;;) {
      const wish = stopping ? undefined : wishToLeave(deadline, world);
      try {
        if (wish !== undefined) {
          if (!options.stopOnInterrupt) return { run: arn, state, failure: left(arn, wish, waysOn(arn)) };
          await connection.stepFunctions.stopExecution({ executionArn: arn, cause: 'stopped by who started it' });
          stopping = true;
          say({ type: 'run-stopping', reason: wish === 'interrupted' ? 'interrupted' : 'the time is up' });
        }
        // In this order: what an execution that has ended says of itself is all there is.
        const execution = await connection.stepFunctions.describeExecution({ executionArn: arn });
        const events = await pages.next(connection);
        for (const event of events) for (const told of reader.read(event)) await tell(told);
        for (const step of reader.running()) await follower?.follow(step);
        pause.answered(events.length > 0);
        renewed = false;
        if (stopping) state = 'stopping';
        const ended = stateOf(execution);
        // The history may come later than the state.
        if (ended !== undefined && (pages.isComplete() || lateLooks++ >= LATE_LOOKS)) {
          const cause = ended === 'failed' ? reasonOf(execution.error, execution.cause) : undefined;
          for (const told of reader.rest(ended, execution.cause ?? cause)) await tell(told);
          // A failed step has said already what is only repeated here.
          const reason = cause === undefined || hasFailed ? {} : { reason: cause };
          say({ type: 'run-ended', state: ended, seconds: secondsOf(execution, world), ...reason, outputs: [] });
          return { run: arn, state: ended };
        }
      } catch (error) {
        if (isPassing(error)) {
          if (pause.refused()) say({ type: 'progress', message: `${wordsOf(error)}; looking again more slowly` });
        } else if (isAboutCredentials(error) && !renewed) {
          // Whoever logs in again while this waits has new ones in the same places.
          renewed = true;
          connection.close();
          connection = connect();
          continue;
        } else {
          const failure = cutOff(arn, explainRefusal(error, 'watch the run any longer'), watchIt(arn));
          return { run: arn, state, failure };
        }
      }
      // A wish that was told once must not cut every later pause short.
      const isWished = wishToLeave(deadline, world) !== undefined;
      const rest = isWished ? Number.POSITIVE_INFINITY : deadline - +world.now();
      await world.sleep(Math.min(pause.next(), rest), isWished ? undefined : world.interrupted);
    }
  } finally {
    follower?.close();
    connection.close();
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

interface Pages {
  /** The events that were not there at the last look, in their order. */
  readonly next: (connection: Connection) => Promise<HistoryEvent[]>;
  /** Whether the last event of all was among them. */
  readonly isComplete: () => boolean;
}

const LAST = /^Execution(?:Succeeded|Failed|TimedOut|Aborted)$/;

/** Reads a history page by page; the page that was the last one is asked for again, as it has grown since. */
function readPages(arn: string): Pages {
  let token: string | undefined;
  let lastId = 0;
  let isComplete = false;
  return {
    isComplete: () => isComplete,
    next: async ({ stepFunctions }) => {
      const found: HistoryEvent[] = [];
      for (let isLast = false; !isLast;) {
        const { events = [], nextToken } = await stepFunctions.getExecutionHistory({
          executionArn: arn,
          maxResults: 1000,
          includeExecutionData: true,
          ...(token === undefined ? {} : { nextToken: token }),
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

function waysOn(arn: string): string {
  return `${watchIt(arn)}, or … stop ${arn}`;
}

function watchIt(arn: string): string {
  return `sagemaker-pipelines executions watch ${arn}`;
}

function wordsOf(error: unknown): string {
  const explained = explainRefusal(error, 'look at the run');
  return explained instanceof Error ? explained.message : String(error);
}
