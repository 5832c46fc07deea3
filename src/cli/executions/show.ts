import type { DescribedExecution } from '../../run/described-execution.ts';
import { type Answer, defineCommand } from '../command.ts';
import { formatDuration } from '../render/duration.ts';
import { sectionText, tableText } from '../render/table.ts';
import { timeText } from './list.ts';
import { EXECUTION, PLACE_FLAGS, executionArn, isOfStepFunctions, machineExecutionArn, placeOf } from './place.ts';

/** Shows an execution and its steps. */
export const showExecution = defineCommand({
  name: 'sagemaker-pipelines executions show',
  summary: 'Shows an execution: its state, its parameters, and its steps with their reasons, jobs and pages.',
  examples: [
    'sagemaker-pipelines executions show batch_inference',
    'sagemaker-pipelines executions show arn:aws:sagemaker:eu-west-1:111122223333:pipeline/batch/execution/abcdefghijkl --json',
  ],
  options: PLACE_FLAGS,
  operands: EXECUTION,
  async run(args, context, [word]): Promise<Answer> {
    const place = placeOf(args, word, context);
    if (isOfStepFunctions(word)) {
      const { describeMachineExecution } = await import('../../run/step-functions/describe.ts');
      const machineRun = await describeMachineExecution(await machineExecutionArn(word, place), place, context);
      return answerOf(machineRun);
    }
    const { describeExecution, withConnection } = await import('../../run/sagemaker/executions.ts');
    const found = await withConnection(place, async (connection) => {
      return await describeExecution(await executionArn(word, connection, context), connection, context);
    });
    return answerOf(found);
  },
});

function answerOf(found: DescribedExecution): Answer {
  return { text: textOf(found), data: { execution: dataOf(found) }, notes: [], diagnostics: [] };
}

function textOf(found: DescribedExecution): string {
  const { pipeline, state, started, ended, reason, description, displayName, arn, parameters, steps } = found;
  const facts: [string, string | undefined][] = [
    ['pipeline', pipeline],
    ['state', state],
    ['name', displayName],
    ['description', description],
    ['started', timeText(started)],
    ['ended', timeText(ended)],
    ['reason', reason],
    ['arn', arn],
  ];
  const said = facts.flatMap(([title, value]) => (value === undefined || value === '' ? [] : [[title, value]]));
  const sections = [
    tableText(said),
    sectionText(
      'parameters',
      Object.entries(parameters).map(([name, value]) => [name, String(value)]),
    ),
    sectionText(
      'steps',
      steps.map((step) => [
        step.name,
        step.state,
        formatDuration(step.seconds),
        [step.reason, step.resource?.name, factsText(step.facts)].filter(Boolean).join('  '),
      ]),
    ),
    sectionText(
      'pages',
      steps.flatMap(({ name, links }) => links.map(({ title, target }) => [`${name} ${title}`, target])),
    ),
  ];
  return sections.filter((text) => text !== '').join('\n');
}

function factsText(facts: DescribedExecution['steps'][number]['facts']): string {
  return Object.entries(facts)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
}

function dataOf({ started, ended, steps, parameters, ...rest }: DescribedExecution) {
  return {
    arn: rest.arn,
    pipeline: rest.pipeline,
    state: rest.state,
    displayName: rest.displayName ?? null,
    description: rest.description ?? null,
    reason: rest.reason ?? null,
    started: started?.toISOString() ?? null,
    ended: ended?.toISOString() ?? null,
    parameters,
    steps: steps.map((step) => ({
      step: step.name,
      state: step.state,
      attempt: step.attempt,
      seconds: step.seconds,
      reason: step.reason ?? null,
      job: step.resource?.name ?? null,
      facts: step.facts,
      links: step.links.map(({ title, target }) => ({ title, target })),
    })),
  };
}
