import type { Suite } from './suite.ts';

/** Everything that is neither writing a definition nor running a pipeline: one file a command. */
export const sagemakerPipelines: Suite = {
  name: 'sagemaker-pipelines',
  summary: 'Looks after pipeline definitions: from this project, or from anywhere.',
  examples: ['sagemaker-pipelines init my-project', 'sagemaker-pipelines check'],
  commands: {
    init: {
      summary: 'A project that works: a pipeline, its scripts, sample data, tests',
      load: async () => (await import('./new-project/init.ts')).init,
    },
    list: { summary: 'The pipelines of this project', load: async () => (await import('./list.ts')).list },
    check: {
      summary: 'Everything that AWS would refuse, before AWS sees it',
      load: async () => (await import('./check.ts')).checkDocuments,
    },
    diff: {
      summary: 'What is different between two definitions',
      load: async () => (await import('./diff.ts')).diff,
    },
    import: {
      summary: 'A definition from anywhere as TypeScript',
      load: async () => (await import('./import.ts')).importDocument,
    },
    publish: {
      summary: 'Uploads the scripts and folders that a definition names',
      load: async () => (await import('./publish.ts')).publish,
    },
    run: { summary: 'Run a pipeline, or a definition from anywhere', load: async () => (await import('./run.ts')).run },
    runs: { summary: 'What ran on this machine', load: async () => (await import('./runs/suite.ts')).runs },
    view: {
      summary: 'A run or a definition as a page',
      load: async () => (await import('./view.ts')).view,
    },
    models: {
      summary: 'The models registered on this machine',
      load: async () => (await import('./models/suite.ts')).models,
    },
    executions: {
      summary: 'What runs and ran on SageMaker',
      load: async () => (await import('./executions/executions.ts')).executions,
    },
    doctor: {
      summary: 'What works on this machine, what is missing, and how to mend it',
      load: async () => (await import('./doctor.ts')).doctor,
    },
    callbacks: {
      summary: 'Answers to Callback steps that wait',
      load: async () => (await import('./executions/callbacks.ts')).callbacks,
    },
  },
};
