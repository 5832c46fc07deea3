import { readFileSync } from 'node:fs';
import type { Diagnostic } from '../definition/diagnostic.ts';
import { PipelineError } from '../definition/error.ts';
import { didYouMean } from '../definition/suggest.ts';
import { validate } from './generated/validate-stage-config.ts';

/** What is configured for a stage by hand; order is as it stands in the file. */
export interface StageConfig {
  readonly file: string;
  readonly stage: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** What ajv's validators leave behind. */
interface Violation {
  readonly instancePath: string;
  readonly keyword: string;
  readonly message?: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly propertyName?: string;
}

const MEMBERS = ['StageName', 'Parameters', 'Tags'];
const EXAMPLE = '{ "StageName": "staging", "Parameters": { "InferenceInstanceType": "ml.m5.large" } }';

/**
 * Reads a stage's configuration: `{ Parameters, Tags, StageName }`, or Terraform's flat `*.tfvars.json`. A file for another
 * stage than the ones named is refused.
 */
export function readStageConfig(file: string, stages: readonly string[]): StageConfig {
  const text = textOf(file);
  const value = parse(text, file);
  const isFlat =
    file.endsWith('.tfvars.json') && typeof value === 'object' && value !== null && !('Parameters' in value);
  const config = isFlat ? nested(value as Readonly<Record<string, unknown>>) : value;
  if (!(validate as (data: unknown) => boolean)(config)) {
    const { errors } = validate as unknown as { readonly errors: readonly Violation[] };
    const diagnostics = errors
      .filter(({ keyword }) => keyword !== 'propertyNames')
      .map((violation) => diagnosticOf(violation, config, text, file));
    throw new PipelineError('usage', 'bad-config', `${file} is not right`, { at: file, diagnostics });
  }
  const {
    StageName,
    Parameters,
    Tags = {},
  } = config as {
    readonly StageName?: string;
    readonly Parameters: Readonly<Record<string, string>>;
    readonly Tags?: Readonly<Record<string, string>>;
  };
  const stage = StageName ?? Parameters['StageName'];
  if (stage === undefined) {
    throw new PipelineError('usage', 'stage-missing', `${file} does not say which stage it is for`, {
      at: file,
      detail: 'a configuration that fits every stage is sooner or later used for the wrong one',
      fix: `add "StageName": "${stages[0] ?? 'staging'}" to it`,
    });
  }
  if (stages.length > 0 && !stages.includes(stage)) {
    throw new PipelineError(
      'usage',
      'wrong-stage',
      `${file} is for stage "${stage}", and this release is for "${stages[0]}"`,
      {
        at: file,
        fix: 'give the configuration of this stage with --import-config',
      },
    );
  }
  return { file, stage, parameters: Parameters, tags: Tags };
}

/** Terraform's variables have no room for anything beside them, so that the stage is one of them. */
function nested({ StageName: stage, ...parameters }: Readonly<Record<string, unknown>>): object {
  return { ...(stage === undefined ? {} : { StageName: stage }), Parameters: parameters };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  } catch (cause) {
    throw new PipelineError('usage', 'config-unreadable', `${file} cannot be read`, {
      detail: (cause as Error).message.split(',')[0],
      fix: `write it, for example: ${EXAMPLE}`,
      cause,
    });
  }
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new PipelineError('usage', 'bad-config', `${file} is not JSON`, {
      at: file,
      detail: (cause as Error).message,
      cause,
    });
  }
}

function diagnosticOf(
  { instancePath, keyword, params, message, propertyName }: Violation,
  config: unknown,
  text: string,
  file: string,
): Diagnostic {
  const path = instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const member =
    typeof params['additionalProperty'] === 'string' ? params['additionalProperty'] : (propertyName ?? path.at(-1));
  const fault = {
    severity: 'error' as const,
    at: `${file}:${lineOf(text, member)}`,
    path: path.join('.') || undefined,
  };
  if (keyword === 'additionalProperties') {
    return {
      ...fault,
      code: 'unknown-setting',
      message: `There is no setting "${member}"`,
      detail: `the settings are: ${MEMBERS.join(', ')}`,
      fix: didYouMean(member ?? '', MEMBERS),
    };
  }
  if (keyword === 'required') {
    return { ...fault, code: 'bad-setting', message: 'There are no Parameters', fix: `for example: ${EXAMPLE}` };
  }
  const found = path.reduce<unknown>((value, part) => (value as Readonly<Record<string, unknown>>)[part], config);
  if (keyword === 'type' && path.length > 1) {
    return {
      ...fault,
      code: 'bad-setting',
      message: `"${member}" must be a text, it is ${JSON.stringify(found)}`,
      fix: typeof found === 'number' || typeof found === 'boolean' ? `write "${found}"` : undefined,
    };
  }
  const what = propertyName === undefined ? JSON.stringify(found) : JSON.stringify(propertyName);
  return {
    ...fault,
    code: 'bad-setting',
    message: `${what} cannot stand at ${path.join('.') || 'the top'}`,
    detail: message,
  };
}

function lineOf(text: string, member: string | undefined): number {
  return text.slice(0, Math.max(0, text.indexOf(JSON.stringify(member ?? '')))).split('\n').length;
}
