import type { Arguments, Options } from '../command.ts';
import type { Context, Output } from '../context.ts';
import { liveRenderer } from './live.ts';
import { errorsRenderer, plainRenderer } from './plain.ts';
import type { Detail, RunRenderer } from './renderer.ts';
import { styleFor } from './style.ts';

/** The ways to show a run. */
export const PROGRESS = ['auto', 'live', 'plain', 'errors', 'json'] as const;
export type Progress = (typeof PROGRESS)[number];

/** The flags of every command that shows a run. */
export const SHOW_FLAGS = {
  progress: {
    type: 'text',
    choices: PROGRESS,
    describe: 'How to show the run on stderr [live on a terminal, else plain]',
  },
  events: {
    type: 'flag',
    describe: 'Answer with the events of the run on stdout, a JSON object a line, the result last',
  },
  logs: { type: 'flag', describe: 'Show what the steps write to their logs' },
  quiet: { type: 'flag', alias: ['q'], describe: 'Show failures alone: --progress errors' },
  verbose: { type: 'flag', alias: ['v'], describe: 'Show jobs, pages and facts too' },
} as const satisfies Options;

/** How a run is to be shown: as the flags say, else by what stderr is and who reads it. */
export function progressOf(
  { progress, quiet, events }: Pick<Arguments<typeof SHOW_FLAGS>, 'progress' | 'quiet' | 'events'>,
  { stdout, stderr, env }: Pick<Context, 'stdout' | 'stderr' | 'env'>,
): Exclude<Progress, 'auto'> {
  if (quiet === true) return 'errors';
  if (progress !== undefined && progress !== 'auto') return progress as Exclude<Progress, 'auto'>;
  // On one screen the events say it all.
  if (events === true && stdout.isTTY) return 'errors';
  // An agent pays for every line that it reads.
  if (isSet(env['AI_AGENT'])) return 'errors';
  const isScreen = stderr.isTTY && env['TERM'] !== 'dumb' && !isSet(env['CI']);
  return isScreen ? 'live' : 'plain';
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value !== 'false';
}

/** Shows a run as its flags and the terminal have it. */
export function rendererOf(args: Arguments<typeof SHOW_FLAGS>, context: Context): RunRenderer {
  const detail = { logs: args.logs ?? false, verbose: args.verbose ?? false };
  const shown = shownOnStderr(progressOf(args, context), detail, context);
  if (args.events !== true) return shown;
  const streamed = jsonRenderer(context.stdout);
  return {
    say: (event) => {
      streamed.say(event);
      shown.say(event);
    },
    close: shown.close,
  };
}

function shownOnStderr(progress: Exclude<Progress, 'auto'>, detail: Detail, context: Context): RunRenderer {
  const { stderr } = context;
  switch (progress) {
    case 'live':
      return liveRenderer(stderr, styleFor(context), detail, context.now);
    case 'plain':
      return plainRenderer(stderr, styleFor(context), detail);
    case 'errors':
      return errorsRenderer(stderr, styleFor(context));
    case 'json':
      return jsonRenderer(stderr);
  }
}

function jsonRenderer(output: Output): RunRenderer {
  return { say: (event) => output.write(`${JSON.stringify(event)}\n`), close: () => {} };
}
