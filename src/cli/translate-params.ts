import { pathToFileURL } from 'node:url';
import type { JsonObject } from '../definition/document.ts';
import { PipelineError } from '../definition/error.ts';
import { isObject } from '../definition/expression.ts';
import type { Context } from './context.ts';
import type { GivenValues } from './parameters.ts';

/** What `--params` says of a run: values of parameters, and in a format of the project's own also where and as what. */
interface TranslatedParams {
  readonly given: GivenValues;
  readonly bucket?: string;
  /** What the pipeline is called. */
  readonly name?: string;
}

/**
 * Reads `--params` as the pipeline's module has it: one that exports `readParams` takes files in a format of its own, and
 * makes parameters of them. What it throws is told as what is wrong with the file.
 */
export async function translateParams(
  given: GivenValues,
  pipelineFile: string,
  { importModule }: Pick<Context, 'importModule'>,
): Promise<TranslatedParams> {
  if (!/\.m?[tj]s$/.test(pipelineFile)) return { given };
  const { readParams } = await importModule(pathToFileURL(pipelineFile).href);
  if (typeof readParams !== 'function') return { given };
  const { parameters, bucket, name } = called(readParams as (values: JsonObject) => unknown, given, pipelineFile);
  return {
    given: { ...given, values: isObject(parameters) ? parameters : {} },
    ...(typeof bucket === 'string' ? { bucket } : {}),
    ...(typeof name === 'string' ? { name } : {}),
  };
}

function called(readParams: (values: JsonObject) => unknown, { values, file }: GivenValues, at: string): JsonObject {
  try {
    return readParams(values) as JsonObject;
  } catch (cause) {
    throw new PipelineError('usage', 'bad-parameters', (cause as Error).message, { at: file ?? at, cause });
  }
}
