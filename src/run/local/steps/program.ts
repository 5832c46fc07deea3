import { delimiter } from 'node:path';
import { PipelineError } from '../../../definition/error.ts';
import { startContained } from '../containers/contained.ts';
import { NO_ACCOUNT } from '../containers/job-environment.ts';
import { endOf } from '../containers/job.ts';
import { serviceEnvironment } from './job.ts';
import type { StepWork } from './step.ts';

/** A program of the user's that does a step's work by itself, without a container. */
export interface Program {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly seconds: number | undefined;
  /** What the program is, for messages: `the function double`. */
  readonly what: string;
}

/** Milliseconds that it has to end by itself, once it is asked to. */
const GRACE = 2_000;
/** What of this machine it needs to run at all. */
const OF_THIS_MACHINE = /^(?:PATH|HOME|USER|TMPDIR|LANG|LC_ALL|VIRTUAL_ENV|(?:https?|no|all)_proxy)$/i;

/** Runs it to its end and gives what it wrote to stdout; it ends with this process, however that ends. */
export async function runProgram(work: StepWork, program: Program): Promise<readonly string[]> {
  const own = Object.entries(work.env).flatMap(([name, value]): [string, string][] =>
    value !== undefined && OF_THIS_MACHINE.test(name) ? [[name, value]] : [],
  );
  const environment = {
    PATH: ['/usr/local/bin', '/usr/bin', '/bin'].join(delimiter),
    ...Object.fromEntries(own),
    PYTHONUNBUFFERED: '1',
    ...NO_ACCOUNT,
    ...serviceEnvironment(work),
    ...program.environment,
  };
  const lines: string[] = [];
  const started = startContained(
    { python: 'python3', env: work.env },
    { command: program.command, cwd: program.cwd, environment },
    (stream, line) => {
      if (stream === 'stdout') lines.push(line);
      work.listen(stream, line);
    },
  );
  const { end, timedOut } = await endOf(started, GRACE, program.seconds, work.signal);
  if (timedOut) {
    throw new PipelineError('failed', 'step-timed-out', `${program.what} took longer than ${program.seconds} s`);
  }
  if (end.exitCode === 0) return lines;
  const how = end.exitCode === null ? `was ended by ${end.signal ?? 'a signal'}` : `exited with ${end.exitCode}`;
  throw new PipelineError('failed', 'program-failed', `${program.what} ${how}`);
}
