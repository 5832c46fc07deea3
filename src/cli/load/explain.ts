import { readdirSync } from 'node:fs';
import { basename, dirname, extname, resolve } from 'node:path';
import { describeSite } from '../../builder/site.ts';
import { PipelineError, isPipelineError } from '../../definition/error.ts';
import { didYouMean } from '../../definition/suggest.ts';
import { type ModuleFault, faultOf, positionOf } from './fault.ts';
import { type OwnModule, ownModules } from './own-modules.ts';
import { IS_PATH } from './resolve.ts';

/** What was going on when an author's code failed: the whole file was loading, or the function it exports was called. */
export type Phase = 'loading' | 'calling';

/** What an error is explained with. */
interface Circumstances {
  readonly phase: Phase;
  /** The file that was asked for. */
  readonly file: string;
  /** What the library exports. */
  readonly libraryNames: () => Promise<readonly string[]>;
}

/** Turns whatever came out of an author's file into an error that says where and why. */
export async function explain(thrown: unknown, circumstances: Circumstances): Promise<PipelineError> {
  const fault = faultOf(thrown);
  if (fault !== undefined) return fault.kind === 'syntax' ? syntaxError(fault) : missingImport(fault);
  if (isPipelineError(thrown)) return located(thrown);
  if (thrown instanceof SyntaxError) {
    const found = (await missingExport(thrown.message, circumstances)) ?? (await syntaxErrorIn(circumstances.file));
    if (found !== undefined) return found;
  }
  return pipelineThrew(thrown, circumstances);
}

function pipelineThrew(thrown: unknown, { phase, file }: Circumstances): PipelineError {
  const [first, ...rest] = messageOf(thrown).split('\n');
  const what = phase === 'loading' ? 'Loading the pipeline' : 'The function that the pipeline file exports';
  return new PipelineError('invalid', 'pipeline-threw', `${what} threw ${first ?? ''}`, {
    at: frameOf(thrown) ?? file,
    detail: rest.join(' ').replace(/\s+/g, ' ').trim() || undefined,
    cause: thrown,
  });
}

function messageOf(thrown: unknown): string {
  if (thrown instanceof Error) return `${thrown.name}: ${thrown.message}`;
  return typeof thrown === 'string' ? `the text "${thrown}"` : `a value that is no Error (${typeof thrown})`;
}

/** The author's line that an error comes from. */
function frameOf(thrown: unknown): string | undefined {
  return thrown instanceof Error ? describeSite({ stack: thrown.stack ?? '' }) : undefined;
}

function located(error: PipelineError): PipelineError {
  const at = frameOf(error);
  if (error.at !== undefined || at === undefined) return error;
  const { failure, code, message, detail, fix, diagnostics } = error;
  return new PipelineError(failure, code, message, { at, detail, fix, diagnostics, cause: error });
}

function syntaxError({ file, line, column, message, source, help }: ModuleFault & { kind: 'syntax' }): PipelineError {
  const at = `${file}:${line}:${column}`;
  return new PipelineError('invalid', 'syntax-error', message, { at, detail: source, fix: help });
}

// Node parses JavaScript itself, and keeps the place of what it finds to itself.
async function syntaxErrorIn(file: string): Promise<PipelineError | undefined> {
  const { checkSyntax } = await import('./transform.ts');
  for (const { url } of ownModules(file)) {
    const fault = checkSyntax(url);
    if (fault?.kind === 'syntax') return syntaxError(fault);
  }
  return undefined;
}

function missingImport({ file, line, specifier }: ModuleFault & { kind: 'import' }): PipelineError {
  const at = line === undefined ? file : `${file}:${line}`;
  if (IS_PATH.test(specifier)) {
    return new PipelineError('invalid', 'missing-import', `There is no file for the import "${specifier}"`, {
      at,
      fix: didYouMean(stem(specifier), namesBeside(file, specifier)) ?? 'write the path as it is seen from this file',
    });
  }
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
  if (/^(@[^/]+\/)?[a-z0-9][\w.-]*$/i.test(name)) {
    return new PipelineError('invalid', 'missing-import', `The package of the import "${specifier}" is not installed`, {
      at,
      fix: `npm install ${name}`,
    });
  }
  const place = specifier.startsWith('#') ? '"imports" in package.json' : '"paths" in tsconfig.json';
  return new PipelineError('invalid', 'missing-import', `Nothing says which file the import "${specifier}" is`, {
    at,
    fix: `add "${specifier}" to ${place}`,
  });
}

function namesBeside(file: string, specifier: string): string[] {
  if (specifier.startsWith('file:')) return [];
  try {
    const names = readdirSync(dirname(resolve(dirname(file), specifier)));
    return names.map(stem).filter((name) => name !== stem(file));
  } catch {
    return [];
  }
}

function stem(path: string): string {
  return basename(path, extname(path));
}

async function missingExport(
  message: string,
  { file, libraryNames }: Circumstances,
): Promise<PipelineError | undefined> {
  const named = /^The requested module '(.+)' does not provide an export named '(.+)'/s.exec(message);
  if (named === null) return undefined;
  // Some releases of Node give the specifier as it was written, some the place that it led to.
  const [, asked, name] = named as unknown as [string, string, string];
  const isLibrary = asked === 'sagemaker-pipelines' || asked.endsWith('/dist/index.js');
  const specifier = isLibrary ? 'sagemaker-pipelines' : asked;
  return new PipelineError('invalid', 'missing-export', `"${specifier}" exports no "${name}"`, {
    at: placeOf(specifier, name, file),
    fix: isLibrary ? didYouMean(name, await libraryNames()) : undefined,
  });
}

function placeOf(specifier: string, name: string, file: string): string {
  const escape = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  const statement = new RegExp(
    `\\b(?:import|export)\\b[^;'"]*(?<![\\w$])(${escape(name)})(?![\\w$])[^;'"]*['"]${escape(specifier)}['"]`,
    'd',
  );
  for (const module of ownModules(file)) {
    const found = statement.exec(module.text)?.indices?.[1];
    if (found !== undefined) return lineAt(module, found[0]);
  }
  return file;
}

function lineAt({ file, text }: OwnModule, offset: number): string {
  return `${file}:${positionOf(text, offset).line}`;
}
