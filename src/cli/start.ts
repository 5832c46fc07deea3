import { Console } from 'node:console';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { Command } from './command.ts';
import type { Context, Output } from './context.ts';
import { type Installation, installHooks } from './load/install.ts';
import { main } from './main.ts';
import type { Suite } from './suite.ts';
import { PipelineError } from '../definition/error.ts';

const INTERRUPTED = 130;
/** Nine lines of the AWS SDK about the next major version of Node, with every client that is made. */
const SDK_WARNING = 'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED';

/** Runs a command as this process; `bin` is the URL of the file that was started. */
export function start(command: Command | Suite, bin: string): void {
  // An author's `console.log` must not mix with the answer.
  globalThis.console = new Console(process.stderr);
  process.stdout.on('error', leaveQuietly);
  process.env[SDK_WARNING] ??= 'true';
  void run(command, contextOf(bin));
}

async function run(command: Command | Suite, context: Context): Promise<void> {
  const exitCode = await main(command, context);
  // Timers or sockets that an author's file left open must not keep the process; what was written has to get out.
  process.stdout.write('', () => process.exit(exitCode));
}

function contextOf(bin: string): Context {
  const installation: Installation = {
    library: new URL('../index.js', bin).href,
    hook: new URL('../loader-hook.js', bin).href,
  };
  let hooks: Promise<void> | undefined;
  let interrupted: AbortSignal | undefined;
  return {
    argv: process.argv.slice(2),
    env: process.env,
    cwd: process.cwd(),
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    version: () => {
      const { version } = JSON.parse(readFileSync(new URL('../../package.json', bin), 'utf8')) as { version: string };
      return version;
    },
    installation,
    importModule: async (url) => {
      process.setSourceMapsEnabled(true);
      await (hooks ??= installHooks(installation));
      return (await import(url)) as Readonly<Record<string, unknown>>;
    },
    now: () => new Date(),
    unique: (digits) =>
      randomBytes(Math.ceil(digits / 2))
        .toString('hex')
        .slice(0, digits),
    sleep: (milliseconds, signal) => wait(milliseconds, undefined, signal && { signal }).catch(() => {}),
    get interrupted() {
      return (interrupted ??= interruption());
    },
    stalled: new Promise((_, reject) => {
      process.once('beforeExit', () => {
        reject(
          new PipelineError('invalid', 'never-settles', 'The pipeline file waits for something that never comes', {
            detail: 'an await at its top level, or in the function that it exports, does not end',
          }),
        );
      });
    }),
  };
}

/** From now on the first Ctrl-C is a wish that the command looks to, and the second ends the process. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(INTERRUPTED);
      controller.abort(signal);
    });
  }
  return controller.signal;
}

function outputOf(stream: NodeJS.WriteStream): Output {
  return {
    write: (text) => void stream.write(text),
    isTTY: stream.isTTY,
    // A window changes its size while a run is shown.
    get columns() {
      return stream.columns;
    },
  };
}

// `… | head -1` has read all it wants.
function leaveQuietly(error: NodeJS.ErrnoException): void {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
}
