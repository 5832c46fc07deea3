import { relative } from 'node:path';
import type { JsonObject, ParameterValue } from '../definition/document.ts';
import { PipelineError } from '../definition/error.ts';
import { type Answer, defineCommand } from './command.ts';
import { readConfig } from './config.ts';
import { execute } from './execute.ts';
import { type GivenValues, readAssignments, runParameters } from './parameters.ts';
import { type Plan, TARGETS, type Target, planText, plannedImages, plannedSteps } from './plan.ts';
import { readPipeline } from './read-pipeline.ts';
import { readParams, readSample } from './sample.ts';
import { bucketOf, regionNotes, regionOf, roleOf } from './settings.ts';
import { readTags } from './tags.ts';

/** Runs a pipeline, or says what a run would do. */
export const runPipeline = defineCommand({
  name: 'run-pipeline',
  summary: 'Runs a pipeline on this machine, on SageMaker or on Step Functions; with --dry-run it says what would run.',
  examples: [
    'run-pipeline --name batch_inference --local --dry-run',
    'run-pipeline --name batch_inference --param ModelName=abalone --param InferenceInstanceCount=2 --dry-run',
  ],
  options: {
    name: { type: 'text', alias: ['n', 'module-name'], describe: 'The pipeline: a folder of pipelines/, or a path' },
    local: { type: 'flag', describe: 'Run on this machine: --on local' },
    on: { type: 'text', choices: TARGETS, describe: 'Where to run [sagemaker]' },
    param: { type: 'list', alias: ['p'], describe: 'A parameter, as Name=value; may be given several times' },
    params: { type: 'text', describe: 'Parameters as a file with one JSON object, or the object itself' },
    'role-arn': { type: 'text', describe: 'The execution role [SAGEMAKER_PIPELINE_ROLE_ARN]' },
    bucket: { type: 'text', describe: 'The artefact bucket' },
    region: { type: 'text', describe: 'The region [AWS_REGION, else us-east-1]' },
    kwargs: { type: 'text', describe: 'Options for a pipeline that is a function: JSON, or a Python dict' },
    check: { type: 'flag', describe: 'Check the definition first; --no-check leaves it out [yes]' },
    tags: { type: 'text', describe: 'Tags: a list of Key and Value, or one object; JSON or Python' },
    description: { type: 'text', describe: "The pipeline's description" },
    wait: { type: 'flag', describe: 'Stay until the run has ended [yes]' },
    'dry-run': { type: 'flag', describe: 'Say what would run and with what, and start nothing' },
  },
  async run(args, context): Promise<Answer> {
    const config = readConfig(context.cwd);
    const target = targetOf(args.local, args.on);
    const region = regionOf(args.region, context.env, config);
    const role = roleOf(args['role-arn'], context.env, config);
    const bucket = bucketOf(args.bucket, config);
    const tags = args.tags === undefined ? {} : readTags(args.tags);
    const flags: GivenValues = { from: 'flag', values: readAssignments(args.param) };
    const params = args.params === undefined ? [] : [readParams(args.params, context.cwd)];
    const wanted = {
      name: args.name,
      kwargs: args.kwargs,
      region: region.value,
      otherwise: 'nothing was started',
      check: args.check,
    };
    const { file, assembly, diagnostics } = await readPipeline(wanted, config, context);
    const sample = target === 'local' ? readSample(file) : undefined;
    const parameters = runParameters(assembly, [flags, ...params, ...(sample === undefined ? [] : [sample])]);
    const plan: Plan = {
      pipeline: assembly.name,
      file,
      target,
      region,
      role: role ?? null,
      bucket: bucket ?? null,
      description: args.description ?? assembly.description ?? null,
      tags: { ...assembly.tags, ...tags },
      wait: args.wait ?? true,
      steps: plannedSteps(assembly.definition),
      parameters,
      images: plannedImages(assembly.definition),
    };
    const sampled = parameters.filter(({ from }) => from === 'sample').map(({ name }) => name);
    const notes = regionNotes(region);
    if (sampled.length > 0) {
      notes.push(`note: ${sampled.join(', ')} from ${relative(context.cwd, sample!.file!)}`);
    }
    if (args['dry-run'] !== true) {
      const values = parameters.filter(({ from }) => from !== 'default').map(({ name, value }) => [name, value]);
      const request = { assembly, parameters: Object.fromEntries(values) as Record<string, ParameterValue> };
      return await execute(target, request, { notes, diagnostics }, context);
    }
    return { text: planText(plan), data: { dryRun: true, ...(plan as unknown as JsonObject) }, notes, diagnostics };
  },
});

function targetOf(local: boolean | undefined, on: string | undefined): Target {
  if (local === true && on !== undefined && on !== 'local') {
    throw new PipelineError('usage', 'bad-value', `--local and --on ${on} contradict each other`, {
      fix: 'give one of them',
    });
  }
  return local === true ? 'local' : ((on ?? 'sagemaker') as Target);
}
