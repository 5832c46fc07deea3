import type { Json } from '../../definition/document.ts';
import { listRuns } from '../../run/local/read-runs.ts';
import { tableText } from '../render/table.ts';
import { type Answer, defineCommand } from '../command.ts';
import { stateFolderOf } from '../state-folder.ts';

/** Lists the runs of this project. */
export const listRunsCommand = defineCommand({
  name: 'sagemaker-pipelines runs list',
  summary: 'Lists the runs of this project on this machine, the newest first.',
  examples: ['sagemaker-pipelines runs list', 'sagemaker-pipelines runs list --json'],
  options: {},
  async run(_, context): Promise<Answer> {
    const runs = listRuns(stateFolderOf(context));
    const rows = runs.map(({ run, pipeline, state, started, seconds }) => [
      run,
      pipeline,
      state,
      started,
      seconds === null ? '' : `${seconds.toFixed(1)} s`,
    ]);
    return {
      text: tableText(rows),
      data: { runs: runs as unknown as Json },
      notes: runs.length === 0 ? ['note: nothing has run on this machine yet (run-pipeline --local)'] : [],
      diagnostics: [],
    };
  },
});
