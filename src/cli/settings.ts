import { PipelineError } from '../definition/error.ts';
import type { Config } from './config.ts';
import type { Context } from './context.ts';

/** A value and who said it. */
export interface Setting {
  readonly value: string;
  /** `--region`, `AWS_REGION`, `pipelines.config.json` or `default`. */
  readonly from: string;
}

const CONFIG = 'pipelines.config.json';
const DEFAULT_REGION = 'us-east-1';

export const ROLE_ARN = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/;

/** The region to write for: flag, environment, configuration, else us-east-1. */
export function regionOf(flag: string | undefined, env: Context['env'], config: Config): Setting {
  const found =
    setting(flag, '--region') ??
    setting(env['AWS_REGION'], 'AWS_REGION') ??
    setting(env['AWS_DEFAULT_REGION'], 'AWS_DEFAULT_REGION') ??
    setting(config.region, CONFIG);
  return found === undefined
    ? { value: DEFAULT_REGION, from: 'default' }
    : shaped(found, 'region', /^[a-z]{2,3}(-[a-z]+)+-\d+$/, 'for example: eu-west-1');
}

/** What to say when nobody named a region. */
export function regionNotes({ value, from }: Setting): string[] {
  return from === 'default' ? [`note: the region is ${value}, as none was given (--region, AWS_REGION)`] : [];
}

/** The execution role: flag, environment, configuration. */
export function roleOf(flag: string | undefined, env: Context['env'], config: Config): Setting | undefined {
  const variable = 'SAGEMAKER_PIPELINE_ROLE_ARN';
  const found = setting(flag, '--role-arn') ?? setting(env[variable], variable) ?? setting(config.roleArn, CONFIG);
  const fix = 'for example: arn:aws:iam::111122223333:role/SageMakerExecution';
  return found && shaped(found, 'role ARN', ROLE_ARN, fix);
}

/** The artefact bucket: flag, configuration. */
export function bucketOf(flag: string | undefined, config: Config): Setting | undefined {
  const found = setting(flag, '--bucket') ?? setting(config.bucket, CONFIG);
  const name = /^s3:\/\/([^/]+)/.exec(found?.value ?? '')?.[1];
  const fix =
    name === undefined ? 'a bucket is named with 3 to 63 of a-z, 0-9, dot and dash' : `the name alone: ${name}`;
  return found && shaped(found, 'bucket', /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, fix);
}

function setting(value: string | undefined, from: string): Setting | undefined {
  return value === undefined || value === '' ? undefined : { value, from };
}

function shaped(found: Setting, what: string, pattern: RegExp, fix: string): Setting {
  if (pattern.test(found.value)) return found;
  throw new PipelineError('usage', 'bad-value', `"${found.value}" is no ${what}`, {
    detail: `it comes from ${found.from}`,
    fix,
  });
}
