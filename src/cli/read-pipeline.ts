import { emit } from '../builder/emit.ts';
import { check } from '../check/check.ts';
import type { Assembly } from '../definition/assembly.ts';
import { type Diagnostic, hasErrors } from '../definition/diagnostic.ts';
import { PipelineError } from '../definition/error.ts';
import type { Config } from './config.ts';
import type { Context } from './context.ts';
import { findPipeline } from './find-pipeline.ts';
import { loadPipeline } from './load/load-pipeline.ts';
import { readObject } from './read-literal.ts';

/** Which pipeline a command is about, as its flags say it. */
export interface Wanted {
  readonly name: string | undefined;
  readonly kwargs: string | undefined;
  readonly region: string;
  /** What does not happen when the pipeline has faults: `nothing was written`. */
  readonly otherwise: string;
  /** False with `--no-check`: only what keeps the document from being written is a fault. */
  readonly check?: boolean | undefined;
}

/** A pipeline without errors, the file it was read from, and what is to be said of it all the same. */
export interface ReadPipeline {
  readonly file: string;
  readonly assembly: Assembly;
  readonly diagnostics: readonly Diagnostic[];
}

/** Finds, loads, emits and checks a pipeline; one with errors is thrown, with all of them. */
export async function readPipeline(wanted: Wanted, config: Config, context: Context): Promise<ReadPipeline> {
  const kwargs = wanted.kwargs === undefined ? undefined : readObject(wanted.kwargs, '--kwargs');
  const { file } = findPipeline(wanted.name ?? config.default, context.cwd);
  const assembly = emit(await loadPipeline(file, kwargs, context), { region: wanted.region });
  const diagnostics = wanted.check === false ? assembly.diagnostics : [...assembly.diagnostics, ...checked(assembly)];
  return withoutErrors({ file, assembly, diagnostics }, wanted.otherwise);
}

/** What was read, unless it has errors: then all that is wrong is thrown. */
export function withoutErrors(read: ReadPipeline, otherwise: string): ReadPipeline {
  const { file, assembly, diagnostics } = read;
  if (!hasErrors(diagnostics)) return read;
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const message = `${assembly.name} has ${errors === 1 ? 'an error' : `${errors} errors`}; ${otherwise}`;
  throw new PipelineError('invalid', 'invalid-definition', message, { at: file, diagnostics });
}

// Where the author wrote what is slow to find out, and of no use as long as there is nothing to say.
function checked(assembly: Assembly): Diagnostic[] {
  const { definition, diagnostics } = assembly;
  if (check(definition).length === 0) return [];
  // What could not be emitted left a hole: what is missing in it was said.
  const holes = diagnostics.flatMap(({ path }) => path ?? []);
  return check(definition, assembly.origins).filter(({ path = '' }) => !holes.some((hole) => path.startsWith(hole)));
}
