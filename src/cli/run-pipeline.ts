import { relative } from 'node:path';
import type { Assembly } from '../definition/assembly.ts';
import type { Diagnostic } from '../definition/diagnostic.ts';
import type { JsonObject, ParameterValue } from '../definition/document.ts';
import { PipelineError } from '../definition/error.ts';
import { MASK, isSecret, secretValues } from '../definition/secrets.ts';
import { announcedSteps } from '../run/announced-steps.ts';
import type { RunRequest } from '../run/runner.ts';
import { type Answer, type Arguments, type Options, defineCommand } from './command.ts';
import { type Config, readConfig } from './config.ts';
import type { Context } from './context.ts';
import { type AccountSettings, SAGEMAKER_FLAGS, sageMakerOptions } from './on-sagemaker.ts';
import { type Environment, environmentValues, readEnvironment } from './environment-file.ts';
import { STEP_FUNCTIONS_FLAGS, stepFunctionsOptions } from './on-step-functions.ts';
import { LOCAL_FLAGS } from './on-this-machine.ts';
import { type GivenValues, readAssignments, runParameters } from './parameters.ts';
import type { AccountPlan } from './plan-in-account.ts';
import { type Plan, TARGETS, type Target, planText, plannedImages } from './plan.ts';
import { SHOW_FLAGS } from './render/flags.ts';
import { type ReadPipeline, readPipeline } from './read-pipeline.ts';
import { readParams, readSample } from './sample.ts';
import { rerunCommand, resumeCommand } from './rerun.ts';
import { resumedValues } from './resumed.ts';
import { runRegion } from './run-region.ts';
import { withModels } from './sample-models.ts';
import { bucketOf, regionNotes, regionOf, roleOf } from './settings.ts';
import { readTags, refuseTags } from './tags.ts';
import { refuseForeignFlags } from './target-flags.ts';
import { translateParams } from './translate-params.ts';

/** The flags of every command that runs a pipeline. */
export const RUN_FLAGS = {
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
  ...SHOW_FLAGS,
  ...SAGEMAKER_FLAGS,
  ...STEP_FUNCTIONS_FLAGS,
  ...LOCAL_FLAGS,
  'dry-run': { type: 'flag', describe: 'Say what would run and with what, and start nothing' },
  diff: { type: 'flag', describe: 'Say what a run would change in the deployed pipeline, and start nothing' },
} as const satisfies Options;

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
    ...RUN_FLAGS,
  },
  async run(args, context): Promise<Answer> {
    const { name, kwargs, check } = args;
    return await runSource(
      (region, config) =>
        readPipeline({ name, kwargs, region, check, otherwise: 'nothing was started' }, config, context),
      args,
      context,
      'run-pipeline',
    );
  },
});

/** Runs what a word or a flag means, or says what a run would do. */
export async function runSource(
  read: (region: string, config: Config) => Promise<ReadPipeline>,
  args: Arguments<typeof RUN_FLAGS>,
  context: Context,
  command: string,
  ranFor: readonly string[] = [],
): Promise<Answer> {
  const config = readConfig(context.cwd);
  const target = targetOf(args.local, args.on);
  refuseForeignFlags(args, target);
  const region = target === 'local' ? regionOf(args.region, context.env, config) : runRegion(args, context.env, config);
  const environment =
    args.environment === undefined ? undefined : readEnvironment(args.environment, region.value, context.cwd);
  const role = roleOf(args['role-arn'], context.env, config);
  const tags = args.tags === undefined ? {} : readTags(args.tags);
  const flags: GivenValues = { from: 'flag', values: readAssignments(args.param) };
  const source = await read(region.value, config);
  const { file, diagnostics } = source;
  const params =
    args.params === undefined ? undefined : await translateParams(readParams(args.params, context.cwd), file, context);
  const named = args.bucket === undefined && params?.bucket !== undefined ? { from: '--params' } : {};
  const found = bucketOf(args.bucket ?? params?.bucket, config);
  const bucket = found && { ...found, ...named };
  const assembly = { ...source.assembly, name: params?.name ?? source.assembly.name };
  const described = withFlags(assembly, { ...assembly.tags, ...tags }, args.description);
  if (target !== 'local') refuseTags(described.tags);
  const account = { region, role, bucket, wait: args.wait ?? true, environment };
  if (args.diff === true) return await diff(described, target, account, args);
  const own =
    environment === undefined ? [] : [await environmentValues(environment, file, assembly.definition, context)];
  const given = [flags, ...(params === undefined ? [] : [params.given]), ...own];
  const resumed = args.resume === undefined ? [] : [resumedValues(args.resume, given, context)];
  const written = target === 'local' && args.resume === undefined ? readSample(file) : undefined;
  const makeModel = (name: string, why: string): Promise<Answer> =>
    runFirst(name, why, args, context, [...ranFor, file]);
  const mayMake = args['dry-run'] === true ? undefined : makeModel;
  const completed = written && (await withModels(written, given, mayMake, context));
  if (completed !== undefined && 'failed' in completed) return completed.failed;
  const sample = completed?.sample;
  const parameters = runParameters(assembly, [...given, ...(sample === undefined ? [] : [sample]), ...resumed]);
  const secrets = parameters.filter(({ name, value }) => isSecret(name, value)).map(({ name }) => name);
  const plan: Plan = {
    pipeline: assembly.name,
    file,
    target,
    region,
    role: role ?? null,
    environment: environment?.name ?? null,
    bucket: bucket ?? null,
    description: described.description ?? null,
    tags: described.tags,
    wait: account.wait,
    steps: announcedSteps(assembly.definition),
    parameters: parameters.map((each) => ({ ...each, value: secrets.includes(each.name) ? MASK : each.value })),
    images: plannedImages(assembly.definition),
  };
  const sampled = parameters.filter(({ from }) => from === 'sample').map(({ name }) => name);
  const notes = [...regionNotes(region), ...(completed?.notes ?? [])];
  if (sampled.length > 0) {
    notes.push(`note: ${sampled.join(', ')} from ${relative(context.cwd, sample!.file!)}`);
  }
  // On this machine nobody else sees them; and what the author wrote as a default is known to all who read the code.
  const shown =
    target === 'local' ? [] : parameters.filter(({ name, from }) => secrets.includes(name) && from !== 'default');
  const warned = [...diagnostics, ...shown.map(({ name }) => secretParameter(name))];
  const values = parameters.filter(({ from }) => from !== 'default').map(({ name, value }) => [name, value]);
  const request = { assembly: described, parameters: Object.fromEntries(values) as Record<string, ParameterValue> };
  if (args['dry-run'] !== true) {
    const again = AGAIN[target];
    const rerun = again?.(command, context.argv, secretValues(request.parameters));
    const before = { notes, diagnostics: warned };
    // What only a run needs is loaded by one: a plan has to be quick.
    const { execute } = await import('./execute.ts');
    return await execute(target, request, { ...account, args, rerun }, before, context);
  }
  const data = { dryRun: true, ...(plan as unknown as JsonObject) };
  if (target === 'local') return { text: planText(plan), data, notes, diagnostics: warned };
  const there = await lookThere(request, target, account, args, context);
  return {
    text: `${planText(plan)}\n${there.text}`,
    data: { ...data, account: there.data },
    notes,
    diagnostics: [...warned, ...there.diagnostics],
  };
}

/** What a run would do in the account. */
async function lookThere(
  request: RunRequest,
  target: Exclude<Target, 'local'>,
  account: RunAccount,
  args: Arguments<typeof RUN_FLAGS>,
  context: Context,
): Promise<AccountPlan> {
  if (target === 'sagemaker') {
    const { planInAccount } = await import('./plan-in-account.ts');
    return await planInAccount(request.assembly, sageMakerOptions(args, account), context);
  }
  const { planMachineInAccount } = await import('./plan-on-step-functions.ts');
  const options = stepFunctionsOptions(args, account, request.assembly.name, account.environment);
  return await planMachineInAccount(request, options, context);
}

const AGAIN: Readonly<Record<Target, typeof rerunCommand | undefined>> = {
  sagemaker: rerunCommand,
  local: resumeCommand,
  'step-functions': undefined,
};

interface RunAccount extends AccountSettings {
  readonly environment: Environment | undefined;
}

/** Runs the pipeline that makes what another one's sample needs, with its own sample. */
async function runFirst(
  name: string,
  why: string,
  args: Arguments<typeof RUN_FLAGS>,
  context: Context,
  ranFor: readonly string[],
): Promise<Answer> {
  const own = { param: [], params: undefined, kwargs: undefined, tags: undefined, description: undefined };
  const read = async (region: string, config: Config): Promise<ReadPipeline> => {
    const wanted = { name, kwargs: undefined, region, check: args.check, otherwise: 'nothing was started' };
    const source = await readPipeline(wanted, config, context);
    if (!ranFor.includes(source.file)) return source;
    throw new PipelineError('usage', 'bad-sample', `The samples of pipelines wait for each other: ${name}`, {
      at: source.file,
    });
  };
  context.stderr.write(`note: ${name} runs first: ${why}\n`);
  // What it was started with is not what it would be started with by itself.
  const argv = ['--name', name, '--local', ...(args.runtime === undefined ? [] : ['--runtime', args.runtime])];
  return await runSource(read, { ...args, ...own }, { ...context, argv }, 'run-pipeline', ranFor);
}

async function diff(
  assembly: Assembly,
  target: Target,
  account: RunAccount,
  args: Arguments<typeof RUN_FLAGS>,
): Promise<Answer> {
  if (target === 'sagemaker') {
    const { diffInAccount } = await import('./plan-in-account.ts');
    return await diffInAccount(assembly, sageMakerOptions(args, account));
  }
  const { diffMachineInAccount } = await import('./plan-on-step-functions.ts');
  const options = stepFunctionsOptions(args, account, assembly.name, account.environment);
  return await diffMachineInAccount({ assembly, parameters: {} }, options);
}

/** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListPipelineParametersForExecution.html */
function secretParameter(name: string): Diagnostic {
  return {
    code: 'secret-parameter',
    severity: 'warning',
    message: `The parameter ${name} looks like a secret, and AWS shows parameters to all who may see the execution`,
    fix: 'keep it in AWS Secrets Manager, and give the step its ARN',
  };
}

/** The assembly with what the flags say of it. */
function withFlags(assembly: Assembly, tags: Assembly['tags'], description: string | undefined): Assembly {
  return { ...assembly, tags, ...(description === undefined ? {} : { description }) };
}

function targetOf(local: boolean | undefined, on: string | undefined): Target {
  if (local === true && on !== undefined && on !== 'local') {
    throw new PipelineError('usage', 'bad-value', `--local and --on ${on} contradict each other`, {
      fix: 'give one of them',
    });
  }
  return local === true ? 'local' : ((on ?? 'sagemaker') as Target);
}
