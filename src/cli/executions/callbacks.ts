import { readAssignments } from '../parameters.ts';
import { type Answer, defineCommand } from '../command.ts';
import type { Context } from '../context.ts';
import type { Suite } from '../suite.ts';
import type { CallbackAnswer } from '../../run/sagemaker/executions.ts';
import type { Place } from '../../run/sagemaker/connect.ts';
import { PLACE_FLAGS, placeOf, quietWorld } from './place.ts';

const TOKEN = { name: 'the token of a Callback step', least: 1, most: 1 } as const;

const succeed = defineCommand({
  name: 'sagemaker-pipelines callbacks succeed',
  summary: 'Lets a Callback step that waits for an answer succeed.',
  examples: [
    'sagemaker-pipelines callbacks succeed 1a2b3c4d5e',
    'sagemaker-pipelines callbacks succeed 1a2b3c4d5e --output Approved=yes --output By=me',
  ],
  options: {
    ...PLACE_FLAGS,
    output: {
      type: 'list',
      alias: ['o'],
      describe: 'An output of the step, as Name=value; may be given several times',
    },
  },
  operands: TOKEN,
  run: (args, context, [token]) => {
    const outputs = readAssignments(args.output, 'output') as Record<string, string>;
    return answer(token!, { outputs }, placeOf(args, undefined, context), context);
  },
});

const fail = defineCommand({
  name: 'sagemaker-pipelines callbacks fail',
  summary: 'Lets a Callback step that waits for an answer fail.',
  examples: [
    'sagemaker-pipelines callbacks fail 1a2b3c4d5e',
    'sagemaker-pipelines callbacks fail 1a2b3c4d5e --reason "the figures are wrong"',
  ],
  options: { ...PLACE_FLAGS, reason: { type: 'text', describe: 'Why, as the execution will say' } },
  operands: TOKEN,
  run: (args, context, [token]) =>
    answer(token!, { failureReason: args.reason }, placeOf(args, undefined, context), context),
});

async function answer(token: string, said: CallbackAnswer, place: Place, context: Context): Promise<Answer> {
  const { answerCallback, withConnection } = await import('../../run/sagemaker/executions.ts');
  const world = quietWorld(context);
  const arn = await withConnection(place, (connection) => answerCallback(token, said, connection, world));
  return { text: `${arn}\n`, data: { run: arn }, notes: [], diagnostics: [] };
}

/** The answers that Callback steps wait for. */
export const callbacks: Suite = {
  name: 'sagemaker-pipelines callbacks',
  summary: 'Answers Callback steps that wait: `executions show` has their tokens.',
  examples: [
    'sagemaker-pipelines callbacks succeed 1a2b3c4d5e --output Approved=yes',
    'sagemaker-pipelines callbacks fail 1a2b3c4d5e --reason "the figures are wrong"',
  ],
  commands: {
    succeed: { summary: 'The step succeeds, with outputs', load: () => Promise.resolve(succeed) },
    fail: { summary: 'The step fails, with a reason', load: () => Promise.resolve(fail) },
  },
};
