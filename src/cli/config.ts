import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Diagnostic } from '../definition/diagnostic.ts';
import { PipelineError, codeOf } from '../definition/error.ts';
import { didYouMean } from '../definition/suggest.ts';
import type { ImageMappings } from '../run/local/containers/images.ts';
import { type CallbackSetting, type FunctionSetting, handlerSettingFaults } from './handler-settings.ts';
import { imageSettingFaults } from './image-settings.ts';

/** What a project says once instead of with every command. */
export interface Config {
  /** The pipeline that is meant when none is named. */
  readonly default?: string;
  readonly region?: string;
  readonly bucket?: string;
  readonly roleArn?: string;
  /** What stands in for images on this machine. */
  readonly images?: ImageMappings;
  /** What stands for functions in AWS Lambda on this machine. */
  readonly functions?: Readonly<Record<string, FunctionSetting>>;
  /** What answers Callback steps on this machine. */
  readonly callbacks?: Readonly<Record<string, CallbackSetting>>;
}

const FILE = 'pipelines.config.json';
const MEMBERS: readonly string[] = ['default', 'region', 'bucket', 'roleArn', 'images', 'functions', 'callbacks'];

/** Reads `pipelines.config.json` of a folder; without such a file nothing is configured. */
export function readConfig(cwd: string): Config {
  const file = join(cwd, FILE);
  let text: string;
  try {
    text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return {};
    throw new PipelineError('usage', 'config-unreadable', `${FILE} cannot be read`, {
      at: file,
      detail: (cause as Error).message,
      cause,
    });
  }
  const value = parse(text, file);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new PipelineError('usage', 'bad-config', `${FILE} must hold one object`, {
      at: file,
      fix: 'for example: { "default": "batch_inference", "region": "eu-west-1" }',
    });
  }
  const diagnostics: Diagnostic[] = [];
  for (const [member, setting] of Object.entries(value)) {
    const at = `${file}:${lineOf(text, member)}`;
    if (!MEMBERS.includes(member)) {
      diagnostics.push({
        code: 'unknown-setting',
        severity: 'error',
        message: `${FILE} has no setting "${member}"`,
        at,
        detail: `the settings are: ${MEMBERS.join(', ')}`,
        fix: didYouMean(member, MEMBERS),
      });
    } else if (member === 'images') {
      diagnostics.push(...imageSettingFaults(setting, at));
    } else if (member === 'functions' || member === 'callbacks') {
      diagnostics.push(...handlerSettingFaults(member, setting, at));
    } else if (typeof setting !== 'string' || setting === '') {
      const found = setting === '' ? 'empty' : JSON.stringify(setting);
      diagnostics.push({
        code: 'bad-setting',
        severity: 'error',
        message: `The setting "${member}" must be a text, it is ${found}`,
        at,
        fix: typeof setting === 'number' ? `write "${setting}"` : undefined,
      });
    }
  }
  if (diagnostics.length > 0) {
    throw new PipelineError('usage', 'bad-config', `${FILE} is not right`, { at: file, diagnostics });
  }
  return value;
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const { message } = cause as SyntaxError;
    const offset = /at position (\d+)/.exec(message)?.[1];
    const line = text.slice(0, offset === undefined ? undefined : Number(offset)).split('\n').length;
    throw new PipelineError('usage', 'bad-config', `${FILE} is not JSON`, {
      at: `${file}:${line}`,
      detail: message,
      cause,
    });
  }
}

function lineOf(text: string, member: string): number {
  return text.slice(0, Math.max(0, text.indexOf(JSON.stringify(member)))).split('\n').length;
}
