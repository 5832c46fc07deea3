import { isDeepStrictEqual } from 'node:util';
import { partitionOf } from '../../aws/regions.ts';
import type { Assembly } from '../../definition/assembly.ts';
import { ARTIFACT_BUCKET, EXECUTION_ROLE_ARN, bind } from '../../definition/bind.ts';
import { type Diagnostic, hasErrors } from '../../definition/diagnostic.ts';
import type { JsonObject, PipelineDocument } from '../../definition/document.ts';
import { PipelineError } from '../../definition/error.ts';
import { toStateMachine } from '../../emit/step-functions/state-machine.ts';
import type { World } from '../runner.ts';
import { type Connection, asking } from './connect.ts';

/** Where a state machine goes, as far as someone said it. */
export interface MachineOptions {
  /** The name in the account, the environment at its end. */
  readonly machineName: string;
  /** The role of the jobs. */
  readonly roleArn?: string | undefined;
  /** The role of the machine; else the deployed machine keeps its own, else it is the role of the jobs. */
  readonly workflowRoleArn?: string | undefined;
  readonly bucket?: string | undefined;
}

/** What there is to do so that the account has a state machine; nothing of it is done yet. */
export interface MachinePlan {
  readonly name: string;
  readonly arn: string;
  readonly roleArn: string;
  /** Undefined when the document needs none. */
  readonly bucket: string | undefined;
  readonly document: PipelineDocument;
  readonly machine: JsonObject;
  readonly diagnostics: readonly Diagnostic[];
  readonly tags: Readonly<Record<string, string>>;
  readonly action: 'create' | 'update' | 'nothing';
  /** What differs: `definition`, `role`. */
  readonly differs: readonly string[];
}

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html */
const LONGEST_DEFINITION = 1_048_576;
/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateStateMachine.html: starts within "a few seconds" may use what was. */
const SETTLING = 5_000;

/** Compares the machine that an assembly becomes with what the account has; changes nothing. */
export async function planMachine(
  assembly: Assembly,
  options: MachineOptions,
  connection: Connection,
): Promise<MachinePlan> {
  const { machineName: name } = options;
  const { region } = connection;
  const asks = (parameter: string): boolean =>
    assembly.definition.Parameters?.some(({ Name }) => Name === parameter) ?? false;
  if (asks(EXECUTION_ROLE_ARN) && options.roleArn === undefined) {
    throw missingRole('No role was given for the jobs', '--role-arn ARN');
  }
  const needsBucket = asks(ARTIFACT_BUCKET) || assembly.assets.length > 0;
  const account = await connection.account();
  const bucket = options.bucket ?? (needsBucket ? `sagemaker-${region}-${account}` : undefined);
  const document = bind(assembly.definition, { bucket, roleArn: options.roleArn });
  const { machine, diagnostics } = toStateMachine(document);
  if (hasErrors(diagnostics)) {
    throw new PipelineError('invalid', 'no-counterpart', `${assembly.name} cannot run on Step Functions`, {
      detail: 'nothing was started',
      fix: 'run it on SageMaker: --on sagemaker',
      diagnostics,
    });
  }
  const length = JSON.stringify(machine).length;
  if (length > LONGEST_DEFINITION) {
    throw new PipelineError('invalid', 'definition-too-long', `The state machine of ${name} is too long`, {
      detail: `it has ${length} characters; the most is ${LONGEST_DEFINITION}`,
      fix: 'make several pipelines of it, or move long arguments into files',
    });
  }
  const arn = `arn:${partitionOf(region).id}:states:${region}:${account}:stateMachine:${name}`;
  const deployed = await findMachine(arn, connection);
  const roleArn = options.workflowRoleArn ?? deployed?.roleArn ?? options.roleArn;
  if (roleArn === undefined)
    throw missingRole(`No role was given for the state machine ${name}`, '--workflow-role-arn ARN');
  const differs = [
    ...(deployed !== undefined && !isDeepStrictEqual(deployed.machine, machine) ? ['definition'] : []),
    ...(deployed !== undefined && deployed.roleArn !== roleArn ? ['role'] : []),
  ];
  const action = deployed === undefined ? 'create' : differs.length > 0 ? 'update' : 'nothing';
  return { name, arn, roleArn, bucket, document, machine, diagnostics, tags: assembly.tags, action, differs };
}

interface DeployedMachine {
  /** Undefined when its text is no JSON that we can read. */
  readonly machine: unknown;
  readonly roleArn: string | undefined;
}

async function findMachine(arn: string, { stepFunctions }: Connection): Promise<DeployedMachine | undefined> {
  try {
    const { definition = '', roleArn } = await stepFunctions.describeStateMachine({ stateMachineArn: arn });
    return { machine: readJson(definition), roleArn };
  } catch (error) {
    if (error instanceof Error && error.name === 'StateMachineDoesNotExist') return undefined;
    return await asking(`look at the state machine ${arn}`, Promise.reject(error as Error));
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Creates or updates a machine as was planned; one that differs in nothing is left alone. */
export async function deployMachine(plan: MachinePlan, { stepFunctions }: Connection, world: World): Promise<void> {
  const { name, arn, roleArn, action, tags } = plan;
  const definition = JSON.stringify(plan.machine);
  if (action === 'nothing') return;
  if (action === 'update') {
    const update = stepFunctions.updateStateMachine({ stateMachineArn: arn, definition, roleArn });
    await asking(`update the state machine ${name}`, update);
    await world.sleep(SETTLING, world.interrupted);
    return;
  }
  // Created twice with the same content it is one machine, so that a lost answer does no harm.
  const list = Object.entries(tags).map(([key, value]) => ({ key, value }));
  const create = stepFunctions.createStateMachine({
    name,
    definition,
    roleArn,
    ...(list.length === 0 ? {} : { tags: list }),
  });
  await asking(`create the state machine ${name}`, create);
}

function missingRole(message: string, flag: string): PipelineError {
  return new PipelineError('usage', 'missing-role', message, {
    detail: 'the machine starts jobs, and both run as a role',
    fix:
      flag === '--role-arn ARN' ? `${flag}, SAGEMAKER_PIPELINE_ROLE_ARN, or "roleArn" in pipelines.config.json` : flag,
  });
}
