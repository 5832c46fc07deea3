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
import { type GivenValues, type RunParameter, readAssignments, runParameters } from './parameters.ts';
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
import { unfitValues } from './unfit-values.ts';
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
  read: ReadSource,
  args: RunArguments,
  context: Context,
  command: string,
  ranFor: readonly string[] = [],
): Promise<Answer> {
  const run = await readRun(read, args, context);
  if (args.diff === true) return await diff(run, args);
  const filled = await fillParameters(run, args, context, ranFor);
  if ('failed' in filled) return filled.failed;
  const { parameters } = filled;
  const values = parameters.filter(({ from }) => from !== 'default').map(({ name, value }) => [name, value]);
  const request: RunRequest = {
    assembly: run.assembly,
    parameters: Object.fromEntries(values) as Record<string, ParameterValue>,
  };
  // On this machine a file may stand in the place of an S3 URI, and what is no file either is refused.
  const unfit =
    run.target === 'local' || args.check === false
      ? []
      : await unfitValues(run.assembly.definition, request.parameters);
  const before = {
    notes: [...regionNotes(run.region), ...filled.notes],
    diagnostics: [...run.diagnostics, ...shownSecrets(run.target, parameters), ...unfit],
  };
  if (args['dry-run'] === true) return await tellPlan(run, request, parameters, before, args, context);
  const rerun = AGAIN[run.target]?.(command, context.argv, secretValues(request.parameters));
  // What only a run needs is loaded by one: a plan has to be quick.
  const { execute } = await import('./execute.ts');
  return await execute(run.target, request, { ...run, args, rerun }, before, context);
}

type RunArguments = Arguments<typeof RUN_FLAGS>;
type ReadSource = (region: string, config: Config) => Promise<ReadPipeline>;

/** What flags, configuration and the pipeline itself say of a run. */
interface WantedRun extends AccountSettings {
  readonly target: Target;
  readonly environment: Environment | undefined;
  readonly file: string;
  readonly assembly: Assembly;
  readonly diagnostics: readonly Diagnostic[];
  /** Values of parameters, those that win first. */
  readonly given: readonly GivenValues[];
}

async function readRun(read: ReadSource, args: RunArguments, context: Context): Promise<WantedRun> {
  const config = readConfig(context.cwd);
  const target = targetOf(args.local, args.on);
  refuseForeignFlags(args, target);
  const region = target === 'local' ? regionOf(args.region, context.env, config) : runRegion(args, context.env, config);
  const environment =
    args.environment === undefined ? undefined : readEnvironment(args.environment, region.value, context.cwd);
  const role = roleOf(args['role-arn'], context.env, config);
  const tags = args.tags === undefined ? {} : readTags(args.tags);
  const flags: GivenValues = { from: 'flag', values: readAssignments(args.param) };
  const { assembly, file, diagnostics } = await read(region.value, config);
  const params =
    args.params === undefined ? undefined : await translateParams(readParams(args.params, context.cwd), file, context);
  const bucket = bucketOf(args.bucket ?? params?.bucket, config);
  const isOfParams = args.bucket === undefined && params?.bucket !== undefined;
  const allTags = { ...assembly.tags, ...tags };
  if (target !== 'local') refuseTags(allTags);
  return {
    target,
    region,
    role,
    bucket: bucket && isOfParams ? { ...bucket, from: '--params' } : bucket,
    wait: args.wait ?? true,
    environment,
    file,
    assembly: {
      ...assembly,
      name: params?.name ?? assembly.name,
      tags: allTags,
      ...(args.description === undefined ? {} : { description: args.description }),
    },
    diagnostics,
    given: params === undefined ? [flags] : [flags, params.given],
  };
}

type FilledParameters =
  | { readonly parameters: readonly RunParameter[]; readonly notes: readonly string[] }
  | { readonly failed: Answer };

/** The parameters of a run, of all who may give them; on this machine, a model that the sample needs is made first. */
async function fillParameters(
  { target, environment, file, assembly, given: wanted }: WantedRun,
  args: RunArguments,
  context: Context,
  ranFor: readonly string[],
): Promise<FilledParameters> {
  const own =
    environment === undefined ? [] : [await environmentValues(environment, file, assembly.definition, context)];
  const given = [...wanted, ...own];
  if (args.resume !== undefined) {
    const before = resumedValues(args.resume, assembly.name, given, context);
    return { parameters: runParameters(assembly, [...given, before]), notes: [] };
  }
  const written = target === 'local' ? readSample(file) : undefined;
  if (written === undefined) return { parameters: runParameters(assembly, given), notes: [] };
  const makeModel = async (name: string, why: string): Promise<Answer> => {
    // A path that leads nowhere is said now, and not when the other pipeline has done its work.
    const { localFiles } = await import('../run/local/local-files.ts');
    const values = Object.assign({}, ...given.toReversed().map((each) => each.values)) as Record<
      string,
      ParameterValue
    >;
    await localFiles(assembly.definition, values, { cwd: context.cwd, gathered: '', run: '' });
    return await runFirst(name, why, args, context, [...ranFor, file]);
  };
  const completed = await withModels(written, given, args['dry-run'] === true ? undefined : makeModel, context);
  if ('failed' in completed) return completed;
  const parameters = runParameters(assembly, [...given, completed.sample]);
  const sampled = parameters.filter(({ from }) => from === 'sample').map(({ name }) => name);
  const from = sampled.length === 0 ? [] : [`note: ${sampled.join(', ')} from ${relative(context.cwd, written.file!)}`];
  return { parameters, notes: [...completed.notes, ...from] };
}

/** What a run would do: here, and in the account that it goes to. */
async function tellPlan(
  run: WantedRun,
  request: RunRequest,
  parameters: readonly RunParameter[],
  before: Pick<Answer, 'notes' | 'diagnostics'>,
  args: RunArguments,
  context: Context,
): Promise<Answer> {
  const { file, target, region, role = null, bucket = null, wait, assembly } = run;
  const { name: pipeline, description = null, tags, definition } = assembly;
  const plan: Plan = {
    pipeline,
    file,
    target,
    region,
    role,
    environment: run.environment?.name ?? null,
    bucket,
    description,
    tags,
    wait,
    steps: announcedSteps(definition),
    parameters: parameters.map((each) => (isSecret(each.name, each.value) ? { ...each, value: MASK } : each)),
    images: plannedImages(definition),
  };
  const data = { dryRun: true, ...(plan as unknown as JsonObject) };
  if (target === 'local') return { ...before, text: planText(plan), data };
  const there = await lookThere(request, run, args, context);
  return {
    text: `${planText(plan)}\n${there.text}`,
    data: { ...data, account: there.data },
    notes: before.notes,
    diagnostics: [...before.diagnostics, ...there.diagnostics],
  };
}

/** What a run would do in the account. */
async function lookThere(
  request: RunRequest,
  run: WantedRun,
  args: RunArguments,
  context: Context,
): Promise<AccountPlan> {
  if (run.target === 'sagemaker') {
    const { planInAccount } = await import('./plan-in-account.ts');
    return await planInAccount(request.assembly, sageMakerOptions(args, run), context);
  }
  const { planMachineInAccount } = await import('./plan-on-step-functions.ts');
  const options = stepFunctionsOptions(args, run, request.assembly.name, run.environment);
  return await planMachineInAccount(request, options, context);
}

const AGAIN: Readonly<Record<Target, typeof rerunCommand | undefined>> = {
  sagemaker: rerunCommand,
  local: resumeCommand,
  'step-functions': undefined,
};

/** Runs the pipeline that makes what another one's sample needs, with its own sample. */
async function runFirst(
  name: string,
  why: string,
  args: RunArguments,
  context: Context,
  ranFor: readonly string[],
): Promise<Answer> {
  const said = { param: [], params: undefined, kwargs: undefined, tags: undefined, description: undefined };
  // Steps are those of the pipeline that was asked for, and so is the page.
  const chosen = { only: [], from: undefined, 'source-execution': undefined, open: undefined };
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
  return await runSource(read, { ...args, ...said, ...chosen }, { ...context, argv }, 'run-pipeline', ranFor);
}

async function diff(run: WantedRun, args: RunArguments): Promise<Answer> {
  const { assembly, environment } = run;
  if (run.target === 'sagemaker') {
    const { diffInAccount } = await import('./plan-in-account.ts');
    return await diffInAccount(assembly, sageMakerOptions(args, run));
  }
  const { diffMachineInAccount } = await import('./plan-on-step-functions.ts');
  const options = stepFunctionsOptions(args, run, assembly.name, environment);
  return await diffMachineInAccount({ assembly, parameters: {} }, options);
}

// https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListPipelineParametersForExecution.html
function shownSecrets(target: Target, parameters: readonly RunParameter[]): Diagnostic[] {
  // On this machine nobody else sees them; and what the author wrote as a default is known to all who read the code.
  if (target === 'local') return [];
  const secrets = parameters.filter(({ name, value, from }) => from !== 'default' && isSecret(name, value));
  return secrets.map(({ name }) => ({
    code: 'secret-parameter',
    severity: 'warning',
    message: `The parameter ${name} looks like a secret, and AWS shows parameters to all who may see the execution`,
    fix: 'keep it in AWS Secrets Manager, and give the step its ARN',
  }));
}

function targetOf(local: boolean | undefined, on: string | undefined): Target {
  if (local === true && on !== undefined && on !== 'local') {
    throw new PipelineError('usage', 'bad-value', `--local and --on ${on} contradict each other`, {
      fix: 'give one of them',
    });
  }
  return local === true ? 'local' : ((on ?? 'sagemaker') as Target);
}
