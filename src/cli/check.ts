import { sayCount } from '../definition/count.ts';
import type { Diagnostic } from '../definition/diagnostic.ts';
import { PipelineError, isPipelineError } from '../definition/error.ts';
import { type Answer, defineCommand } from './command.ts';
import { type Config, readConfig } from './config.ts';
import type { Context } from './context.ts';
import { listPipelines } from './find-pipeline.ts';
import { readPipeline } from './read-pipeline.ts';
import { diagnosticOf } from './render.ts';
import { faultsIn, fileOf, isDocumentFile, textOf } from './read-source.ts';
import { regionOf } from './settings.ts';

/** Checks documents and pipelines. */
export const checkDocuments = defineCommand({
  name: 'sagemaker-pipelines check',
  summary: 'Says everything that AWS would refuse in a definition, from this project or from anywhere.',
  examples: ['sagemaker-pipelines check batch_inference', 'sagemaker-pipelines check pipelinedefinition.json --json'],
  options: {
    region: { type: 'text', describe: 'The region [AWS_REGION, else us-east-1]' },
    kwargs: { type: 'text', describe: 'Options for a pipeline that is a function: JSON, or a Python dict' },
    strict: { type: 'flag', describe: 'Let no warning through either' },
  },
  operands: { name: 'definitions or names of pipelines [every pipeline of this project]', least: 0, most: Infinity },
  async run(args, context, operands): Promise<Answer> {
    const config = readConfig(context.cwd);
    const region = regionOf(args.region, context.env, config).value;
    const targets: Target[] = [];
    for (const word of operands.length > 0 ? operands : everyPipeline(context)) {
      targets.push({
        name: word,
        diagnostics: await diagnosticsOf(word, { region, kwargs: args.kwargs }, config, context),
      });
    }
    const diagnostics = targets.flatMap((target) => target.diagnostics);
    const warnings = countOf(diagnostics, 'warning');
    const isTooStrict = args.strict === true && warnings > 0 && countOf(diagnostics, 'error') === 0;
    return {
      text: targets.map(verdict).join(''),
      data: { documents: targets.map(({ name, diagnostics: own }) => ({ name, ...counts(own) })) },
      notes: [],
      diagnostics,
      failure: isTooStrict
        ? new PipelineError('invalid', 'warnings', `${sayCount(warnings, 'warning')}, and --strict lets none through`)
        : undefined,
    };
  },
});

interface Target {
  readonly name: string;
  readonly diagnostics: readonly Diagnostic[];
}

function everyPipeline({ cwd }: Context): string[] {
  const names = listPipelines(cwd).map(({ name }) => name);
  if (names.length > 0) return names;
  throw new PipelineError('usage', 'no-pipelines', 'There is no pipelines/<name>/pipeline.ts in this folder', {
    fix: 'name a definition: sagemaker-pipelines check pipelinedefinition.json',
  });
}

async function diagnosticsOf(
  word: string,
  asked: { readonly region: string; readonly kwargs: string | undefined },
  config: Config,
  context: Context,
): Promise<readonly Diagnostic[]> {
  if (isDocumentFile(word)) {
    const file = fileOf(word, context);
    return faultsIn(textOf(file), file);
  }
  try {
    const wanted = { name: word, ...asked, otherwise: 'mend it' };
    return (await readPipeline(wanted, config, context)).diagnostics;
  } catch (thrown) {
    // A pipeline with errors is thrown with all of them; the others are still to be looked at.
    if (!isPipelineError(thrown) || thrown.failure !== 'invalid') throw thrown;
    return thrown.diagnostics.length > 0 ? thrown.diagnostics : [diagnosticOf(thrown)];
  }
}

function verdict({ name, diagnostics }: Target): string {
  const { errors, warnings } = counts(diagnostics);
  if (errors > 0)
    return `${name}: ${sayCount(errors, 'error')}${warnings > 0 ? `, ${sayCount(warnings, 'warning')}` : ''}\n`;
  return `${name} is as AWS wants it${warnings > 0 ? `, with ${sayCount(warnings, 'warning')}` : ''}\n`;
}

function counts(diagnostics: readonly Diagnostic[]): { errors: number; warnings: number } {
  return { errors: countOf(diagnostics, 'error'), warnings: countOf(diagnostics, 'warning') };
}

function countOf(diagnostics: readonly Diagnostic[], wanted: Diagnostic['severity']): number {
  return diagnostics.filter(({ severity }) => severity === wanted).length;
}
