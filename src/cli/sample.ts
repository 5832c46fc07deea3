import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { JsonObject } from '../definition/document.ts';
import { PipelineError } from '../definition/error.ts';
import type { GivenValues } from './parameters.ts';
import { readObject } from './read-literal.ts';
import { textOf } from './read-source.ts';

/** The values beside a pipeline for a run on this machine; undefined when there are none. */
export function readSample(pipelineFile: string): GivenValues | undefined {
  const file = join(dirname(pipelineFile), 'sample', 'parameters.json');
  if (!existsSync(file)) return undefined;
  const values = objectIn(file);
  return { from: 'sample', values: withFiles(values, file), file };
}

/** The values of `--params`: a file, or the object itself. */
export function readParams(given: string, cwd: string): GivenValues {
  if (given.trimStart().startsWith('{')) return { from: 'file', values: readObject(given, '--params') };
  const file = resolve(cwd, given);
  return { from: 'file', values: objectIn(file), file };
}

function objectIn(file: string): JsonObject {
  return readObject(textOf(file).replace(/^\uFEFF/, ''), file);
}

// `./data.csv` is a file beside the sample, wherever the command is run.
function withFiles(values: JsonObject, file: string): JsonObject {
  const folder = dirname(file);
  const entries = Object.entries(values).map(([name, value]) => {
    if (typeof value !== 'string' || !value.startsWith('./')) return [name, value] as const;
    const path = resolve(folder, value);
    if (existsSync(path)) return [name, path] as const;
    throw new PipelineError('usage', 'missing-sample', `The sample for ${name} does not exist: ${path}`, { at: file });
  });
  return Object.fromEntries(entries);
}
