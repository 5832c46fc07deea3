import { resolve } from 'node:path';
import { sayCount } from '../definition/count.ts';
import { type Assembly, originOf } from '../definition/assembly.ts';
import { bind } from '../definition/bind.ts';
import { type Diagnostic, hasErrors } from '../definition/diagnostic.ts';
import type { Json } from '../definition/document.ts';
import { PipelineError } from '../definition/error.ts';
import { walkSteps } from '../definition/walk.ts';
import { type Answer, defineCommand } from './command.ts';
import { readConfig } from './config.ts';
import { FORMATS, type Format, type FormatName } from './formats.ts';
import { readPipeline } from './read-pipeline.ts';
import { bucketOf, regionNotes, regionOf, roleOf } from './settings.ts';
import { writeTextFile } from './write-file.ts';

/** Writes a pipeline's definition. */
export const getPipelineDefinition = defineCommand({
  name: 'get-pipeline-definition',
  summary: 'Writes the JSON definition of a pipeline: the document that SageMaker takes.',
  examples: [
    'get-pipeline-definition --name batch_inference',
    'get-pipeline-definition --name batch_inference --region eu-west-1 --file-name - | jq .Steps',
  ],
  options: {
    name: { type: 'text', alias: ['n', 'module-name'], describe: 'The pipeline: a folder of pipelines/, or a path' },
    'file-name': { type: 'text', alias: ['f'], describe: 'Where to write; - for stdout [pipelinedefinition.json]' },
    format: { type: 'text', choices: Object.keys(FORMATS), describe: 'How to write it [json]' },
    region: { type: 'text', describe: 'The region it is for [AWS_REGION, else us-east-1]' },
    bucket: { type: 'text', describe: 'Put this artefact bucket in instead of the parameter ArtifactBucket' },
    'role-arn': { type: 'text', describe: 'Put this role in instead of the parameter ExecutionRoleArn' },
    kwargs: { type: 'text', describe: 'Options for a pipeline that is a function: JSON, or a Python dict' },
    check: { type: 'flag', describe: 'Check the definition first; --no-check leaves it out [yes]' },
  },
  async run(args, context): Promise<Answer> {
    const config = readConfig(context.cwd);
    const region = regionOf(args.region, context.env, config);
    // A document is bound only when that is asked for here: a file must not differ because of who happens to write it.
    const account = { bucket: bucketOf(args.bucket, {})?.value, roleArn: roleOf(args['role-arn'], {}, {})?.value };
    const wanted = {
      name: args.name,
      kwargs: args.kwargs,
      region: region.value,
      otherwise: 'nothing was written',
      check: args.check,
    };
    const { assembly, diagnostics: found } = await readPipeline(wanted, config, context);
    const definition = bind(assembly.definition, account);
    const format: Format = FORMATS[(args.format ?? 'json') as FormatName];
    const written = await format.write(assembly, account);
    const diagnostics = [...found, ...locate(written.diagnostics, assembly)];
    if (hasErrors(diagnostics)) {
      throw new PipelineError('invalid', 'cannot-be-written', `${assembly.name} cannot be written as ${args.format}`, {
        detail: 'nothing was written',
        diagnostics,
      });
    }
    const { text } = written;
    const steps = [...walkSteps(definition)].length;
    const parameters = definition.Parameters?.length ?? 0;
    const bytes = Buffer.byteLength(text);
    const summary = `${assembly.name}: ${sayCount(steps, 'step')}, ${sayCount(parameters, 'parameter')}, ${sayCount(bytes, 'byte')}`;
    const data = { pipeline: assembly.name, region: region.value, steps, parameters, bytes };
    const notes = regionNotes(region);
    const target = args['file-name'] ?? format.fileName;
    if (target === '-') {
      const content =
        args.format === undefined || args.format === 'json' ? { definition: definition as unknown as Json } : { text };
      return { text, data: { ...data, ...content }, notes: [...notes, summary], diagnostics };
    }
    const outcome = writeTextFile(resolve(context.cwd, target), text);
    const said = outcome === 'written' ? `wrote ${target}` : `${target} is unchanged`;
    return {
      text: `${target}\n`,
      data: { ...data, file: resolve(context.cwd, target), outcome },
      notes: [...notes, `${summary}; ${said}`],
      diagnostics,
    };
  },
});

/** With the author's lines: a writer of a form knows only the document. */
function locate(diagnostics: readonly Diagnostic[], assembly: Assembly): readonly Diagnostic[] {
  // Where the author wrote what is slow to find out.
  if (diagnostics.length === 0) return diagnostics;
  const { origins } = assembly;
  return diagnostics.map((diagnostic) =>
    diagnostic.path === undefined ? diagnostic : { ...diagnostic, at: originOf(origins, diagnostic.path) },
  );
}
