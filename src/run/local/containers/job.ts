import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerEnd, ContainerJob, Listener } from './container.ts';
import { type Contained, type ContainedProcess, type Namespace, type Supervisor, startContained } from './contained.ts';

/** Milliseconds that a job or server has to end by itself, once it is asked to, where nobody says otherwise. */
export const GRACE = 10_000;

/** Where a job's process runs. */
export interface Workplace {
  readonly supervisor: Supervisor;
  /** Undefined where the job finds `/opt/ml` by other means. */
  readonly namespace: Namespace | undefined;
  /** Milliseconds that a job has to end by itself, once it is asked to. */
  readonly grace: number;
}

/** A job's command as this machine runs it. */
export interface JobCommand {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Runs a command with the job's folder as `/opt/ml`, until its end, its time or the signal. */
export async function runJob(
  workplace: Workplace,
  job: ContainerJob,
  { command, cwd, environment }: JobCommand,
  listen: Listener,
  signal: AbortSignal,
): Promise<ContainerEnd> {
  const { namespace } = workplace;
  const mount = namespace === undefined ? {} : { mount: { folder: job.folder, namespace } };
  const contained: Contained = { command, cwd, environment, ...mount };
  const started = startContained(workplace.supervisor, contained, listen);
  const { end, timedOut } = await endOf(started, workplace.grace, job.secondsAtMost, signal);
  return { ...end, timedOut, ...wordsIn(job.folder) };
}

/** Waits for the end, and asks for it when the time is over or the signal is given. */
export async function endOf(
  started: ContainedProcess,
  grace: number,
  secondsAtMost: number | undefined,
  signal: AbortSignal,
): Promise<{ readonly end: Awaited<ContainedProcess['ended']>; readonly timedOut: boolean }> {
  let timedOut = false;
  let last: NodeJS.Timeout | undefined;
  const stop = (): void => {
    started.terminate();
    last ??= setTimeout(started.kill, grace);
  };
  const expire = (): void => {
    timedOut = true;
    stop();
  };
  const timer = secondsAtMost === undefined ? undefined : setTimeout(expire, Math.min(secondsAtMost * 1_000, LONGEST));
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    return { end: await started.ended, timedOut };
  } finally {
    clearTimeout(timer);
    clearTimeout(last);
    signal.removeEventListener('abort', stop);
  }
}

/** A timer cannot be set for longer; SageMaker's limit is 28 days. */
const LONGEST = 2 ** 31 - 1;

/** SageMaker keeps as much of it. https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-output.html */
const FAILURE_LENGTH = 1_024;

/** What a job has written of its failure. */
export function wordsIn(folder: string): { readonly failure?: string } {
  try {
    return { failure: readFileSync(join(folder, 'output/failure'), 'utf8').slice(0, FAILURE_LENGTH) };
  } catch {
    return {};
  }
}
