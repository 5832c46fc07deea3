import type { Suite } from '../suite.ts';

/** The registry of this project on this machine. */
export const models: Suite = {
  name: 'sagemaker-pipelines models',
  summary: 'Looks after the models that runs on this machine have registered.',
  examples: ['sagemaker-pipelines models list', 'sagemaker-pipelines models approve abalone'],
  commands: {
    list: { summary: 'The models and their versions', load: async () => (await import('./list.ts')).listModelsCommand },
    show: { summary: 'All that is known of a version', load: async () => (await import('./show.ts')).showModelCommand },
    approve: { summary: 'Approve a version', load: async () => (await import('./approval.ts')).approveCommand },
    reject: { summary: 'Reject a version', load: async () => (await import('./approval.ts')).rejectCommand },
  },
};
