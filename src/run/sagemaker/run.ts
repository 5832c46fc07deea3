import { isPassing } from '../../aws/failure.ts';
import type { Assembly } from '../../definition/assembly.ts';
import type { ParameterValue } from '../../definition/document.ts';
import { PipelineError } from '../../definition/error.ts';
import { maskSecrets } from '../../definition/secrets.ts';
import type { PublishedAsset } from '../../s3/publish.ts';
import { announcedSteps } from '../announced-steps.ts';
import { gitCommit } from '../git-commit.ts';
import { stopHere } from '../not-started.ts';
import type { WatchOptions } from '../wait-for-end.ts';
import { type PublishSettings, publishForRun } from '../publish-for-run.ts';
import type { RunRequest, RunResult, World } from '../runner.ts';
import { sayTo } from '../say.ts';
import { type Connection, type Place, connect, explainRefusal } from './connect.ts';
import { type Deployment, type DeploymentOptions, isInline, planDeployment } from './deployment.ts';
import { requireOwnDefinition } from './own-definition.ts';
import { type Selection, selectedSteps, selectiveExecution } from './selection.ts';
import { upsert } from './upsert.ts';
import { watchExecution } from './watch.ts';

/** Everything that a run on SageMaker can be told beside its request. */
export interface SageMakerOptions extends Place, DeploymentOptions, Selection, WatchOptions {
  readonly wait: boolean;
  readonly displayName?: string | undefined;
  /** The most steps of this execution at a time. */
  readonly maxParallel?: number | undefined;
  /** Starts with the same token start one execution; 32 to 128 letters. Without one every run starts its own. */
  readonly requestToken?: string | undefined;
  /** Encrypts what is uploaded. */
  readonly kmsKey?: string | undefined;
  /** The account that must own the bucket. */
  readonly expectedOwner?: string | undefined;
}

/** What a run would do in the account. */
export interface SageMakerPlan {
  readonly deployment: Deployment;
  /** Assets and what of them is in the bucket already. */
  readonly assets: readonly PublishedAsset[];
}

/** Says what a run would do in the account, and makes no call that writes. */
export async function planOnSageMaker(assembly: Assembly, options: SageMakerOptions): Promise<SageMakerPlan> {
  selectedSteps(assembly.definition, options);
  const connection = connect(options);
  try {
    const deployment = await planDeployment(assembly, options, connection);
    return { deployment, assets: await publish(deployment, assembly, options, { dryRun: true }) };
  } finally {
    connection.close();
  }
}

/** Brings a pipeline into the account, starts an execution of it and, unless told otherwise, waits for its end. */
export async function runOnSageMaker(request: RunRequest, options: SageMakerOptions, world: World): Promise<RunResult> {
  const { assembly } = request;
  const say = sayTo(world);
  const progress = (message: string): void => say({ type: 'progress', message });
  const selected = selectedSteps(assembly.definition, options);
  refuseLongValues(request.parameters);
  const connection = connect(options);
  try {
    const deployment = await planDeployment(assembly, options, connection);
    stopHere(world);
    await publish(deployment, assembly, options, { signal: world.interrupted, progress });
    stopHere(world);
    const commit = gitCommit(world.cwd, world.env);
    const { version, isTold } = await upsert(deployment, commit, connection, world, options);
    progress(deploymentLine(deployment, version));
    stopHere(world);
    // The same token has to come with the same request, also when there is nothing more to update.
    const pinned = isTold && options.requestToken === undefined ? version : undefined;
    const arn = await startExecution(request, deployment, { selected, pinned }, options, connection, world);
    if (pinned === undefined) {
      await requireOwnDefinition(arn, deployment, options.requestToken !== undefined, connection, world);
    }
    const steps = announcedSteps(deployment.definition).filter(({ name }) => selected?.includes(name) ?? true);
    say({
      type: 'run-started',
      run: arn,
      pipeline: deployment.name,
      target: 'sagemaker',
      steps,
      parameters: maskSecrets(request.parameters),
      links: [],
    });
    if (!options.wait) return { run: arn, state: 'running' };
    return await watchExecution(arn, steps, options, () => connect(options), world);
  } finally {
    connection.close();
  }
}

function publish(
  { bucket, text }: Deployment,
  assembly: Assembly,
  { region, profile, kmsKey, expectedOwner }: SageMakerOptions,
  how: Pick<PublishSettings, 'dryRun' | 'signal' | 'progress'>,
): Promise<readonly PublishedAsset[]> {
  const writesMore = !isInline(text);
  return publishForRun(assembly, { region, profile, bucket, writesMore, kmsKey, expectedOwner, ...how });
}

async function startExecution(
  { parameters }: RunRequest,
  { name }: Deployment,
  { selected, pinned }: { readonly selected: readonly string[] | undefined; readonly pinned: number | undefined },
  options: SageMakerOptions,
  connection: Connection,
  world: World,
): Promise<string> {
  const { displayName, maxParallel, requestToken } = options;
  const commit = gitCommit(world.cwd, world.env);
  const request = {
    PipelineName: name,
    // Whoever updates the pipeline meanwhile makes another version.
    ...(pinned === undefined ? {} : { PipelineVersionId: pinned }),
    PipelineParameters: Object.entries(parameters).map(([Name, value]) => ({ Name, Value: parameterText(value) })),
    ...(displayName === undefined ? {} : { PipelineExecutionDisplayName: displayName }),
    ...(commit === undefined ? {} : { PipelineExecutionDescription: `commit ${commit}` }),
    ...(maxParallel === undefined ? {} : { ParallelismConfiguration: { MaxParallelExecutionSteps: maxParallel } }),
    ...(selected === undefined
      ? {}
      : { SelectiveExecutionConfig: await selectiveExecution(selected, options, name, connection) }),
    // One for all attempts at this start: an answer that was lost on the way must not make a second execution.
    ClientRequestToken: requestToken ?? world.unique(64),
  };
  try {
    const started = await connection.sagemaker.startPipelineExecution(request);
    return started.PipelineExecutionArn!;
  } catch (error) {
    // Without an answer nobody knows, and a second start would be another execution.
    const fix = isPassing(error) ? `see whether it started: sagemaker-pipelines executions list ${name}` : undefined;
    throw explainRefusal(error, `start ${name}`, fix);
  }
}

/** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Parameter.html */
const LONGEST_VALUE = 1024;

/** AWS would say so once the pipeline is changed and its assets are in the bucket. */
function refuseLongValues(parameters: RunRequest['parameters']): void {
  for (const [name, value] of Object.entries(parameters)) {
    const { length } = parameterText(value);
    if (length <= LONGEST_VALUE) continue;
    const message = `The value of parameter ${name} has ${length} characters; SageMaker takes ${LONGEST_VALUE}`;
    throw new PipelineError('usage', 'bad-value', message, { fix: 'put it into a file in S3, and give its place' });
  }
}

/** As the service wants the values of all types: as text. */
function parameterText(value: ParameterValue): string {
  return String(value);
}

function deploymentLine({ action, name, differs }: Deployment, version: number | undefined): string {
  const made = version === undefined ? '' : ` (version ${version})`;
  if (action === 'create') return `created the pipeline ${name}${made}`;
  if (action === 'nothing') return `the pipeline ${name} is up to date`;
  return `updated ${differs.join(', ')} of the pipeline ${name}${made}`;
}
