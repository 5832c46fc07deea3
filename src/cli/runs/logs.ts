import { PipelineError } from '../../definition/error.ts';
import { didYouMean } from '../../definition/suggest.ts';
import { findRun, readEvents, readLog } from '../../run/local/read-runs.ts';
import { type Answer, defineCommand } from '../command.ts';
import { stateFolderOf } from '../state-folder.ts';

/** Shows what a step of a run wrote. */
export const logsCommand = defineCommand({
  name: 'sagemaker-pipelines runs logs',
  summary: 'Shows what a step of a run wrote to stdout and stderr; without a step, the one that failed or was last.',
  examples: ['sagemaker-pipelines runs logs latest', 'sagemaker-pipelines runs logs latest PreprocessData'],
  options: {},
  operands: { name: 'a run [latest], and a step [the one that failed, else the last]', least: 0, most: 2 },
  async run(_, context, [name = 'latest', wanted]): Promise<Answer> {
    const run = findRun(stateFolderOf(context), name);
    const events = readEvents(run);
    const steps = events.flatMap((event) => (event.type === 'step-started' ? [event.step] : []));
    const failed = events.find((event) => event.type === 'step-ended' && event.state === 'failed');
    const step = wanted ?? (failed?.type === 'step-ended' ? failed.step : steps.at(-1));
    if (step === undefined || !steps.includes(step)) {
      throw new PipelineError('usage', 'no-such-step', `No step "${step ?? ''}" was started in ${run.run}`, {
        detail: `started were: ${steps.join(', ')}`,
        fix: step === undefined ? undefined : didYouMean(step, steps),
      });
    }
    const [stdout, stderr] = (['stdout', 'stderr'] as const).map((stream) => readLog(run, step, stream));
    const parts = [stdout, stderr === undefined ? undefined : `--- stderr\n${stderr}`];
    return {
      text: parts.filter((part) => part !== undefined).join(''),
      data: { run: run.run, step, stdout: stdout ?? '', stderr: stderr ?? '' },
      notes: stdout === undefined && stderr === undefined ? [`note: ${step} wrote nothing`] : [],
      diagnostics: [],
    };
  },
});
