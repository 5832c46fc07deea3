import { check } from '../check/check.ts';
import { hasErrors } from '../definition/diagnostic.ts';
import { type Answer, defineCommand } from './command.ts';
import { readConfig } from './config.ts';
import { readSource } from './read-source.ts';
import { regionOf } from './settings.ts';

/** Checks documents and pipelines. */
export const checkDocuments = defineCommand({
  name: 'sagemaker-pipelines check',
  summary: 'Says everything that AWS would refuse in a definition, from this project or from anywhere.',
  examples: ['sagemaker-pipelines check batch_inference', 'sagemaker-pipelines check pipelinedefinition.json --json'],
  options: {
    region: { type: 'text', describe: 'The region [AWS_REGION, else us-east-1]' },
  },
  operands: { name: 'a definition or the name of a pipeline', least: 1, most: 1 },
  async run(args, context, operands): Promise<Answer> {
    const config = readConfig(context.cwd);
    const wanted = {
      kwargs: undefined,
      region: regionOf(args.region, context.env, config).value,
      otherwise: 'mend it',
    };
    const source = await readSource(operands[0]!, wanted, config, context);
    const found = source.diagnostics.length > 0 ? source.diagnostics : check(source.assembly.definition);
    const text = hasErrors(found) ? '' : `${source.assembly.name} is as AWS wants it\n`;
    return { text, data: { name: source.assembly.name }, notes: [], diagnostics: found };
  },
});
