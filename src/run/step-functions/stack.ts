import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Parameter, Stack } from '@aws-sdk/client-cloudformation';
import { partitionOf } from '../../aws/regions.ts';
import type { Assembly } from '../../definition/assembly.ts';
import type { Diagnostic } from '../../definition/diagnostic.ts';
import type { JsonObject } from '../../definition/document.ts';
import { PipelineError } from '../../definition/error.ts';
import { isObject, jsonIn } from '../../definition/expression.ts';
import { templateText, toStateMachineTemplate } from '../../emit/cloudformation/template.ts';
import { openS3 } from '../../s3/client.ts';
import { putObject } from '../../s3/put.ts';
import { readS3Uri } from '../../s3/uri.ts';
import { type Connection, asking } from './connect.ts';
import { type MachineDeployment, bucketFor, requireMachine } from './deployment.ts';
import type { MachineOptions } from './machine.ts';
import { findStack, settleStack } from './stack-state.ts';

/** Where a machine goes that a stack of its own holds, with its roles. */
interface StackOptions extends Omit<MachineOptions, 'workflowRoleArn'> {
  readonly stackName: string;
  /** Parameters of the stack as a file of the environment gives them; their case does not count. */
  readonly overrides: Readonly<Record<string, string>>;
  /** What the run reads: a role that the stack makes may read it. */
  readonly reads: readonly string[];
  /** Encrypts what is uploaded. */
  readonly kmsKey?: string | undefined;
  /** The account that must own the bucket. */
  readonly expectedOwner?: string | undefined;
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html: a longer one goes through S3. */
const INLINE_BYTES = 51_200;
/** Parameters of the template. */
const BUCKET = 'ArtifactBucket';
const ROLE = 'ExecutionRoleArn';
const DATA = 'DataArns';

/** Compares the stack that an assembly becomes with what the account has; changes nothing. */
export async function planStack(
  assembly: Assembly,
  options: StackOptions,
  connection: Connection,
): Promise<MachineDeployment> {
  requireMachine(assembly);
  const { stackName: stack, machineName: name } = options;
  const { template, diagnostics } = toStateMachineTemplate(assembly);
  const spacious = templateText(template);
  const text = Buffer.byteLength(spacious) > INLINE_BYTES ? JSON.stringify(template) : spacious;
  const isLong = Buffer.byteLength(text) > INLINE_BYTES;
  const declared = Object.keys(template['Parameters'] as JsonObject);
  const overrides = matched(options.overrides, declared);
  const deployed = await findStack(stack, connection);
  const before = new Map((deployed?.Parameters ?? []).map((each) => [each.ParameterKey!, each.ParameterValue ?? '']));
  const named = options.bucket ?? overrides.get(BUCKET) ?? before.get(BUCKET);
  const found = await bucketFor(assembly, named, connection);
  const bucket = found ?? (isLong ? `sagemaker-${connection.region}-${await connection.account()}` : undefined);
  const roleArn = options.roleArn ?? overrides.get(ROLE);
  const data = new Set([before.get(DATA), overrides.get(DATA)].flatMap((list) => list?.split(',') ?? []));
  if (roleArn === undefined) for (const arn of arnsOf(options.reads, connection.region)) data.add(arn);
  const wanted = new Map([
    ...overrides,
    ['PipelineName', name],
    ...(bucket === undefined ? [] : [[BUCKET, bucket] as const]),
    ...(roleArn === undefined ? [] : [[ROLE, roleArn] as const]),
    [DATA, [...data].filter((arn) => arn !== '').join(',')],
  ]);
  const values = new Map([...wanted].filter(([key]) => declared.includes(key)));
  const changed = [...values].filter(([key, value]) => value !== (before.get(key) ?? '')).map(([key]) => key);
  const current = deployed === undefined ? undefined : await templateOf(deployed, connection);
  const isSame = isDeepStrictEqual(current, template);
  const differs = deployed === undefined ? [] : [...(isSame ? [] : ['template']), ...changed];
  const action = deployed === undefined ? 'create' : differs.length === 0 ? 'nothing' : 'update';
  const tags = Object.entries(assembly.tags).map(([Key, Value]) => ({ Key, Value }));
  const parameters = declared.flatMap((key): Parameter[] => {
    const value = values.get(key);
    if (value !== undefined) return [{ ParameterKey: key, ParameterValue: value }];
    // What somebody set stays; what was only the default of the template becomes the default of the new one.
    const isSet = before.has(key) && before.get(key) !== defaultOf(current, key);
    return isSet ? [{ ParameterKey: key, UsePreviousValue: true }] : [];
  });
  return {
    name,
    stack,
    bucket,
    roles: roleArn === undefined ? {} : { jobs: roleArn },
    action,
    differs,
    diagnostics: [...diagnostics, ...unused(options.overrides, [...declared, ...namesOf(assembly)])],
    writesMore: isLong && action !== 'nothing',
    deploy: async (world) => {
      if (action === 'nothing') return machineOf(deployed!, stack);
      const request = {
        StackName: stack,
        ...(isLong ? { TemplateURL: await putTemplate(text, bucket!, options, connection) } : { TemplateBody: text }),
        Parameters: parameters,
        Capabilities: ['CAPABILITY_IAM' as const],
        // https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_UpdateStack.html: an empty list takes all tags away.
        ...(tags.length === 0 ? {} : { Tags: tags }),
        ClientRequestToken: world.unique(64),
      };
      const id = await sendStack(request, action, connection);
      return id === undefined
        ? machineOf(deployed!, stack)
        : machineOf(await settleStack(id, stack, connection, world), stack);
    },
  };
}

/** Creates or updates; the result is the stack's id, or nothing when AWS finds nothing to update. */
async function sendStack(
  request: { readonly StackName: string; readonly Parameters: Parameter[] } & Record<string, unknown>,
  action: 'create' | 'update',
  { cloudFormation }: Connection,
): Promise<string | undefined> {
  const doing = `${action} the stack ${request.StackName}`;
  try {
    const { StackId: id } =
      action === 'create'
        ? // What cannot be made is taken away again: a stack that never was ready can only be deleted.
          await cloudFormation().createStack({ ...request, OnFailure: 'DELETE' })
        : await cloudFormation().updateStack(request);
    return id;
  } catch (error) {
    if (error instanceof Error && /No updates are to be performed/i.test(error.message)) return undefined;
    return await asking(doing, Promise.reject(error as Error));
  }
}

function machineOf({ Outputs: outputs = [] }: Stack, stack: string): string {
  const arn = outputs.find(({ OutputKey: key }) => key === 'StateMachineArn')?.OutputValue;
  if (arn !== undefined) return arn;
  throw new PipelineError('usage', 'stack-of-others', `The stack ${stack} holds no state machine of a pipeline`, {
    fix: 'name another environment, or delete the stack',
  });
}

/** The template that is deployed; nothing where someone wrote it as YAML. */
async function templateOf({ StackId: id }: Stack, { cloudFormation }: Connection): Promise<JsonObject | undefined> {
  const request = { StackName: id, TemplateStage: 'Original' as const };
  const { TemplateBody: body = '' } = await asking(`read the template of ${id}`, cloudFormation().getTemplate(request));
  return jsonIn(body) as JsonObject | undefined;
}

function defaultOf(template: JsonObject | undefined, parameter: string): string | undefined {
  const declared = template?.['Parameters'];
  const found = isObject(declared) ? declared[parameter] : undefined;
  const value = isObject(found) ? found['Default'] : undefined;
  return value === undefined || typeof value === 'object' ? undefined : String(value);
}

/** The settings by the names that the template gives its parameters. */
function matched(overrides: Readonly<Record<string, string>>, declared: readonly string[]): Map<string, string> {
  const names = new Map(declared.map((name) => [name.toLowerCase(), name]));
  return new Map(
    Object.entries(overrides).flatMap(([key, value]) => {
      const name = names.get(key.toLowerCase());
      return name === undefined || value === '' ? [] : [[name, value] as const];
    }),
  );
}

function namesOf({ definition: { Parameters: declared = [] } }: Assembly): string[] {
  return declared.map(({ Name }) => Name);
}

function unused(overrides: Readonly<Record<string, string>>, known: readonly string[]): Diagnostic[] {
  const names = new Set(known.map((name) => name.toLowerCase()));
  const others = Object.keys(overrides).filter((key) => !names.has(key.toLowerCase()));
  if (others.length === 0) return [];
  return [
    {
      code: 'unused-setting',
      severity: 'warning',
      message: `The file of the environment says what this pipeline does not ask for: ${others.join(', ')}`,
      detail: 'its settings are parameters of the pipeline and of the stack',
    },
  ];
}

/** What a role has to be allowed to read for places in S3. */
function arnsOf(places: readonly string[], region: string): string[] {
  return places.flatMap((place) => {
    const at = readS3Uri(place);
    if (at === undefined) return [];
    const arn = `arn:${partitionOf(region).id}:s3:::${at.bucket}`;
    return [arn, `${arn}/${at.key}*`];
  });
}

async function putTemplate(
  text: string,
  bucket: string,
  { kmsKey, expectedOwner }: StackOptions,
  { region, profile }: Connection,
): Promise<string> {
  const key = `sagemaker-pipelines/templates/${createHash('sha256').update(text).digest('hex')}.json`;
  const s3 = await openS3({ region, profile });
  try {
    await putObject(s3, { bucket, key }, text, { contentType: 'application/json', kmsKeyId: kmsKey, expectedOwner });
  } finally {
    s3.destroy();
  }
  return `https://${bucket}.s3.${region}.${partitionOf(region).dnsSuffix}/${key}`;
}
