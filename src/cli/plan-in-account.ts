import { existsSync } from 'node:fs';
import type { Assembly } from '../definition/assembly.ts';
import type { Diagnostic } from '../definition/diagnostic.ts';
import type { Json, JsonObject } from '../definition/document.ts';
import { isPipelineError } from '../definition/error.ts';
import { diffText } from '../emit/diff-text.ts';
import type { Change } from '../emit/diff.ts';
import type { SageMakerOptions, SageMakerPlan } from '../run/sagemaker/run.ts';
import { awsFile } from './aws-file.ts';
import type { Answer } from './command.ts';
import type { Context } from './context.ts';
import { tableText } from './render/table.ts';

/** What a target says of the account: rows of a table, and the same as data. */
export interface AccountLook {
  readonly rows: readonly (readonly string[])[];
  readonly data: Json;
}

/** What a run would do in the account, as text and as data. */
export interface AccountPlan {
  readonly text: string;
  readonly data: Json;
  readonly diagnostics: readonly Diagnostic[];
}

/** Asks the account what a run would do there. */
export async function planInAccount(
  assembly: Assembly,
  options: SageMakerOptions,
  context: Context,
): Promise<AccountPlan> {
  return await lookInAccount(options, context, async () => {
    const { planOnSageMaker } = await import('../run/sagemaker/run.ts');
    const plan = await planOnSageMaker(assembly, options);
    return { rows: rowsOf(plan), data: dataOf(plan) };
  });
}

/** Looks at the account; where nobody is logged in, or AWS refuses, that is all it says. */
export async function lookInAccount(
  options: { readonly profile?: string | undefined },
  context: Context,
  look: () => Promise<AccountLook>,
): Promise<AccountPlan> {
  if (!mayHaveCredentials(options, context.env)) {
    return { text: 'account\n  not looked at: there are no AWS credentials here\n', data: null, diagnostics: [] };
  }
  try {
    const { rows, data } = await look();
    return { text: `account\n${tableText(rows, '  ')}`, data, diagnostics: [] };
  } catch (error) {
    if (!isPipelineError(error) || (error.failure !== 'aws' && error.failure !== 'usage')) throw error;
    const { code, message, detail, fix } = error;
    const diagnostics: Diagnostic[] = [{ code, severity: 'warning', message, detail, fix }];
    return { text: 'account\n  not known: AWS refused to say (see above)\n', data: null, diagnostics };
  }
}

/** What a run would change in the account's pipeline, and nothing else. */
export async function diffInAccount(assembly: Assembly, options: SageMakerOptions): Promise<Answer> {
  const { planOnSageMaker } = await import('../run/sagemaker/run.ts');
  const { deployment } = await planOnSageMaker({ ...assembly, assets: [] }, options);
  const { name, action, differs, deployed } = deployment;
  const others = differs.filter((part) => part !== 'definition').map((part) => `  ~ ${otherText(part, deployment)}\n`);
  const text =
    action === 'create'
      ? `+ pipeline ${name}: the account has none of this name\n`
      : action === 'nothing'
        ? `${name} is as deployed\n`
        : `${diffText(deployment.changes)}${others.length === 0 ? '' : `  settings\n${others.join('')}`}`;
  const notes =
    deployed !== undefined && deployed.definition === undefined ? ['note: what is deployed is no JSON'] : [];
  return { text, data: { ...(deploymentData(deployment) as JsonObject), diff: true }, notes, diagnostics: [] };
}

/**
 * Whether it is worth while to load AWS's SDK for a look: the ordinary places where credentials are. Those of the machine
 * itself (EC2) are not looked for, since their absence is noticed only after a second.
 */
export function mayHaveCredentials(
  { profile }: { readonly profile?: string | undefined },
  env: Context['env'],
): boolean {
  const variables = [
    'AWS_ACCESS_KEY_ID',
    'AWS_PROFILE',
    'AWS_WEB_IDENTITY_TOKEN_FILE',
    'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
    'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  ];
  if (profile !== undefined || variables.some((name) => (env[name] ?? '') !== '')) return true;
  const files = [awsFile('credentials', env), awsFile('config', env)];
  return files.some((file) => file !== undefined && file !== '/dev/null' && existsSync(file));
}

/** What a run would do to what is deployed, in words. */
export function actionText({ action, differs }: Pick<SageMakerPlan['deployment'], 'action' | 'differs'>): string {
  if (action === 'update') return `would be updated: ${differs.join(', ')}`;
  return action === 'create' ? 'would be created' : 'is up to date';
}

/** What a run would do with an asset, in words. */
export const ASSET_STATES = { there: 'is there', missing: 'would be uploaded', uploaded: '' } as const;

function rowsOf({ deployment, assets }: SageMakerPlan): string[][] {
  const { name, roleArn, bucket } = deployment;
  return [
    ['pipeline', name, actionText(deployment)],
    ['role', roleArn, ''],
    ...(bucket === undefined ? [] : [['bucket', bucket, '']]),
    ...assets.map(({ uri, state }) => ['asset', uri, ASSET_STATES[state]]),
  ];
}

function dataOf({ deployment, assets }: SageMakerPlan): Json {
  return {
    ...(deploymentData(deployment) as JsonObject),
    assets: assets.map(({ uri, state }) => ({ uri, state })),
  };
}

function deploymentData({ name, action, differs, roleArn, bucket, changes }: SageMakerPlan['deployment']): Json {
  return { pipeline: name, action, differs, roleArn, bucket: bucket ?? null, changes: changes.map(changeData) };
}

function changeData({ kind, step, path, before, after }: Change): Json {
  return {
    kind,
    step: step ?? null,
    path,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  };
}

function otherText(
  part: string,
  { deployed, roleArn, description, parallelism, tags }: SageMakerPlan['deployment'],
): string {
  switch (part) {
    case 'role':
      return `role: ${deployed?.roleArn ?? 'none'} → ${roleArn}`;
    case 'description':
      return `description: ${JSON.stringify(deployed?.description ?? '')} → ${JSON.stringify(description)}`;
    case 'parallelism':
      return `parallelism: ${deployed?.parallelism ?? 'none'} → ${parallelism ?? 'none'}`;
    default: {
      const changed = Object.entries(tags).filter(([key, value]) => deployed?.tags.get(key) !== value);
      return `tags: ${changed.map(([key, value]) => `${key}=${value}`).join(', ')}`;
    }
  }
}
