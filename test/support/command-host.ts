import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

import { PATIENCE } from './patience.ts';
import { type CommandOptions, type CommandResult, killGroup, tieToThisProcess } from './run-command.ts';

const HOST = fileURLToPath(new URL('command-host.mjs', import.meta.url));

let host: ChildProcess | undefined;
let isBusy = false;

afterAll(async () => {
  if (host === undefined) return;
  const ended = once(host, 'close');
  killGroup(host.pid);
  await ended;
});

/**
 * Runs a program of the built package as a process of its own would, in a process that has run others of this test file: what
 * every start loads is there already, what was imported from a path is not read from there again, and what a command sleeps for
 * takes a hundredth. What is about the process itself (signals, two at once, work that never ends) needs `runCommand`.
 */
export async function runInHost(
  program: string,
  args: readonly string[],
  { cwd = process.cwd(), env = process.env, timeLimit = PATIENCE }: CommandOptions = {},
): Promise<CommandResult> {
  if (isBusy)
    throw new Error(`${program} was started while another command runs: two at once need processes of their own`);
  isBusy = true;
  try {
    return await ask((host ??= start()), { program, args, cwd, env }, timeLimit);
  } finally {
    isBusy = false;
  }
}

function start(): ChildProcess {
  const child = spawn(process.execPath, [HOST], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], detached: true });
  const untie = tieToThisProcess(child.pid);
  child.once('close', () => {
    untie();
    if (host === child) host = undefined;
  });
  return child;
}

type Answer = Pick<CommandResult, 'stdout' | 'stderr' | 'exitCode'>;

function ask(child: ChildProcess, request: object, timeLimit: number): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    let said = '';
    let timedOut = false;
    const hear = (chunk: Buffer): void => void (said += chunk.toString('utf8'));
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      child.off('message', answer).off('close', ended);
      child.stderr!.off('data', hear);
      act();
    };
    const answer = (message: Answer): void => settle(() => resolve({ ...message, signal: null, timedOut }));
    const ended = (exitCode: number | null, signal: NodeJS.Signals | null): void =>
      settle(() => {
        if (timedOut) resolve({ stdout: '', stderr: said, exitCode, signal, timedOut });
        else reject(new Error(`the host of commands ended with ${exitCode ?? signal}:\n${said}`));
      });
    const timer = setTimeout(() => {
      timedOut = true;
      killGroup(child.pid);
    }, timeLimit);
    child.on('message', answer).on('close', ended);
    child.stderr!.on('data', hear);
    child.send(request);
  });
}
