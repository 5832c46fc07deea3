import type { Suite } from '../suite.ts';

/** The executions of pipelines on SageMaker and of state machines. */
export const executions: Suite = {
  name: 'sagemaker-pipelines executions',
  summary: 'Looks after executions on SageMaker and on Step Functions, whoever started them.',
  examples: [
    'sagemaker-pipelines executions list batch_inference',
    'sagemaker-pipelines executions watch batch_inference',
  ],
  commands: {
    list: {
      summary: 'The executions of a pipeline',
      load: async () => (await import('./list.ts')).listExecutionsOf,
    },
    show: { summary: 'An execution and its steps', load: async () => (await import('./show.ts')).showExecution },
    watch: { summary: 'Wait for its end', load: async () => (await import('./watch.ts')).watchExecutionOf },
    stop: { summary: 'Stop it', load: async () => (await import('./stop.ts')).stopExecutionOf },
    retry: {
      summary: 'Run again what failed or was stopped in it',
      load: async () => (await import('./watch.ts')).retryExecutionOf,
    },
  },
};
