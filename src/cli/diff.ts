import { sayCount } from '../definition/count.ts';
import type { Json } from '../definition/document.ts';
import { PipelineError } from '../definition/error.ts';
import { diffText } from '../emit/diff-text.ts';
import { type Change, diffDocuments } from '../emit/diff.ts';
import { type Answer, defineCommand } from './command.ts';
import { readConfig } from './config.ts';
import type { Context } from './context.ts';
import { readSource } from './read-source.ts';
import { styleFor } from './render/style.ts';
import { regionNotes, regionOf } from './settings.ts';

/** Compares two definitions. */
export const diff = defineCommand({
  name: 'sagemaker-pipelines diff',
  summary:
    'Says what is different in the second of two definitions, step by step. Ends with 0 when nothing is, with 1 when something is.',
  examples: [
    'sagemaker-pipelines diff pipelinedefinition.json batch_inference',
    'sagemaker-pipelines diff deployed.json churn --json',
  ],
  options: {
    region: {
      type: 'text',
      describe: 'The region that pipelines of this project are emitted for [AWS_REGION, else us-east-1]',
    },
    kwargs: { type: 'text', describe: 'Options for a pipeline that is a function: JSON, or a Python dict' },
  },
  operands: {
    name: "two definitions, describe-pipeline's answers or names of pipelines; - for stdin",
    least: 2,
    most: 2,
  },
  async run(args, context, words): Promise<Answer> {
    if (words.every((word) => word === '-')) {
      throw new PipelineError('usage', 'bad-value', 'stdin holds one definition, not both', {
        fix: 'write one of them to a file',
      });
    }
    const config = readConfig(context.cwd);
    const region = regionOf(args.region, context.env, config);
    const { kwargs } = args;
    const wanted = { kwargs, region: region.value, otherwise: 'nothing was compared', check: false };
    const [before, after] = [
      await readSource(words[0]!, wanted, config, context),
      await readSource(words[1]!, wanted, config, context),
    ];
    const changes = diffDocuments(before.assembly.definition, after.assembly.definition);
    const isSame = changes.length === 0;
    return {
      text: paintChanges(diffText(changes), context),
      data: { isSame, changes: changes as unknown as Json },
      notes: [
        // The region means something only where something was emitted.
        ...([before, after].some(({ file }) => !file.endsWith('.json') && file !== '-') ? regionNotes(region) : []),
        isSame
          ? `${words[0]!} and ${words[1]!} are the same`
          : `${sayCount(changes.length, 'change')} in ${placesOf(changes)}`,
      ],
      diagnostics: [...before.diagnostics, ...after.diagnostics],
      exitCode: isSame ? undefined : 1,
    };
  },
});

/** Where the changes are: `2 steps and the pipeline itself`. */
function placesOf(changes: readonly Change[]): string {
  const steps = new Set(changes.map(({ step }) => step));
  const isAround = steps.delete(undefined);
  return [...(steps.size > 0 ? [sayCount(steps.size, 'step')] : []), ...(isAround ? ['the pipeline itself'] : [])].join(
    ' and ',
  );
}

const COLOURS = { '+': 'green', '-': 'red', '~': 'yellow', '>': 'cyan' } as const;

/** On a screen what came is green and what went is red; of the rest only the sign has a colour. */
function paintChanges(text: string, { stdout, env, cwd }: Context): string {
  const { paint } = styleFor({ stderr: stdout, env, cwd });
  return text.replaceAll(/^( *)([+~>-])( .*)$/gm, (_, margin: string, sign: keyof typeof COLOURS, rest: string) => {
    const colour = COLOURS[sign];
    return margin + (sign === '+' || sign === '-' ? paint(sign + rest, colour) : paint(sign, colour) + rest);
  });
}
