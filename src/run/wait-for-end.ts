import { awsFault, isPassing } from '../aws/failure.ts';
import type { RunState } from '../definition/events.ts';
import { PipelineError } from '../definition/error.ts';
import type { RunResult, World } from './runner.ts';
import { sayTo } from './say.ts';

/** How an execution is waited for. */
export interface WatchOptions {
  /** Seconds between two looks; else one at first and more while nothing changes. */
  readonly poll?: number | undefined;
  /** Seconds after which nobody waits any longer. */
  readonly timeout?: number | undefined;
  /** Stop the execution when the one who waits is interrupted or has waited long enough. */
  readonly stopOnInterrupt: boolean;
  /** Tell what the steps write to their logs. */
  readonly logs: boolean;
}

/** What a look at an execution has found. */
export interface Found {
  readonly state: RunState;
  /** Something has changed since the look before. */
  readonly isNew: boolean;
  /** All of it has been told: there is nothing more to look for. */
  readonly isOver: boolean;
}

/** An execution that goes on in an account, and how its service is asked about it. */
export interface Execution<C extends { readonly close: () => void }> {
  readonly arn: string;
  readonly connect: () => C;
  /** Looks once and tells what is new; what AWS refuses is thrown as it came. */
  readonly look: (connection: C, isStopping: boolean) => Promise<Found>;
  readonly stop: (connection: C) => Promise<void>;
  /** What AWS said as an error of ours. */
  readonly explain: (error: unknown, doing: string) => unknown;
}

/** Looks at an execution until it has ended, or until nobody wants to wait any longer. */
export async function waitForEnd<C extends { readonly close: () => void }>(
  { arn, connect, look, stop, explain }: Execution<C>,
  options: WatchOptions,
  world: World,
): Promise<RunResult> {
  const say = sayTo(world);
  const deadline = options.timeout === undefined ? Number.POSITIVE_INFINITY : +world.now() + options.timeout * 1000;
  const pause = pauses(options.poll);
  let connection = connect();
  let state: RunState = 'running';
  let isRenewed = false;
  let isStopping = false;
  try {
    for (;;) {
      const wish = isStopping ? undefined : wishToLeave(deadline, world);
      try {
        if (wish !== undefined) {
          if (!options.stopOnInterrupt) return { run: arn, state, failure: left(arn, wish) };
          await stop(connection);
          isStopping = true;
          say({ type: 'run-stopping', reason: wish === 'interrupted' ? 'interrupted' : 'the time is up' });
        }
        const found = await look(connection, isStopping);
        state = found.state;
        if (found.isOver) return { run: arn, state };
        pause.answered(found.isNew);
        isRenewed = false;
      } catch (error) {
        if (isPassing(error)) {
          if (pause.refused()) {
            const words = wordsOf(explain(error, 'look at the run'));
            say({ type: 'progress', message: `${words}; looking again more slowly` });
          }
        } else if (isAboutCredentials(error) && !isRenewed) {
          // Whoever logs in again while this waits has new ones in the same places.
          isRenewed = true;
          connection.close();
          connection = connect();
          continue;
        } else {
          return { run: arn, state, failure: cutOff(arn, explain(error, 'watch the run any longer')) };
        }
      }
      // A wish that was told once must not cut every later pause short.
      const isWished = wishToLeave(deadline, world) !== undefined;
      const rest = isWished ? Number.POSITIVE_INFINITY : deadline - +world.now();
      await world.sleep(Math.min(pause.next(), rest), isWished ? undefined : world.interrupted);
    }
  } finally {
    connection.close();
  }
}

/** How long to wait between looks: short after a change, longer while nothing happens, and much longer when AWS wants so. */
function pauses(fixed: number | undefined): {
  answered: (isNew: boolean) => void;
  /** Whether this is the first refusal since an answer. */
  refused: () => boolean;
  next: () => number;
} {
  const shortest = (fixed ?? 1) * 1000;
  const longest = (fixed ?? 10) * 1000;
  const MOST = 60_000;
  let milliseconds = shortest;
  let refusals = 0;
  return {
    answered: (isNew) => {
      refusals = 0;
      milliseconds = isNew ? shortest : Math.min(longest, milliseconds * 1.5);
    },
    refused: () => {
      refusals += 1;
      milliseconds = Math.min(Math.max(MOST, longest), milliseconds * 2);
      return refusals === 1;
    },
    next: () => milliseconds,
  };
}

/** Why the one who waits wants to wait no longer. */
function wishToLeave(
  deadline: number,
  { interrupted, now }: Pick<World, 'interrupted' | 'now'>,
): 'interrupted' | 'timeout' | undefined {
  if (interrupted.aborted) return 'interrupted';
  return +now() >= deadline ? 'timeout' : undefined;
}

/** Whether an answer says that these credentials are good no longer. */
function isAboutCredentials(error: unknown): boolean {
  return awsFault(error)?.startsWith('credentials-') ?? false;
}

/** That nobody waits any longer for a run which goes on. */
function left(arn: string, wish: 'interrupted' | 'timeout'): PipelineError {
  const fix = `${watchIt(arn)}, or … stop ${arn}`;
  if (wish === 'interrupted') {
    return new PipelineError('interrupted', 'interrupted', 'Nobody waits any longer; the run goes on', {
      detail: arn,
      fix,
    });
  }
  const message = 'The time is up before the run has ended; the run goes on';
  return new PipelineError('failed', 'timeout', message, { detail: arn, fix });
}

/** That AWS answers no longer, of which the run knows nothing; what is no error of ours is thrown as it is. */
function cutOff(arn: string, explained: unknown): PipelineError {
  if (!(explained instanceof PipelineError)) throw explained;
  const { code, message, detail, fix, cause } = explained;
  const next = watchIt(arn);
  return new PipelineError('aws', code, `${message}; the run goes on`, {
    detail: [arn, detail].filter((line) => line !== undefined).join('\n  '),
    fix: fix === undefined ? next : `${fix}; then ${next}`,
    cause,
  });
}

function watchIt(arn: string): string {
  return `sagemaker-pipelines executions watch ${arn}`;
}

function wordsOf(explained: unknown): string {
  return explained instanceof Error ? explained.message : String(explained);
}
