import type { Suite } from '../suite.ts';

/** The runs of this project on this machine. */
export const runs: Suite = {
  name: 'sagemaker-pipelines runs',
  summary: 'Tells of the runs of this project on this machine.',
  examples: ['sagemaker-pipelines runs list', 'sagemaker-pipelines runs show latest'],
  commands: {
    list: { summary: 'The runs, the newest first', load: async () => (await import('./list.ts')).listRunsCommand },
    show: { summary: 'What a run did, step by step', load: async () => (await import('./show.ts')).showRunCommand },
    why: {
      summary: 'Why a step ran, or did not, or took an earlier result',
      load: async () => (await import('./why.ts')).whyCommand,
    },
    logs: { summary: 'What a step wrote', load: async () => (await import('./logs.ts')).logsCommand },
  },
};
