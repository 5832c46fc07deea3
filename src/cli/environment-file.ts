import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { PipelineDocument } from '../definition/document.ts';
import { PipelineError } from '../definition/error.ts';
import { didYouMean } from '../definition/suggest.ts';
import type { Context } from './context.ts';
import type { GivenValues } from './parameters.ts';
import { translateParams } from './translate-params.ts';

/** An environment that a pipeline is deployed to, and what a file of the project says of it. */
export interface Environment {
  /** `dev`. */
  readonly name: string;
  /** Undefined when the project has no files for environments. */
  readonly file: string | undefined;
  /** What the names of all its machines begin with. */
  readonly pipelineName: string | undefined;
  /** All other lines of the file, as they stand there. */
  readonly settings: Readonly<Record<string, string>>;
}

const FOLDER = 'config';
const OWN: readonly string[] = ['pipelinename', 'targetenv'];

/** Reads `config/deploy-<region>-<environment>.ini` of a project; one that has files for other environments only lacks it. */
export function readEnvironment(name: string, region: string, cwd: string): Environment {
  if (!/^[A-Za-z0-9](-*[A-Za-z0-9]){0,31}$/.test(name)) {
    throw new PipelineError('usage', 'bad-value', `"${name}" is no name for an environment`, {
      fix: 'letters, digits and dashes, at most 32: dev, stage, prod',
    });
  }
  const file = join(cwd, FOLDER, `deploy-${region}-${name}.ini`);
  if (!existsSync(file)) {
    requireNoOthers(file, name, region, cwd);
    return { name, file: undefined, pipelineName: undefined, settings: {} };
  }
  const lines = readLines(file);
  const value = (wanted: string): string | undefined =>
    lines.find(([key, text]) => key.toLowerCase() === wanted && text !== '')?.[1];
  const target = value('targetenv');
  if (target !== undefined && target !== name) {
    throw new PipelineError('usage', 'bad-config', `The file for ${name} says TargetEnv=${target}`, {
      at: file,
      fix: `TargetEnv=${name}, or --environment ${target}`,
    });
  }
  const settings = Object.fromEntries(lines.filter(([key]) => !OWN.includes(key.toLowerCase())));
  return { name, file, pipelineName: value('pipelinename'), settings };
}

/** A misspelt environment must not become a new one. */
function requireNoOthers(file: string, name: string, region: string, cwd: string): void {
  const folder = join(cwd, FOLDER);
  const files = existsSync(folder) ? readdirSync(folder).filter((each) => /^deploy-.+\.ini$/.test(each)) : [];
  if (files.length === 0) return;
  const here = files.flatMap((each) => /^deploy-(.+)\.ini$/.exec(each)![1]!.split(`${region}-`)[1] ?? []);
  throw new PipelineError('usage', 'missing-config', `There is no file for the environment ${name} in ${region}`, {
    detail: `${relative(cwd, file)} was looked for; there are: ${files.join(', ')}`,
    fix: didYouMean(name, here) ?? `write ${relative(cwd, file)}, or name another --environment or --region`,
  });
}

/** `Key=Value`, a line each. What a shell would make of a value is not made of it: it stays the text that it is. */
function readLines(file: string): (readonly [string, string])[] {
  const text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  return text.split(/\r?\n/).flatMap((line, index): (readonly [string, string])[] => {
    if (/^\s*(?:[#;].*|\[.*\]\s*)?$/.test(line)) return [];
    const found = /^\s*(?:export\s+)?([A-Za-z_][\w-]*)\s*=\s*(.*?)\s*$/.exec(line);
    if (found !== null) return [[found[1]!, found[2]!.replace(/^(["'])(.*)\1$/, '$2')]];
    throw new PipelineError('usage', 'bad-config', `A line of the environment's file gives nothing a value`, {
      at: `${file}:${index + 1}`,
      detail: line.trim(),
      fix: 'Key=Value',
    });
  });
}

/** What of an environment's file are parameters of a pipeline; upper and lower case do not count. */
export async function environmentValues(
  { settings, file }: Environment,
  pipelineFile: string,
  { Parameters: declared = [] }: PipelineDocument,
  context: Context,
): Promise<GivenValues> {
  const written = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== ''));
  const { given } = await translateParams({ from: 'environment', values: written, file }, pipelineFile, context);
  const names = new Map(declared.map(({ Name }) => [Name.toLowerCase(), Name]));
  const values = Object.entries(given.values).flatMap(([key, value]) => {
    const name = names.get(key.toLowerCase());
    return name === undefined ? [] : [[name, value] as const];
  });
  return { from: 'environment', values: Object.fromEntries(values), file };
}
