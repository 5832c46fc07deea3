import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { PATIENCE } from './patience.ts';

/** What a command was given beside its arguments. */
export interface CommandOptions {
  readonly cwd?: string;
  /** The whole environment of the command; this process's own unless told. */
  readonly env?: NodeJS.ProcessEnv;
  /** What it reads on stdin; nothing unless told. */
  readonly input?: string | Uint8Array;
  /** Milliseconds after which it and everything it started is killed; all patience unless told. */
  readonly timeLimit?: number;
}

/** How a command ended and what it said. */
export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly timedOut: boolean;
}

/** Runs a program to its end; a failure of the program is a result, only a program that cannot be started throws. */
export function runCommand(
  command: string,
  args: readonly string[] = [],
  { cwd, env = process.env, input = '', timeLimit = PATIENCE }: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    // A group of its own, so that what it started can be killed with it.
    const child = spawn(command, args, { cwd, env, detached: true });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    // A program may end without reading all it was given.
    child.stdin.on('error', () => {});
    child.stdin.end(input);

    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      killGroup(child.pid);
      // Whoever left the group may still hold the pipes open.
      child.stdout.destroy();
      child.stderr.destroy();
    }, timeLimit);
    const untie = tieToThisProcess(child.pid);
    const ended = () => {
      clearTimeout(timer);
      untie();
    };

    child.on('error', (cause) => {
      ended();
      reject(
        new Error(`${command} could not be started in ${cwd ?? 'the current folder'}: ${cause.message}`, { cause }),
      );
    });
    child.on('close', (exitCode, signal) => {
      ended();
      const text = (chunks: Buffer[]) => Buffer.concat(chunks).toString('utf8');
      resolve({ stdout: text(stdout), stderr: text(stderr), exitCode, signal, timedOut });
    });
  });
}

const tied = new Set<number>();

function killTied(): void {
  for (const pid of tied) killGroup(pid);
}

process.once('exit', killTied);
// A worker of a test run that was killed would go on by itself for as long as its test waits for something.
process.once('disconnect', () => {
  killTied();
  process.kill(process.pid, 'SIGKILL');
});

/** Kills the group of this process when this process ends or the test run it belongs to is killed; the result undoes that. */
export function tieToThisProcess(pid: number | undefined): () => void {
  if (pid === undefined) return () => {};
  tied.add(pid);
  return () => void tied.delete(pid);
}

/** Kills a process and everything in its group; one that is gone already is no fault. */
export function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** Whether a process is there; one that ended and waits for its parent to notice counts as gone. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
