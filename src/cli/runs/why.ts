import type { Json } from '../../definition/document.ts';
import { PipelineError } from '../../definition/error.ts';
import { didYouMean } from '../../definition/suggest.ts';
import { readCacheNote } from '../../run/local/cache.ts';
import { findRun, readEvents } from '../../run/local/read-runs.ts';
import { tableText } from '../render/table.ts';
import { type Answer, defineCommand } from '../command.ts';
import { stateFolderOf } from '../state-folder.ts';

/** Tells why a step of a run ran, or took an earlier result, or did not run. */
export const whyCommand = defineCommand({
  name: 'sagemaker-pipelines runs why',
  summary:
    'Tells why a step ran, or took the result of an earlier run, or did not run; of the latest run unless named.',
  examples: ['sagemaker-pipelines runs why Train', 'sagemaker-pipelines runs why Train 0tk2x1c3f9a1 --json'],
  options: {},
  operands: { name: 'a step, and a run [latest]', least: 1, most: 2 },
  async run(_, context, [step = '', name = 'latest']): Promise<Answer> {
    const run = findRun(stateFolderOf(context), name);
    const events = readEvents(run);
    const started = events.findLast((event) => event.type === 'run-started');
    const steps = started?.type === 'run-started' ? started.steps.map((each) => each.name) : [];
    if (!steps.includes(step)) {
      throw new PipelineError('usage', 'no-such-step', `The run ${run.run} has no step "${step}"`, {
        detail: `it has: ${steps.join(', ')}`,
        fix: didYouMean(step, steps),
      });
    }
    const end = events.findLast((event) => event.type === 'step-ended' && event.step === step);
    const state = end?.type === 'step-ended' ? end.state : 'unfinished';
    const reason = end?.type === 'step-ended' ? end.reason : undefined;
    const cache = readCacheNote({ path: run.folder }, step);
    const rows = [
      ['run', run.run],
      ['step', step],
      ['state', state],
      ...(reason === undefined ? [] : [['why', reason]]),
      ...(cache === undefined ? [] : [['cache', `${cache.outcome}: ${cache.why}`]]),
      ...(cache?.key === undefined ? [] : [['key', cache.key]]),
    ];
    const data = { run: run.run, step, state, reason: reason ?? null, cache: (cache ?? null) as unknown as Json };
    return { text: tableText(rows), data, notes: [], diagnostics: [] };
  },
});
