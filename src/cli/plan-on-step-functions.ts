import type { RunRequest } from '../run/runner.ts';
import { requireMachine } from '../run/step-functions/deployment.ts';
import { type StepFunctionsOptions, type StepFunctionsPlan, planOnStepFunctions } from '../run/step-functions/run.ts';
import type { Answer } from './command.ts';
import type { Context } from './context.ts';
import { ASSET_STATES, type AccountLook, type AccountPlan, actionText, lookInAccount } from './plan-in-account.ts';

/** What a run on Step Functions would do in the account. */
export async function planMachineInAccount(
  request: RunRequest,
  options: StepFunctionsOptions,
  context: Context,
): Promise<AccountPlan> {
  const diagnostics = requireMachine(request.assembly);
  const plan = await lookInAccount(options, context, async () => lookOf(await planOnStepFunctions(request, options)));
  return { ...plan, diagnostics: [...diagnostics, ...plan.diagnostics] };
}

/** What a run on Step Functions would change in the account's machine, and nothing else. */
export async function diffMachineInAccount(request: RunRequest, options: StepFunctionsOptions): Promise<Answer> {
  const plan = await planOnStepFunctions({ ...request, assembly: { ...request.assembly, assets: [] } }, options);
  const { name, action, differs, diagnostics } = plan.deployment;
  const text =
    action === 'create'
      ? `+ state machine ${name}: the account has none of this name\n`
      : action === 'nothing'
        ? `${name} is as deployed\n`
        : differs.map((part) => `~ ${part}\n`).join('');
  return { text, data: { ...deploymentData(plan), diff: true }, notes: [], diagnostics };
}

function lookOf(plan: StepFunctionsPlan): AccountLook {
  const { name, stack, bucket, roles } = plan.deployment;
  const what = actionText(plan.deployment);
  const made = stack === undefined ? '' : 'the stack makes it';
  const rows = [
    ...(stack === undefined ? [] : [['stack', stack, what]]),
    ['state machine', name, stack === undefined ? what : ''],
    ['its role', roles['machine'] ?? made, ''],
    ['role of the jobs', roles['jobs'] ?? made, ''],
    ...(bucket === undefined ? [] : [['bucket', bucket, '']]),
    ...plan.assets.map(({ uri, state }) => ['asset', uri, ASSET_STATES[state]]),
  ].filter(([, value]) => value !== '');
  const assets = plan.assets.map(({ uri, state }) => ({ uri, state }));
  return { rows, data: { ...deploymentData(plan), assets } };
}

function deploymentData({ deployment: { name, stack, action, differs, roles, bucket } }: StepFunctionsPlan) {
  return { stateMachine: name, stack: stack ?? null, action, differs, roles, bucket: bucket ?? null };
}
