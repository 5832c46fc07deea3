import { createRequire } from 'node:module';
import type * as LogsSdk from '@aws-sdk/client-cloudwatch-logs';
import { awsFault, isPassing } from '../aws/failure.ts';
import type { StepState } from '../definition/events.ts';
import { type LogPlace, type Resource, logPlace } from './console-links.ts';
import { type Place, clientSettings } from './place.ts';

/** A step whose log may be followed. */
export interface LoggedStep {
  readonly name: string;
  readonly attempt: number;
  readonly state: StepState;
  readonly resource: Resource | undefined;
}

/** Tells what steps write to their logs. */
export interface LogFollower {
  /** Tells what is new since the last time; what cannot be read is asked for again the next time. */
  readonly follow: (step: LoggedStep) => Promise<void>;
  readonly close: () => void;
}

/** How many pages of a stream are read at one look while its job runs; what is more is caught up with at the next. */
const PAGES = 10;
/** What a job that has ended wrote is read to its end; CloudWatch gives at most 1 MB a page. */
const MOST_PAGES = 10_000;

const load = createRequire(import.meta.url);

/** Follows the logs of an execution's jobs; CloudWatch is asked only while a step runs and once when it has ended. */
export function followLogs(place: Place, tell: (step: string, line: string) => void): LogFollower {
  const positions = new Map<string, string>();
  const done = new Set<string>();
  let logs: LogsSdk.CloudWatchLogs | undefined;
  const open = (): LogsSdk.CloudWatchLogs => {
    const { CloudWatchLogs } = load('@aws-sdk/client-cloudwatch-logs') as typeof LogsSdk;
    return new CloudWatchLogs(clientSettings(place));
  };
  const close = (): void => {
    logs?.destroy();
    logs = undefined;
  };
  const readStream = async (client: LogsSdk.CloudWatchLogs, step: string, stream: Stream, most: number) => {
    const id = `${stream.logGroupName} ${stream.logStreamName}`;
    for (let page = 0; page < most; page++) {
      const nextToken = positions.get(id);
      const { events = [], nextForwardToken: next } = await client.getLogEvents({
        ...stream,
        startFromHead: true,
        ...(nextToken === undefined ? {} : { nextToken }),
      });
      for (const { message = '' } of events) tell(step, message.trimEnd());
      // At the end AWS gives the token that it was given; an empty page is not the end.
      if (next === undefined || next === nextToken) return;
      positions.set(id, next);
    }
  };
  return {
    follow: async ({ name, attempt, state, resource }) => {
      const key = `${name} ${attempt}`;
      const where = resource === undefined ? undefined : logPlace(resource);
      // The streams of a function belong to all its callers.
      if (where === undefined || where.prefix === '' || done.has(key)) return;
      const isOver = state !== 'running';
      try {
        const client = (logs ??= open());
        for await (const stream of streamsOf(client, where)) {
          await readStream(client, name, stream, isOver ? MOST_PAGES : PAGES);
        }
      } catch (error) {
        // A job that has written nothing has no stream yet; and a log that may not be read must not end the run.
        if (isPassing(error)) return;
        // The run goes on with whoever logs in again, and so do its logs.
        if (awsFault(error)?.startsWith('credentials-') === true) return close();
      }
      if (isOver) done.add(key);
    },
    close,
  };
}

interface Stream {
  readonly logGroupName: string;
  readonly logStreamName: string;
}

/** Every instance of a job has a stream of its own, and a page has 50 of them. */
async function* streamsOf(logs: LogsSdk.CloudWatchLogs, { group, prefix }: LogPlace): AsyncGenerator<Stream> {
  let nextToken: string | undefined;
  do {
    const page = await logs.describeLogStreams({
      logGroupName: group,
      logStreamNamePrefix: prefix,
      ...(nextToken === undefined ? {} : { nextToken }),
    });
    for (const { logStreamName } of page.logStreams ?? []) {
      if (logStreamName !== undefined) yield { logGroupName: group, logStreamName };
    }
    ({ nextToken } = page);
  } while (nextToken !== undefined);
}
