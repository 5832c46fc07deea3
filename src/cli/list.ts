import { relative } from 'node:path';
import { type Answer, defineCommand } from './command.ts';
import { listPipelines } from './find-pipeline.ts';

/** Lists the pipelines that a name can mean. */
export const list = defineCommand({
  name: 'sagemaker-pipelines list',
  summary: 'Lists the pipelines of this project by the names that every command takes.',
  examples: ['sagemaker-pipelines list', 'sagemaker-pipelines list --json'],
  options: {},
  async run(_, { cwd }): Promise<Answer> {
    const pipelines = listPipelines(cwd).map(({ name, file }) => ({ name, file: relative(cwd, file) }));
    const width = Math.max(0, ...pipelines.map(({ name }) => name.length));
    return {
      text: pipelines.map(({ name, file }) => `${name.padEnd(width)}  ${file}\n`).join(''),
      data: { pipelines },
      notes: pipelines.length === 0 ? ['note: there is no pipelines/<name>/pipeline.ts in this folder'] : [],
      diagnostics: [],
    };
  },
});
