import { createRequire } from 'node:module';
import type * as LogsSdk from '@aws-sdk/client-cloudwatch-logs';
import { type LogPlace, type Resource, logPlace } from './console-links.ts';
import { type Place, clientSettings } from './place.ts';

const LINES = 20;
/** A job of many instances has as many streams; the last words are in the streams that were written to last. */
const STREAMS = 5;
/** A tuning job's training jobs have a stream each; beyond these pages nobody looks. */
const PAGES = 20;

const load = createRequire(import.meta.url);

/** The last lines that a job wrote to its log; none when it wrote none, or when they may not be read. */
export async function logTail(resource: Resource, since: Date | undefined, place: Place): Promise<string[]> {
  const where = logPlace(resource);
  if (where === undefined) return [];
  const { CloudWatchLogs } = load('@aws-sdk/client-cloudwatch-logs') as typeof LogsSdk;
  const logs = new CloudWatchLogs(clientSettings(place));
  try {
    const events: LogsSdk.OutputLogEvent[] = [];
    for (const { logStreamName: stream } of await lastStreams(logs, where, since)) {
      const { events: last = [] } = await logs.getLogEvents({
        logGroupName: where.group,
        logStreamName: stream!,
        limit: LINES,
        startFromHead: false,
      });
      events.push(...last);
    }
    const inOrder = events.toSorted((one, other) => (one.timestamp ?? 0) - (other.timestamp ?? 0));
    return inOrder.slice(-LINES).map(({ message = '' }) => message.trimEnd());
  } catch {
    // The step failed, and that is what has to be said: its log may be out of our reach.
    return [];
  } finally {
    logs.destroy();
  }
}

async function lastStreams(
  logs: LogsSdk.CloudWatchLogs,
  { group, prefix }: LogPlace,
  since: Date | undefined,
): Promise<LogsSdk.LogStream[]> {
  const found: LogsSdk.LogStream[] = [];
  let next: string | undefined;
  for (let page = 0; page < PAGES; page++) {
    const answer = await logs.describeLogStreams({
      logGroupName: group,
      // AWS orders by time only streams that no prefix was asked of.
      ...(prefix === '' ? { orderBy: 'LastEventTime', descending: true } : { logStreamNamePrefix: prefix }),
      ...(next === undefined ? {} : { nextToken: next }),
    });
    found.push(...(answer.logStreams ?? []));
    next = answer.nextToken;
    if (next === undefined || prefix === '') break;
  }
  const from = since?.getTime() ?? 0;
  const written = found.filter(({ lastEventTimestamp: last = 0 }) => prefix !== '' || last >= from);
  // Batch Transform writes what it did with each file to a stream of its own, which says nothing of an error.
  const own = written.filter(({ logStreamName: name = '' }) => !name.endsWith('/data-log'));
  const latest = (own.length > 0 ? own : written).toSorted(
    (one, other) => (other.lastEventTimestamp ?? 0) - (one.lastEventTimestamp ?? 0),
  );
  return latest.slice(0, STREAMS);
}
