import { createRequire } from 'node:module';
import type * as LogsSdk from '@aws-sdk/client-cloudwatch-logs';
import type { StepState } from '../definition/events.ts';
import { type Resource, logPlace } from './console-links.ts';
import type { Place } from './place.ts';

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

/** How many pages of a stream are read at one look; a job that writes more is caught up with at the next. */
const PAGES = 10;

const load = createRequire(import.meta.url);

/** Follows the logs of an execution's jobs; CloudWatch is asked only while a step runs and once when it has ended. */
export function followLogs(place: Place, tell: (step: string, line: string) => void): LogFollower {
  const positions = new Map<string, string>();
  const done = new Set<string>();
  let logs: LogsSdk.CloudWatchLogs | undefined;
  const open = (): LogsSdk.CloudWatchLogs => {
    const { CloudWatchLogs } = load('@aws-sdk/client-cloudwatch-logs') as typeof LogsSdk;
    const { region, profile } = place;
    return new CloudWatchLogs({ region, ...(profile === undefined ? {} : { profile }) });
  };
  const readStream = async (step: string, logGroupName: string, logStreamName: string): Promise<void> => {
    const id = `${logGroupName} ${logStreamName}`;
    for (let page = 0; page < PAGES; page++) {
      const nextToken = positions.get(id);
      const { events = [], nextForwardToken: next } = await logs!.getLogEvents({
        logGroupName,
        logStreamName,
        startFromHead: true,
        ...(nextToken === undefined ? {} : { nextToken }),
      });
      for (const { message = '' } of events) tell(step, message.trimEnd());
      // At the end AWS gives the token that it was given.
      if (next === undefined || next === nextToken) return;
      positions.set(id, next);
      if (events.length === 0) return;
    }
  };
  return {
    follow: async ({ name, attempt, state, resource }) => {
      const key = `${name} ${attempt}`;
      const where = resource === undefined ? undefined : logPlace(resource);
      // The streams of a function belong to all its callers.
      if (where === undefined || where.prefix === '' || done.has(key)) return;
      if (state !== 'running') done.add(key);
      logs ??= open();
      try {
        const request = { logGroupName: where.group, logStreamNamePrefix: where.prefix };
        const { logStreams = [] } = await logs.describeLogStreams(request);
        for (const { logStreamName: stream = '' } of logStreams) await readStream(name, where.group, stream);
      } catch {
        // A job that has written nothing has no stream yet; and a log that may not be read must not end the run.
      }
    },
    close: () => logs?.destroy(),
  };
}
