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
  // Whoever does not want to hear of it any more ends nothing by that.
  process.stderr.on('error', () => {});
  process.env[SDK_WARNING] ??= 'true';
  void run(command, bin);
}

async function run(command: Command | Suite, bin: string): Promise<void> {
  const interruption = interruptible();
  const outcome: { exitCode?: number } = {};
  const refused = (error: NodeJS.ErrnoException): void => {
    if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') {
      process.stderr.write(`error[cannot-write]  The answer cannot be written to stdout\n  ${error.message}\n`);
      process.exit(1);
    }
    // `… | head -1` has read all it wants; a run that goes on without its reader ends as by Ctrl-C.
    if (outcome.exitCode !== undefined || !interruption.wish()) process.exit(outcome.exitCode ?? 0);
  };
  process.stdout.on('error', refused);
  outcome.exitCode = await main(command, contextOf(bin, interruption));
  // Timers or sockets that an author's file left open must not keep the process; what was written has to get out.
  process.stdout.write('', (error) => {
    if (error) refused(error);
    process.exit(outcome.exitCode);
  });
}

function contextOf(bin: string, interruption: Interruptible): Context {
  const installation: Installation = {
    library: new URL('../index.js', bin).href,
    hook: new URL('../loader-hook.js', bin).href,
  };
  let hooks: Promise<void> | undefined;
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
      return interruption.signal();
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

/** How a command is asked to end that looks to it by itself. */
interface Interruptible {
  /** From now on the first Ctrl-C is a wish that the command looks to, and the second ends the process. */
  readonly signal: () => AbortSignal;
  /** The same wish from within; false where the command does not look to it. */
  readonly wish: () => boolean;
}

function interruptible(): Interruptible {
  let controller: AbortController | undefined;
  const listen = (): AbortController => {
    const made = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (made.signal.aborted) process.exit(INTERRUPTED);
        made.abort(signal);
      });
    }
    return made;
  };
  return {
    signal: () => (controller ??= listen()).signal,
    wish: () => {
      controller?.abort();
      return controller !== undefined;
    },
  };
}

function outputOf(stream: NodeJS.WriteStream): Output {
  return {
    write: (text) => void stream.write(text),
    isTTY: stream.isTTY,
    // A window changes its size while a run is shown.
    get columns() {
      // A terminal that nobody has told its size says 0.
      return stream.columns || undefined;
    },
  };
}
