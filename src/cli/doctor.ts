import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Json } from '../definition/document.ts';
import { codeOf, isPipelineError } from '../definition/error.ts';
import { type Answer, defineCommand } from './command.ts';
import { type Config, readConfig } from './config.ts';
import type { Context } from './context.ts';
import { listPipelines } from './find-pipeline.ts';
import { mayHaveCredentials } from './plan-in-account.ts';
import { sectionText } from './render/table.ts';
import { bucketOf, regionOf, roleOf } from './settings.ts';

/** What was looked at, and what came out. */
interface Finding {
  readonly name: string;
  /** `missing` keeps something from working; `without` only makes it work otherwise. */
  readonly state: 'ok' | 'without' | 'missing';
  readonly said: string;
  readonly fix?: string | undefined;
}

const NODE = [20, 19] as const;
const SIGNS = { ok: 'ok', without: '-', missing: 'missing' } as const;
const LIMIT = 20_000;

/** Says what works on this machine, what is missing, and how to mend it. */
export const doctor = defineCommand({
  name: 'sagemaker-pipelines doctor',
  summary: 'Says what of a run, here and on AWS, works on this machine, what is missing, and how to mend it.',
  examples: ['sagemaker-pipelines doctor', 'sagemaker-pipelines doctor --profile dev --region eu-west-1 --json'],
  options: {
    region: { type: 'text', describe: 'The region [AWS_REGION, else us-east-1]' },
    profile: { type: 'text', describe: 'The AWS profile [AWS_PROFILE]' },
  },
  async run(args, context): Promise<Answer> {
    const config = readConfig(context.cwd);
    const sections = {
      project: project(context),
      'local runs': await localRuns(context),
      AWS: await account(args, config, context),
    };
    const findings = Object.values(sections).flat();
    const text = Object.entries(sections)
      .map(([title, found]) => sectionText(title, found.map(rowOf)))
      .join('\n');
    const fixes = findings.flatMap(({ name, fix }) => (fix === undefined ? [] : [`  ${name}: ${fix}`]));
    return {
      text: fixes.length === 0 ? text : `${text}\nto mend\n${fixes.join('\n')}\n`,
      data: { findings: findings as unknown as Json },
      notes: [],
      diagnostics: [],
    };
  },
});

function rowOf({ name, state, said }: Finding): string[] {
  return [name, SIGNS[state], said];
}

function project({ cwd, version }: Context): Finding[] {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isNew = major > NODE[0] || (major === NODE[0] && minor >= NODE[1]);
  const pipelines = listPipelines(cwd).map(({ name }) => name);
  return [
    {
      name: 'Node',
      state: isNew ? 'ok' : 'missing',
      said: process.versions.node,
      ...(isNew ? {} : { fix: `install Node ${NODE.join('.')} or later` }),
    },
    { name: 'sagemaker-pipelines', state: 'ok', said: version() },
    pipelines.length > 0
      ? { name: 'pipelines', state: 'ok', said: pipelines.join(', ') }
      : {
          name: 'pipelines',
          state: 'without',
          said: 'no pipelines/<name>/pipeline.ts in this folder',
          fix: "run the commands in the project's folder",
        },
  ];
}

async function localRuns(context: Context): Promise<Finding[]> {
  const { findInterpreter } = await import('../run/local/containers/interpreters.ts');
  const python = await findInterpreter(undefined, context.env).catch((error: unknown) => error);
  if (isPipelineError(python)) {
    const { message, detail, fix } = python;
    return [{ name: 'Python', state: 'missing', said: [message, detail].join(': '), fix }, await docker(context)];
  }
  const { path, version } = python as Awaited<ReturnType<typeof findInterpreter>>;
  return [
    { name: 'Python', state: 'ok', said: `${version} (${path}), with venv` },
    await namespaces(path, context),
    await docker(context),
  ];
}

async function namespaces(python: string, { env }: Context): Promise<Finding> {
  const { probeNamespace } = await import('../run/local/containers/contained.ts');
  const folder = mkdtempSync(join(tmpdir(), 'sagemaker-pipelines-doctor-'));
  try {
    const answer = await probeNamespace({ python, env }, folder);
    if (typeof answer !== 'string')
      return { name: '/opt/ml', state: 'ok', said: 'each job sees its own, in namespaces' };
    return {
      name: '/opt/ml',
      state: 'without',
      said: `paths in scripts are rewritten: ${answer}`,
      fix: 'nothing needs to be done; on Linux, unprivileged user namespaces let jobs see /opt/ml itself',
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function docker({ env }: Context): Promise<Finding> {
  const name = 'Docker';
  try {
    const args = ['version', '--format', '{{.Server.Version}}'];
    const { stdout } = await promisify(execFile)('docker', args, { env: { ...env }, timeout: LIMIT });
    return { name, state: 'ok', said: `${stdout.trim()}, for --runtime docker` };
  } catch (error) {
    const isAbsent = codeOf(error) === 'ENOENT';
    return {
      name,
      state: 'without',
      said: `${isAbsent ? 'not here' : 'no engine answers'}; only --runtime docker needs it`,
    };
  }
}

async function account(
  { region: flag, profile }: { readonly region: string | undefined; readonly profile: string | undefined },
  config: Config,
  { env }: Context,
): Promise<Finding[]> {
  const region = regionOf(flag, env, config);
  const role = roleOf(undefined, env, config);
  const settings: Finding[] = [
    {
      name: 'region',
      state: region.from === 'default' ? 'without' : 'ok',
      said: `${region.value} (${region.from})`,
      ...(region.from === 'default' ? { fix: 'set AWS_REGION, or "region" in pipelines.config.json' } : {}),
    },
    role === undefined
      ? {
          name: 'execution role',
          state: 'without',
          said: 'none given: a pipeline that is deployed keeps its own',
          fix: 'set SAGEMAKER_PIPELINE_ROLE_ARN, or "roleArn" in pipelines.config.json',
        }
      : { name: 'execution role', state: 'ok', said: `${role.value} (${role.from})` },
  ];
  if (!mayHaveCredentials({ profile }, env)) {
    const fix = 'aws configure, aws sso login, or AWS_PROFILE; runs on this machine need none';
    return [...settings, { name: 'credentials', state: 'without', said: 'none in the ordinary places', fix }];
  }
  return [...settings, ...(await inAccount(region.value, profile, config))];
}

async function inAccount(region: string, profile: string | undefined, config: Config): Promise<Finding[]> {
  const { connect } = await import('../run/sagemaker/connect.ts');
  const { headBucket } = await import('../s3/bucket.ts');
  const { openS3 } = await import('../s3/client.ts');
  const connection = connect({ region, profile });
  const s3 = await openS3({ region, ...(profile === undefined ? {} : { profile }) });
  try {
    const number = await connection.account();
    const bucket = bucketOf(undefined, config)?.value ?? `sagemaker-${region}-${number}`;
    const head = await headBucket(s3, bucket);
    const credentials: Finding = { name: 'credentials', state: 'ok', said: `account ${number}` };
    if (head.state === 'there') return [credentials, { name: 'bucket', state: 'ok', said: bucket }];
    const said = head.state === 'absent' ? `${bucket} does not exist` : `${bucket}: ${head.error.message}`;
    const fix = `aws s3 mb s3://${bucket} --region ${region}, or "bucket" in pipelines.config.json`;
    return [
      credentials,
      { name: 'bucket', state: 'missing', said, fix: head.state === 'absent' ? fix : head.error.fix },
    ];
  } catch (error) {
    if (!isPipelineError(error)) throw error;
    return [{ name: 'credentials', state: 'missing', said: error.detail ?? error.message, fix: error.fix }];
  } finally {
    connection.close();
    s3.destroy();
  }
}
