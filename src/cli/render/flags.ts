import type { Options } from '../command.ts';

/** The ways to show a run. */
const PROGRESS = ['auto', 'live', 'plain', 'errors', 'json'] as const;
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
