import { isDeepStrictEqual } from 'node:util';
import { partitionOf } from '../../aws/regions.ts';
import type { Assembly } from '../../definition/assembly.ts';
import { EXECUTION_ROLE_ARN, bind } from '../../definition/bind.ts';
import { PipelineError } from '../../definition/error.ts';
import { jsonIn } from '../../definition/expression.ts';
import { toStateMachine } from '../../emit/step-functions/state-machine.ts';
import { type Connection, asking } from './connect.ts';
import { type MachineDeployment, asksFor, bucketFor, requireMachine } from './deployment.ts';

/** Where a state machine goes, as far as someone said it. */
export interface MachineOptions {
  /** The name in the account. */
  readonly machineName: string;
  /** The role of the jobs. */
  readonly roleArn?: string | undefined;
  /** The role of the machine; else the deployed machine keeps its own, else it is the role of the jobs. */
  readonly workflowRoleArn?: string | undefined;
  readonly bucket?: string | undefined;
}

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateStateMachine.html: starts within "a few seconds" may use what was. */
const SETTLING = 5_000;

/** Compares the machine that an assembly becomes with what the account has; changes nothing. */
export async function planMachine(
  assembly: Assembly,
  options: MachineOptions,
  connection: Connection,
): Promise<MachineDeployment> {
  const diagnostics = requireMachine(assembly);
  const { machineName: name, workflowRoleArn } = options;
  const { region, stepFunctions } = connection;
  if (asksFor(assembly.definition, EXECUTION_ROLE_ARN) && options.roleArn === undefined) {
    const fix = '--role-arn ARN, SAGEMAKER_PIPELINE_ROLE_ARN, or "roleArn" in pipelines.config.json';
    throw missingRole('No role was given for the jobs', `${fix}; with --environment NAME one is made`);
  }
  const bucket = await bucketFor(assembly, options.bucket, connection);
  const { machine } = toStateMachine(bind(assembly.definition, { bucket, roleArn: options.roleArn }));
  const arn = `arn:${partitionOf(region).id}:states:${region}:${await connection.account()}:stateMachine:${name}`;
  const deployed = await findMachine(arn, connection);
  const roleArn = workflowRoleArn ?? deployed?.roleArn ?? options.roleArn;
  if (roleArn === undefined) {
    const fix = '--workflow-role-arn ARN; with --environment NAME one is made';
    throw missingRole(`No role was given for the state machine ${name}`, fix);
  }
  const differs = [
    ...(deployed !== undefined && !isDeepStrictEqual(deployed.machine, machine) ? ['definition'] : []),
    ...(deployed !== undefined && deployed.roleArn !== roleArn ? ['role'] : []),
    ...(deployed !== undefined && (await lacksTags(arn, assembly.tags, connection)) ? ['tags'] : []),
  ];
  const action = deployed === undefined ? 'create' : differs.length > 0 ? 'update' : 'nothing';
  const definition = JSON.stringify(machine);
  const tags = Object.entries(assembly.tags).map(([key, value]) => ({ key, value }));
  return {
    name,
    bucket,
    roles: { machine: roleArn, ...(options.roleArn === undefined ? {} : { jobs: options.roleArn }) },
    action,
    differs,
    diagnostics,
    writesMore: false,
    machine,
    deploy: async (world) => {
      if (differs.includes('tags')) {
        await asking(`tag the state machine ${name}`, stepFunctions.tagResource({ resourceArn: arn, tags }));
      }
      if (differs.includes('definition') || differs.includes('role')) {
        const update = stepFunctions.updateStateMachine({ stateMachineArn: arn, definition, roleArn });
        await asking(`update the state machine ${name}`, update);
        await world.sleep(SETTLING, world.interrupted);
      } else if (action === 'create') {
        // Created twice with the same content it is one machine, so that a lost answer does no harm.
        const request = { name, definition, roleArn, ...(tags.length === 0 ? {} : { tags }) };
        await asking(`create the state machine ${name}`, stepFunctions.createStateMachine(request));
      }
      return arn;
    },
  };
}

interface DeployedMachine {
  /** Undefined when its text is no JSON that we can read. */
  readonly machine: unknown;
  readonly roleArn: string | undefined;
}

async function findMachine(arn: string, { stepFunctions }: Connection): Promise<DeployedMachine | undefined> {
  try {
    const { definition = '', roleArn } = await stepFunctions.describeStateMachine({ stateMachineArn: arn });
    return { machine: jsonIn(definition), roleArn };
  } catch (error) {
    if (error instanceof Error && error.name === 'StateMachineDoesNotExist') return undefined;
    return await asking(`look at the state machine ${arn}`, Promise.reject(error as Error));
  }
}

/** Those of others are left alone. */
async function lacksTags(arn: string, tags: Assembly['tags'], { stepFunctions }: Connection): Promise<boolean> {
  const wanted = Object.entries(tags);
  if (wanted.length === 0) return false;
  const listed = asking(`read the tags of ${arn}`, stepFunctions.listTagsForResource({ resourceArn: arn }));
  const there = new Map((await listed).tags?.map(({ key, value }) => [key, value]));
  return wanted.some(([key, value]) => there.get(key) !== value);
}

function missingRole(message: string, fix: string): PipelineError {
  return new PipelineError('usage', 'missing-role', message, {
    detail: 'a machine starts jobs, and both run as a role',
    fix,
  });
}
