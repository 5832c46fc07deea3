import type { Json } from '../definition/document.ts';
import { diffDocuments, diffText } from '../emit/diff.ts';
import { type Answer, defineCommand } from './command.ts';
import { readConfig } from './config.ts';
import { readSource } from './read-source.ts';
import { regionNotes, regionOf } from './settings.ts';

/** Compares two definitions. */
export const diff = defineCommand({
  name: 'sagemaker-pipelines diff',
  summary:
    'Says what is different in the second of two definitions, step by step. Ends with 0 when nothing is, with 1 when something is.',
  examples: [
    'sagemaker-pipelines diff pipelinedefinition.json batch_inference',
    'sagemaker-pipelines diff before.json after.json --json',
  ],
  options: {
    region: {
      type: 'text',
      describe: 'The region that pipelines of this project are emitted for [AWS_REGION, else us-east-1]',
    },
  },
  operands: { name: 'two definitions, or names of pipelines', least: 2, most: 2 },
  async run(args, context, words): Promise<Answer> {
    const config = readConfig(context.cwd);
    const region = regionOf(args.region, context.env, config);
    const wanted = { kwargs: undefined, region: region.value, otherwise: 'nothing was compared', check: false };
    const [before, after] = [
      await readSource(words[0]!, wanted, config, context),
      await readSource(words[1]!, wanted, config, context),
    ];
    const changes = diffDocuments(before.assembly.definition, after.assembly.definition);
    const steps = new Set(changes.flatMap(({ step }) => step ?? [])).size;
    const isSame = changes.length === 0;
    return {
      text: diffText(changes),
      data: { isSame, changes: changes as unknown as Json },
      notes: [
        // The region means something only where something was emitted.
        ...([before, after].some(({ file }) => !file.endsWith('.json') && file !== '-') ? regionNotes(region) : []),
        isSame
          ? `${words[0]!} and ${words[1]!} are the same`
          : `${count(changes.length, 'change')} in ${count(steps, 'step')}`,
      ],
      diagnostics: [...before.diagnostics, ...after.diagnostics],
      exitCode: isSame ? undefined : 1,
    };
  },
});

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
