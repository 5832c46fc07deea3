import { type Answer, type Body, Refusal } from './json-service.ts';
import type { StepPlan, StepState } from './pipeline-executions.ts';

/** An execution whose jobs write logs. */
export interface LoggedExecution {
  readonly steps: readonly Pick<StepState, 'name' | 'type' | 'job' | 'start'>[];
}

type Logs = Readonly<Record<string, Pick<StepPlan, 'log'>>>;

const GROUPS: Readonly<Record<string, string>> = {
  Processing: '/aws/sagemaker/ProcessingJobs',
  Training: '/aws/sagemaker/TrainingJobs',
  Transform: '/aws/sagemaker/TransformJobs',
};

function* streamsOf(group: unknown, executions: Iterable<LoggedExecution>, plans: Logs) {
  for (const step of [...executions].flatMap(({ steps }) => steps)) {
    const log = plans[step.name]?.log;
    if (log === undefined || step.start === undefined || GROUPS[step.type] !== group) continue;
    yield { name: `${step.job}/algo-1-1700000000`, log, start: step.start * 1000 };
  }
}

/** DescribeLogStreams. */
export function describeStreams(input: Body, executions: Iterable<LoggedExecution>, plans: Logs): Answer {
  const all = [...streamsOf(input['logGroupName'], executions, plans)];
  if (all.length === 0) throw new Refusal('ResourceNotFoundException', 'The specified log group does not exist.');
  const prefix = String(input['logStreamNamePrefix']);
  const logStreams = all
    .filter(({ name }) => name.startsWith(prefix))
    .map(({ name, log, start }) => ({ logStreamName: name, lastEventTimestamp: start + log.length }));
  return { logStreams };
}

/** GetLogEvents. */
export function getEvents(input: Body, executions: Iterable<LoggedExecution>, plans: Logs): Answer {
  const stream = [...streamsOf(input['logGroupName'], executions, plans)].find(
    ({ name }) => name === input['logStreamName'],
  );
  if (stream === undefined) throw new Refusal('ResourceNotFoundException', 'The specified log stream does not exist.');
  const all = stream.log.map((message, index) => ({
    timestamp: stream.start + index,
    message,
    ingestionTime: stream.start,
  }));
  const limit = Number(input['limit'] ?? 10_000);
  const token = /^f\/(\d+)$/.exec((input['nextToken'] as string | undefined) ?? '')?.[1];
  const from = token === undefined ? 0 : Number(token);
  const isForward = input['startFromHead'] === true;
  const events = isForward ? all.slice(from, from + limit) : all.slice(-limit);
  const next = isForward ? from + events.length : all.length;
  return { events, nextForwardToken: `f/${next}`, nextBackwardToken: 'b/0' };
}
