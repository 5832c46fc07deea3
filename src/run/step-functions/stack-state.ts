import type { Stack, StackEvent } from '@aws-sdk/client-cloudformation';
import { isPassing } from '../../aws/failure.ts';
import { PipelineError } from '../../definition/error.ts';
import type { World } from '../runner.ts';
import { type Connection, asking } from './connect.ts';

const LOOK_EVERY = 3_000;

/** A stack as it is, when one is there that can be worked on. */
export async function findStack(name: string, { cloudFormation }: Connection): Promise<Stack | undefined> {
  try {
    const { Stacks: [stack] = [] } = await cloudFormation().describeStacks({ StackName: name });
    if (stack !== undefined) requireUsable(stack, name);
    return stack;
  } catch (error) {
    if (error instanceof Error && /does not exist/i.test(error.message)) return undefined;
    return await asking(`look at the stack ${name}`, Promise.reject(error as Error));
  }
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html#cfn-console-view-stack-data-resources-status-codes */
function requireUsable(stack: Stack, name: string): void {
  const status: string = stack.StackStatus ?? '';
  if (isReady(status) || status === 'UPDATE_ROLLBACK_COMPLETE' || status === 'IMPORT_COMPLETE') return;
  if (status.endsWith('_IN_PROGRESS') && status !== 'REVIEW_IN_PROGRESS') {
    throw new PipelineError('aws', 'stack-busy', `The stack ${name} is being changed: ${status}`, {
      fix: `wait until it is done: aws cloudformation describe-stacks --stack-name ${name}`,
    });
  }
  const command = status === 'UPDATE_ROLLBACK_FAILED' ? 'continue-update-rollback' : 'delete-stack';
  throw new PipelineError('aws', 'stack-unusable', `The stack ${name} cannot be updated: ${status}`, {
    fix: `aws cloudformation ${command} --stack-name ${name}`,
  });
}

function isReady(status: string): boolean {
  return /^(?:CREATE|UPDATE)_COMPLETE(?:_CLEANUP_IN_PROGRESS)?$/.test(status);
}

/** Waits until a stack is ready; why it is not going to be is an error. */
export async function settleStack(id: string, name: string, connection: Connection, world: World): Promise<Stack> {
  for (;;) {
    const stack = await lookAt(id, connection);
    const status: string = stack?.StackStatus ?? '';
    if (stack !== undefined && isReady(status)) return stack;
    if (stack !== undefined && !status.endsWith('_IN_PROGRESS')) {
      throw new PipelineError('aws', 'stack-failed', `The stack ${name} could not be brought up: ${status}`, {
        detail: (await reasonsOf(id, connection)).join('\n  '),
        fix: 'mend the cause and run this again',
      });
    }
    if (world.interrupted.aborted) {
      throw new PipelineError('interrupted', 'interrupted', `The stack ${name} is still being changed`, {
        detail: 'no run was started',
        fix: `aws cloudformation describe-stacks --stack-name ${name}`,
      });
    }
    await world.sleep(LOOK_EVERY, world.interrupted);
  }
}

/** Undefined when AWS has no answer now. */
async function lookAt(id: string, { cloudFormation }: Connection): Promise<Stack | undefined> {
  try {
    const { Stacks: [stack] = [] } = await cloudFormation().describeStacks({ StackName: id });
    return stack;
  } catch (error) {
    if (isPassing(error)) return undefined;
    return await asking(`look at the stack ${id}`, Promise.reject(error as Error));
  }
}

/** What failed of itself, in AWS's words; what was only given up because of that says nothing. */
async function reasonsOf(id: string, { cloudFormation }: Connection): Promise<string[]> {
  const events: StackEvent[] = [];
  try {
    const { StackEvents: found = [] } = await cloudFormation().describeStackEvents({ StackName: id });
    events.push(...found);
  } catch {
    // That the stack failed is known already.
  }
  const failed = events.filter(
    ({ ResourceStatus: status = '', ResourceStatusReason: reason = '', PhysicalResourceId: resource }) =>
      status.endsWith('_FAILED') && resource !== id && !/cancelled/i.test(reason),
  );
  return failed.map(({ LogicalResourceId: resource, ResourceStatusReason: reason }) => `${resource}: ${reason}`);
}
