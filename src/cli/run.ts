import { relative } from 'node:path';
import { check } from '../check/check.ts';
import { hasErrors } from '../definition/diagnostic.ts';
import type { ParameterValue } from '../definition/document.ts';
import { PipelineError } from '../definition/error.ts';
import { type Answer, defineCommand } from './command.ts';
import { readConfig } from './config.ts';
import { execute } from './execute.ts';
import { LOCAL_FLAGS } from './on-this-machine.ts';
import { type GivenValues, readAssignments, runParameters } from './parameters.ts';
import type { ReadPipeline } from './read-pipeline.ts';
import { readSource } from './read-source.ts';
import { readParams, readSample } from './sample.ts';
import { regionNotes, regionOf } from './settings.ts';

/** Runs a document from anywhere on this machine. */
export const run = defineCommand({
  name: 'sagemaker-pipelines run',
  summary: 'Runs a definition from anywhere, or a pipeline of this project, on this machine.',
  examples: [
    'sagemaker-pipelines run pipelinedefinition.json --param ModelName=abalone',
    'sagemaker-pipelines run batch_inference --map s3://my-bucket/data=./data',
  ],
  options: {
    local: { type: 'flag', describe: 'Run on this machine, the only place so far' },
    param: { type: 'list', alias: ['p'], describe: 'A parameter, as Name=value; may be given several times' },
    params: { type: 'text', describe: 'Parameters as a file with one JSON object, or the object itself' },
    region: { type: 'text', describe: 'The region [AWS_REGION, else us-east-1]' },
    'max-parallel': { type: 'text', describe: 'The most steps at a time' },
    ...LOCAL_FLAGS,
  },
  operands: { name: 'a definition or the name of a pipeline', least: 1, most: 1 },
  async run(args, context, [word]): Promise<Answer> {
    const config = readConfig(context.cwd);
    const region = regionOf(args.region, context.env, config);
    const wanted = { kwargs: undefined, region: region.value, otherwise: 'nothing was started' };
    const source = await readSource(word!, wanted, config, context);
    const isDocument = /^-$|\.json$/.test(word!);
    if (isDocument) refuseInvalid(source);
    const flags: GivenValues = { from: 'flag', values: readAssignments(args.param) };
    const params = args.params === undefined ? [] : [readParams(args.params, context.cwd)];
    const sample = isDocument ? undefined : readSample(source.file);
    const given = runParameters(source.assembly, [flags, ...params, ...(sample === undefined ? [] : [sample])]);
    const notes = regionNotes(region);
    const sampled = given.filter(({ from }) => from === 'sample').map(({ name }) => name);
    if (sampled.length > 0) notes.push(`note: ${sampled.join(', ')} from ${relative(context.cwd, sample!.file!)}`);
    const values = given.filter(({ from }) => from !== 'default').map(({ name, value }) => [name, value]);
    const request = {
      assembly: source.assembly,
      parameters: Object.fromEntries(values) as Record<string, ParameterValue>,
    };
    return await execute('local', request, { region, args }, { notes, diagnostics: source.diagnostics }, context);
  },
});

/** What AWS would refuse is not run here either: it would only fail later, and further from its cause. */
function refuseInvalid({ assembly, file }: ReadPipeline): void {
  const diagnostics = check(assembly.definition);
  if (!hasErrors(diagnostics)) return;
  throw new PipelineError(
    'invalid',
    'invalid-definition',
    `${assembly.name} is not as AWS wants it; nothing was started`,
    {
      at: file,
      diagnostics,
    },
  );
}
