import type { JsonObject } from '../../definition/document.ts';
import type { RunEvent } from '../../definition/events.ts';
import { type PastRun, findRun, readEvents } from '../../run/local/read-runs.ts';
import { tableText } from '../render/table.ts';
import { type Answer, defineCommand } from '../command.ts';
import { stateFolderOf } from '../state-folder.ts';

/** Tells of a run. */
export const showRunCommand = defineCommand({
  name: 'sagemaker-pipelines runs show',
  summary: 'Tells what a run on this machine did: its steps, their outputs and why what failed failed.',
  examples: ['sagemaker-pipelines runs show latest', 'sagemaker-pipelines runs show 0tk2x1c3f9a1 --json'],
  options: {},
  operands: { name: 'a run, the beginning of its name, or latest', least: 0, most: 1 },
  async run(_, context, [name = 'latest']): Promise<Answer> {
    const run = findRun(stateFolderOf(context), name);
    const events = readEvents(run);
    return {
      text: textOf(run, events),
      data: { ...run, events } as unknown as JsonObject,
      notes: [],
      diagnostics: [],
    };
  },
});

function textOf(run: PastRun, events: readonly RunEvent[]): string {
  const head = [
    ['run', run.run],
    ['pipeline', run.pipeline],
    ['state', run.state],
    ['started', run.started],
    ['folder', run.folder],
    ...Object.entries(run.parameters).map(([name, value]) => [
      `  ${name}`,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  ];
  const ends = events.flatMap((event) => (event.type === 'step-ended' ? [event] : []));
  const steps = ends.map(({ step, state, seconds, reason = '' }) => [step, state, `${seconds.toFixed(1)} s`, reason]);
  const outputs = ends.flatMap(({ step, outputs: made }) => made.map(({ title, target }) => [step, title, target]));
  return [head, steps, outputs]
    .filter((rows) => rows.length > 0)
    .map((rows) => tableText(rows))
    .join('\n');
}
