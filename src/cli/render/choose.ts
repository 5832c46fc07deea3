import type { Arguments } from '../command.ts';
import type { Context, Output } from '../context.ts';
import type { Progress, SHOW_FLAGS } from './flags.ts';
import { liveRenderer } from './live.ts';
import { errorsRenderer, plainRenderer } from './plain.ts';
import type { Detail, RunRenderer } from './renderer.ts';
import { styleFor } from './style.ts';

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
      return plainRenderer(stderr, styleFor(context), detail, context.now);
    case 'errors':
      return errorsRenderer(stderr, styleFor(context));
    case 'json':
      return jsonRenderer(stderr);
  }
}

function jsonRenderer(output: Output): RunRenderer {
  return { say: (event) => output.write(`${JSON.stringify(event)}\n`), close: () => {} };
}
