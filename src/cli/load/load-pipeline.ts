import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { type Pipeline, isPipeline } from '../../builder/pipeline.ts';
import type { JsonObject } from '../../definition/document.ts';
import { PipelineError } from '../../definition/error.ts';
import type { Context } from '../context.ts';
import { type Phase, explain } from './explain.ts';

/** The pipeline that a file exports by default, or that the function it exports returns for `kwargs`. */
export async function loadPipeline(
  file: string,
  kwargs: JsonObject | undefined,
  { importModule, installation }: Pick<Context, 'importModule' | 'installation'>,
): Promise<Pipeline> {
  const attempt = async <T>(phase: Phase, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (thrown) {
      const libraryNames = async (): Promise<string[]> => Object.keys(await importModule(installation.library));
      throw await explain(thrown, { phase, file, libraryNames });
    }
  };
  const module = await attempt('loading', () => importModule(pathToFileURL(file).href));
  const exported = module['default'];
  if (typeof exported !== 'function') {
    if (kwargs !== undefined) {
      throw new PipelineError('usage', 'kwargs-unused', '--kwargs was given, but the pipeline takes no options', {
        at: file,
        detail: `its default export is ${describe(exported)}, not a function`,
        fix: 'leave --kwargs out, or export a function: export default (options) => definePipeline({ … })',
      });
    }
    if (isPipeline(exported)) return exported;
    throw notAPipeline(file, 'default' in module ? `its default export is ${describe(exported)}` : found(module));
  }
  const returned: unknown = await attempt('calling', async () =>
    (exported as (options: JsonObject) => unknown)(kwargs ?? {}),
  );
  if (isPipeline(returned)) return returned;
  throw notAPipeline(file, `the function that it exports returned ${describe(returned)}`);
}

function notAPipeline(file: string, detail: string): PipelineError {
  return new PipelineError('invalid', 'not-a-pipeline', 'The file does not export a pipeline', {
    at: file,
    detail,
    fix: 'end it with: export default definePipeline({ … })',
  });
}

function found(module: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(module);
  if (names.length === 0) return 'it exports nothing';
  const pipeline = names.find((name) => isPipeline(module[name]));
  if (pipeline !== undefined) return `it exports the pipeline as "${pipeline}", and has no default export`;
  return `it has no default export; it exports: ${names.join(', ')}`;
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string') return `the text ${JSON.stringify(value.slice(0, 40))}`;
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object') return `the ${typeof value} ${inspect(value)}`;
  if (value instanceof Promise) return 'a Promise; await it';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  const members = Object.keys(value).slice(0, 6);
  return members.length === 0 ? 'an object without members' : `an object with: ${members.join(', ')}`;
}
