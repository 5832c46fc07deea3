import { createHash } from 'node:crypto';
import type { Assembly } from '../../definition/assembly.ts';
import { PipelineError } from '../../definition/error.ts';
import { maskSecrets } from '../../definition/secrets.ts';
import type { PublishedAsset } from '../../s3/publish.ts';
import { announcedSteps } from '../announced-steps.ts';
import { stopHere } from '../not-started.ts';
import type { WatchOptions } from '../wait-for-end.ts';
import type { Place } from '../place.ts';
import { type PublishSettings, publishForRun } from '../publish-for-run.ts';
import type { RunRequest, RunResult, World } from '../runner.ts';
import { sayTo } from '../say.ts';
import { type Connection, asking, connect } from './connect.ts';
import type { MachineDeployment } from './deployment.ts';
import { executionLink } from './history.ts';
import { type MachineOptions, planMachine } from './machine.ts';
import { requireOwnMachine } from './own-machine.ts';
import { planStack } from './stack.ts';
import { watchExecution } from './watch.ts';

/** Everything that a run on Step Functions can be told beside its request. */
export interface StepFunctionsOptions extends Place, MachineOptions, WatchOptions {
  readonly wait: boolean;
  /** Holds machine and roles in a stack of this name. */
  readonly stackName?: string | undefined;
  /** What a file of the environment says, for the parameters of the stack. */
  readonly overrides?: Readonly<Record<string, string>> | undefined;
  /** Starts with the same token start one execution. Without one every run starts its own. */
  readonly requestToken?: string | undefined;
  /** Encrypts what is uploaded. */
  readonly kmsKey?: string | undefined;
  /** The account that must own the bucket. */
  readonly expectedOwner?: string | undefined;
}

/** What a run would do in the account. */
export interface StepFunctionsPlan {
  readonly deployment: MachineDeployment;
  /** Assets and what of them is in the bucket already. */
  readonly assets: readonly PublishedAsset[];
}

/** Says what a run would do in the account, and makes no call that writes. */
export async function planOnStepFunctions(
  request: RunRequest,
  options: StepFunctionsOptions,
): Promise<StepFunctionsPlan> {
  const connection = connect(options);
  try {
    const deployment = await planDeployment(request, options, connection);
    return { deployment, assets: await publish(deployment, request.assembly, options, { dryRun: true }) };
  } finally {
    connection.close();
  }
}

/** Brings the machine of a pipeline into the account, starts an execution of it and, unless told otherwise, waits for its end. */
export async function runOnStepFunctions(
  request: RunRequest,
  options: StepFunctionsOptions,
  world: World,
): Promise<RunResult> {
  const { assembly, parameters } = request;
  const say = sayTo(world);
  const progress = (message: string): void => say({ type: 'progress', message });
  const connection = connect(options);
  try {
    const deployment = await planDeployment(request, options, connection);
    for (const diagnostic of deployment.diagnostics) say({ type: 'diagnostic', diagnostic });
    stopHere(world);
    await publish(deployment, assembly, options, { signal: world.interrupted, progress });
    stopHere(world);
    const { action, stack } = deployment;
    // A stack takes minutes.
    if (stack !== undefined && action !== 'nothing') {
      progress(`${action === 'create' ? 'creating' : 'updating'} ${nounOf(deployment)}`);
    }
    const machine = await deployment.deploy(world);
    progress(deploymentLine(deployment));
    stopHere(world);
    const arn = await startExecution(machine, request, options, connection, world);
    await requireOwnMachine(arn, deployment, options.requestToken !== undefined, connection, world);
    say({
      type: 'run-started',
      run: arn,
      pipeline: deployment.name,
      target: 'step-functions',
      steps: announcedSteps(assembly.definition),
      parameters: maskSecrets(parameters),
      links: executionLink(arn),
    });
    if (!options.wait) return { run: arn, state: 'running' };
    return await watchExecution(arn, assembly.definition, options, () => connect(options), world);
  } finally {
    connection.close();
  }
}

function planDeployment(
  { assembly, parameters }: RunRequest,
  options: StepFunctionsOptions,
  connection: Connection,
): Promise<MachineDeployment> {
  const { stackName, overrides = {} } = options;
  if (stackName === undefined) return planMachine(assembly, options, connection);
  const reads = Object.values(parameters).filter((value) => typeof value === 'string' && value.startsWith('s3://'));
  return planStack(assembly, { ...options, stackName, overrides, reads: reads as string[] }, connection);
}

function publish(
  { bucket, writesMore }: MachineDeployment,
  assembly: Assembly,
  { region, profile, kmsKey, expectedOwner }: StepFunctionsOptions,
  how: Pick<PublishSettings, 'dryRun' | 'signal' | 'progress'>,
): Promise<readonly PublishedAsset[]> {
  return publishForRun(assembly, { region, profile, bucket, writesMore, kmsKey, expectedOwner, ...how });
}

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html */
const LONGEST_INPUT = 262_144;

async function startExecution(
  machine: string,
  { parameters }: RunRequest,
  { requestToken, machineName }: StepFunctionsOptions,
  { stepFunctions }: Connection,
  world: World,
): Promise<string> {
  const input = JSON.stringify(parameters);
  if (Buffer.byteLength(input) > LONGEST_INPUT) {
    throw new PipelineError('usage', 'input-too-long', 'The values of the parameters are too long together', {
      detail: `Step Functions takes ${LONGEST_INPUT} bytes`,
      fix: 'put them into a file in S3, and give its place',
    });
  }
  // An answer that was lost on the way must not make a second execution: the name is one for all attempts.
  const request = { stateMachineArn: machine, name: executionName(requestToken, world), input };
  const { executionArn } = await asking(`start ${machineName}`, stepFunctions.startExecution(request));
  return executionArn!;
}

/** Names stand in the places that a run writes to: 80 characters at most, nobody else's for 90 days. */
function executionName(token: string | undefined, { now, unique }: World): string {
  if (token !== undefined) return token.length <= 80 ? token : createHash('sha256').update(token).digest('hex');
  const time = now().toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  return `${time}-${unique(12)}`;
}

function nounOf({ name, stack }: MachineDeployment): string {
  return stack === undefined ? `the state machine ${name}` : `the stack ${stack}`;
}

function deploymentLine(deployment: MachineDeployment): string {
  const noun = nounOf(deployment);
  const { action, differs } = deployment;
  if (action === 'create') return `created ${noun}`;
  if (action === 'nothing') return `${noun} is up to date`;
  return `updated ${differs.join(', ')} of ${noun}`;
}
