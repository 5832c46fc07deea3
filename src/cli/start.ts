import { Console } from 'node:console';
import { readFileSync } from 'node:fs';
import type { Command } from './command.ts';
import type { Context, Output } from './context.ts';
import { type Installation, installHooks } from './load/install.ts';
import { main } from './main.ts';
import { PipelineError } from '../definition/error.ts';

/** Runs a command as this process; `bin` is the URL of the file that was started. */
export function start(command: Command, bin: string): void {
  // An author's `console.log` must not mix with the answer.
  globalThis.console = new Console(process.stderr);
  process.stdout.on('error', leaveQuietly);
  void run(command, contextOf(bin));
}

async function run(command: Command, context: Context): Promise<void> {
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

function outputOf(stream: NodeJS.WriteStream): Output {
  return {
    write: (text) => void stream.write(text),
    isTTY: stream.isTTY,
    columns: stream.columns,
  };
}

// `… | head -1` has read all it wants.
function leaveQuietly(error: NodeJS.ErrnoException): void {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
}
