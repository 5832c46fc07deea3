import type { DescribePipelineExecutionResponse, PipelineExecutionStep } from '@aws-sdk/client-sagemaker';
import type { AnnouncedStep, RunHappening, RunState } from '../../definition/events.ts';
import type { RunResult, World } from '../runner.ts';
import { sayTo } from '../say.ts';
import { type Found, type WatchOptions, waitForEnd } from '../wait-for-end.ts';
import { type Connection, explainRefusal } from './connect.ts';
import { titleOf } from '../console-links.ts';
import { jobOutcome } from './job-outcome.ts';
import { type LogFollower, followLogs } from '../log-follow.ts';
import { logTail } from '../log-tail.ts';
import type { StepReport } from '../described-execution.ts';
import { reportOf } from './step-report.ts';

/** Looks at an execution until it has ended, or until nobody wants to wait any longer, and tells what has changed. */
export async function watchExecution(
  arn: string,
  steps: readonly AnnouncedStep[],
  options: WatchOptions,
  connect: () => Connection,
  world: World,
): Promise<RunResult> {
  const say = sayTo(world);
  const teller = tellSteps(steps, say);
  const tellLine = (step: string, line: string): void => say({ type: 'log', step, stream: 'stdout', line });
  let follower: LogFollower | undefined;
  let before: RunState = 'running';
  const look = async (connection: Connection, isStopping: boolean): Promise<Found> => {
    if (options.logs) follower ??= followLogs(connection, tellLine);
    const seen = await lookAt(arn, connection, world);
    let isNew = false;
    for (const report of seen.steps) {
      const news = teller.tell(report);
      await follower?.follow(report);
      if (news === 'ended') await teller.tellEnd(report, connection);
      isNew ||= news !== undefined;
    }
    const state = stateOf(seen.execution);
    if (state === 'stopping' && before !== 'stopping' && !isStopping) {
      say({ type: 'run-stopping', reason: 'someone stopped the execution' });
    }
    before = state;
    const isOver = state !== 'running' && state !== 'stopping';
    if (isOver) {
      teller.tellRest(state);
      say({ type: 'run-ended', state, seconds: secondsOf(seen.execution, world), ...reasonOf(seen), outputs: [] });
    }
    return { state, isNew, isOver };
  };
  const stop = (connection: Connection): Promise<void> => stopExecution(arn, connection, world);
  try {
    return await waitForEnd({ arn, connect, look, stop, explain: explainRefusal }, options, world);
  } finally {
    follower?.close();
  }
}

/** Stops an execution; one that has ended in the meantime is left as it is. */
export async function stopExecution(arn: string, { sagemaker }: Connection, world: World): Promise<void> {
  try {
    await sagemaker.stopPipelineExecution({ PipelineExecutionArn: arn, ClientRequestToken: world.unique(64) });
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ConflictException')) throw error;
  }
}

/** An execution and its steps at one moment. */
export interface Look {
  readonly execution: DescribePipelineExecutionResponse;
  readonly steps: readonly StepReport[];
}

/** Asks after an execution and all its steps. What AWS refuses is thrown as it came. */
export async function lookAt(arn: string, { sagemaker }: Connection, world: Pick<World, 'now'>): Promise<Look> {
  const execution = await sagemaker.describePipelineExecution({ PipelineExecutionArn: arn });
  const found: PipelineExecutionStep[] = [];
  let next: string | undefined;
  do {
    const page = await sagemaker.listPipelineExecutionSteps({
      PipelineExecutionArn: arn,
      MaxResults: 100,
      SortOrder: 'Ascending',
      ...(next === undefined ? {} : { NextToken: next }),
    });
    found.push(...(page.PipelineExecutionSteps ?? []));
    next = page.NextToken;
  } while (next !== undefined && next !== '');
  const steps = found.flatMap((step) => reportOf(step, world.now()) ?? []);
  return { execution, steps };
}

/** An execution's state in the words of every runner. */
export function stateOf({ PipelineExecutionStatus: status }: DescribePipelineExecutionResponse): RunState {
  switch (status) {
    case 'Succeeded':
      return 'succeeded';
    case 'Failed':
      return 'failed';
    case 'Stopped':
      return 'stopped';
    case 'Stopping':
      return 'stopping';
    default:
      return 'running';
  }
}

function secondsOf({ CreationTime: created, LastModifiedTime: modified }: Look['execution'], world: World): number {
  const end = modified ?? world.now();
  return created === undefined ? 0 : Math.max(0, (+end - +created) / 1000);
}

function reasonOf({ execution, steps }: Look): { reason?: string } {
  // A failed step has said already what AWS only sums up here.
  if (execution.FailureReason === undefined || steps.some(({ state }) => state === 'failed')) return {};
  return { reason: execution.FailureReason };
}

interface StepTeller {
  /** Says that a step has begun; what is new of it, if anything is. */
  readonly tell: (report: StepReport) => 'begun' | 'ended' | undefined;
  /** Says that a step has ended, and of one that failed the end of its log. */
  readonly tellEnd: (report: StepReport, connection: Connection) => Promise<void>;
  /** What is to be said of steps that never began. */
  readonly tellRest: (state: RunState) => void;
}

/** Remembers what was said of each step, and says what is new. */
function tellSteps(announced: readonly AnnouncedStep[], say: (happening: RunHappening) => void): StepTeller {
  const told = new Map<string, StepReport>();
  return {
    tell: (report) => {
      const before = told.get(report.name);
      told.set(report.name, report);
      const { name: step, state, attempt, resource, links } = report;
      const isReused = state === 'skipped' || state === 'cached';
      const isAgain = before?.state !== 'running' && state === 'running';
      const isNew = before === undefined || before.attempt !== attempt || isAgain;
      const job = resource?.name;
      if (isNew && !isReused)
        say({ type: 'step-started', step, attempt, ...(job === undefined ? {} : { job }), links });
      else if (before?.resource === undefined && resource !== undefined && state === 'running') {
        say({ type: 'progress', step, message: `${titleOf(resource)} ${resource.name}` });
      }
      if (state !== 'running' && (isNew || before.state === 'running')) return 'ended';
      return isNew ? 'begun' : undefined;
    },
    tellEnd: async ({ name: step, state, seconds, reason, facts, links, resource, started }, connection) => {
      if (state === 'running') return;
      const tail = state === 'failed' && resource !== undefined ? await logTail(resource, started, connection) : [];
      const made = state === 'succeeded' && resource !== undefined ? await jobOutcome(resource, connection) : undefined;
      say({
        type: 'step-ended',
        step,
        state,
        seconds,
        ...(reason === undefined ? {} : { reason }),
        ...(tail.length === 0 ? {} : { tail }),
        outputs: made?.outputs ?? [],
        facts: { ...facts, ...made?.facts },
        links,
      });
    },
    tellRest: (state) => {
      for (const { name, decidedBy, waitsFor } of announced.filter((step) => !told.has(step.name))) {
        const outcome = decidedBy === null ? undefined : told.get(decidedBy)?.facts['outcome'];
        const absent = waitsFor.find((needed) => !told.has(needed));
        const reason =
          decidedBy !== null && typeof outcome === 'string'
            ? `${decidedBy} is ${outcome}`
            : state === 'succeeded'
              ? `${absent ?? 'a step before it'} did not run`
              : `the run ${state === 'stopped' ? 'was stopped' : 'failed'} before it`;
        say({
          type: 'step-ended',
          step: name,
          state: 'skipped',
          seconds: 0,
          reason,
          outputs: [],
          facts: {},
          links: [],
        });
      }
    },
  };
}
