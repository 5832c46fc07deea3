import { describeStreams, getEvents } from './cloudwatch-logs.ts';
import { type Body, type Call, type Handler, Refusal, startJsonService } from './json-service.ts';
import { type Outcome, type StatePlan, type Walk, type WalkedJob, walkMachine } from './machine-walk.ts';

/*
 * What this fake is: executions of state machines, and as much of CloudWatch Logs as a run asks for, over HTTP in AWS's JSON
 * protocol. The machines themselves, their stacks, S3 and all else are an upstream's (moto's): it keeps and describes machines,
 * and runs no task that waits for a job.
 *
 * Start      An execution is named by who starts it. The same name with the same input, while it runs, is the same execution;
 *            with another input, or after its end, it is ExecutionAlreadyExists. The definition is the machine's of that moment.
 * Time       Stands still but for DescribeExecution: each look at a running execution finds it ten seconds later and as far as
 *            its tasks are. A task that waits (`.sync`) is found running as often as its plan says, once unless told.
 * States     Pass, Task, Choice, Parallel, Wait, Fail, Succeed in the order of the machine. Branches of a Parallel state go on
 *            side by side; when one fails, so does the state. Retry: the first retrier counts for every error. Catch: the first
 *            catcher takes every error. A Choice follows its plan: its first rule, or its default.
 * Data       Of the data, the parameters with their defaults and what tasks gave back. Nothing else is computed; the name of a
 *            job is, from what its name begins with.
 * Tasks      A job gives back its description: where its results are, of a training job one metric as well. A job that failed
 *            is the cause of its task as JSON, with FailureReason in it.
 * History    The events and their details as the service names them, each with the one before it: in pages of four whatever
 *            maxResults says, with a token for more, and the last event of all one look later than the state that it tells of.
 * Lists      The executions of a machine, the newest first, in pages of two whatever maxResults says.
 * Stop       ABORTED at once, with ExecutionAborted in the history.
 * Logs       A job has one stream `<job>/algo-1-1700000000`.
 * Expiry     `expire` refuses everything as an expired token does, `renew` ends that.
 */
export interface FakeStepFunctions {
  readonly endpoint: string;
  readonly calls: readonly Call[];
  /** Every operation of Step Functions that was asked for. */
  readonly operations: () => string[];
  readonly executions: ReadonlyMap<string, MachineExecution>;
  /** What states do, by name; may change while they run. */
  readonly plans: Record<string, StatePlan>;
  readonly expire: () => void;
  readonly renew: () => void;
  readonly stop: () => Promise<void>;
}

/** An execution as the fake keeps it. */
export interface MachineExecution {
  readonly arn: string;
  readonly machine: string;
  readonly definition: string;
  readonly input: string;
  readonly events: Body[];
  readonly jobs: WalkedJob[];
  readonly start: number;
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';
  stop: number | undefined;
  error: string | undefined;
  cause: string | undefined;
  looksAfterEnd: number;
  walking: Generator<'look', Outcome>;
}

const EPOCH = 1_700_000_000;
const PAGE = 4;
const LISTED = 2;
const PREFIX = 'AWSStepFunctions.';

/** Starts the fake on a free loopback port, before an upstream that keeps the machines. */
export async function startStepFunctions(upstream: string): Promise<FakeStepFunctions> {
  const executions = new Map<string, MachineExecution>();
  const plans: Record<string, StatePlan> = {};
  let now = EPOCH;
  let expired = false;

  const executionOf = (input: Body): MachineExecution => {
    const found = executions.get(String(input['executionArn']));
    if (found !== undefined) return found;
    throw new Refusal('ExecutionDoesNotExist', `Execution Does Not Exist: '${String(input['executionArn'])}'`);
  };

  const emitTo =
    (events: Body[]): Walk['emit'] =>
    (type, previousEventId, details = {}) =>
      events.push({ id: events.length + 1, previousEventId, timestamp: now, type, ...details });

  const end = (execution: MachineExecution, status: MachineExecution['status'], details: Body, last: number): void => {
    Object.assign(execution, { status, stop: now });
    const type = `Execution${status[0]}${status.slice(1).toLowerCase()}`;
    emitTo(execution.events)(type, last, details);
  };

  const advance = (execution: MachineExecution): void => {
    const step = execution.walking.next();
    if (step.done !== true) return;
    const { value: outcome } = step;
    if (outcome.state === 'succeeded') {
      const output = JSON.stringify(outcome.data);
      return end(execution, 'SUCCEEDED', { executionSucceededEventDetails: { output } }, outcome.last);
    }
    const { error, cause } = outcome;
    Object.assign(execution, { error, cause });
    end(execution, 'FAILED', { executionFailedEventDetails: { error, cause } }, outcome.last);
  };

  const start: Handler = async (input, { headers }) => {
    const machine = String(input['stateMachineArn']);
    const arn = `${machine.replace(':stateMachine:', ':execution:')}:${String(input['name'])}`;
    const text = typeof input['input'] === 'string' ? input['input'] : '{}';
    const known = executions.get(arn);
    if (known?.status === 'RUNNING' && known.input === text) return { executionArn: arn, startDate: known.start };
    if (known !== undefined) throw new Refusal('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
    const { definition } = await describeMachine(upstream, machine, headers.authorization);
    const events: Body[] = [];
    const jobs: WalkedJob[] = [];
    const emit = emitTo(events);
    emit('ExecutionStarted', 0, { executionStartedEventDetails: { input: text } });
    const walk = { emit, plans, now: () => now, jobs };
    executions.set(arn, {
      arn,
      machine,
      definition,
      input: text,
      events,
      jobs,
      start: now,
      status: 'RUNNING',
      stop: undefined,
      error: undefined,
      cause: undefined,
      looksAfterEnd: 0,
      walking: walkMachine(JSON.parse(definition) as Body, JSON.parse(text) as Body, walk, 0),
    });
    return { executionArn: arn, startDate: now };
  };

  const handlers: Record<string, Handler> = {
    StartExecution: start,
    DescribeExecution: (input) => {
      const execution = executionOf(input);
      now += 10;
      if (execution.status === 'RUNNING') advance(execution);
      else execution.looksAfterEnd += 1;
      const { arn, machine, status, stop, error, cause } = execution;
      const name = arn.slice(arn.lastIndexOf(':') + 1);
      return {
        executionArn: arn,
        stateMachineArn: machine,
        name,
        status,
        startDate: execution.start,
        stopDate: stop,
        input: execution.input,
        error,
        cause,
      };
    },
    DescribeStateMachineForExecution: (input) => {
      const { machine, definition } = executionOf(input);
      return { stateMachineArn: machine, name: machine.slice(machine.lastIndexOf(':') + 1), definition };
    },
    GetExecutionHistory: (input) => {
      const { events, status, looksAfterEnd } = executionOf(input);
      const isLate = status !== 'RUNNING' && looksAfterEnd === 0;
      const there = isLate ? events.slice(0, -1) : events;
      const from = Number(input['nextToken'] ?? 0);
      const to = from + PAGE;
      return { events: there.slice(from, to), nextToken: to < there.length ? String(to) : undefined };
    },
    ListExecutions: (input) => {
      const of = [...executions.values()].filter(({ machine }) => machine === input['stateMachineArn']).toReversed();
      const from = Number(input['nextToken'] ?? 0);
      const to = from + Math.min(LISTED, Number(input['maxResults'] ?? LISTED));
      const page = of.slice(from, to).map(({ arn, machine, status, start: startDate, stop: stopDate }) => {
        const name = arn.slice(arn.lastIndexOf(':') + 1);
        return { executionArn: arn, stateMachineArn: machine, name, status, startDate, stopDate };
      });
      return { executions: page, nextToken: to < of.length ? String(to) : undefined };
    },
    StopExecution: (input) => {
      const execution = executionOf(input);
      if (execution.status === 'RUNNING') {
        const cause = input['cause'];
        end(execution, 'ABORTED', { executionAbortedEventDetails: { cause } }, execution.events.length);
        execution.cause = cause as string | undefined;
      }
      return { stopDate: now };
    },
  };
  const logged = () => [...executions.values()].map(({ jobs }) => ({ steps: jobs }));
  const all: Record<string, Handler> = {
    ...Object.fromEntries(Object.entries(handlers).map(([name, handler]) => [PREFIX + name, handler])),
    'Logs_20140328.DescribeLogStreams': (input) => describeStreams(input, logged(), plans),
    'Logs_20140328.GetLogEvents': (input) => getEvents(input, logged(), plans),
  };
  const service = await startJsonService(
    Object.fromEntries(
      Object.entries(all).map(([operation, handler]): [string, Handler] => [
        operation,
        (input, request) => {
          if (!expired) return handler(input, request);
          throw new Refusal('ExpiredTokenException', 'The security token included in the request is expired');
        },
      ]),
    ),
    upstream,
  );
  return {
    endpoint: service.endpoint,
    calls: service.calls,
    operations: () =>
      service.calls.flatMap(({ operation }) => (operation.startsWith(PREFIX) ? [operation.slice(PREFIX.length)] : [])),
    executions,
    plans,
    expire: () => void (expired = true),
    renew: () => void (expired = false),
    stop: service.stop,
  };
}

async function describeMachine(
  upstream: string,
  stateMachineArn: string,
  authorization: string | undefined,
): Promise<{ readonly definition: string }> {
  const answer = await fetch(upstream, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `${PREFIX}DescribeStateMachine`,
      ...(authorization === undefined ? {} : { authorization }),
    },
    body: JSON.stringify({ stateMachineArn }),
  });
  const body = (await answer.json()) as { readonly definition: string };
  if (answer.ok) return body;
  throw new Refusal('StateMachineDoesNotExist', JSON.stringify(body));
}
