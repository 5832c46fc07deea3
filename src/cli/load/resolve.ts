import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { faultError, positionOf } from './fault.ts';
import { isFile } from './is-file.ts';

/** The name that an author imports the library by. */
const LIBRARY = 'sagemaker-pipelines';

// TypeScript reads `./x.js` as the file that will be `x.js` one day: `x.ts`.
const SOURCE_OF: Readonly<Record<string, string>> = { '.js': '.ts', '.mjs': '.mts' };

const EXTENSIONS = ['.ts', '.mts', '.js', '.mjs'] as const;

/** Whether a module is the author's own: a file outside every `node_modules`. */
export function isOwn(url: string | undefined): url is string {
  return url !== undefined && url.startsWith('file:') && !url.includes('/node_modules/');
}

/** Whether a module is TypeScript of the author, which has to be turned into JavaScript. */
export function isTypeScript(url: string): boolean {
  return isOwn(url) && /\.m?ts$/.test(pathOf(url));
}

/**
 * Where an import leads when Node's own rules are not what is wanted, else undefined: the library is always the copy
 * that is running, and the author's own files are found as TypeScript finds them.
 */
export function resolveImport(specifier: string, parent: string | undefined, library: string): string | undefined {
  if (specifier === LIBRARY) return library;
  if (!isOwn(parent) || !/^(\.{1,2}(\/|$)|\/|file:)/.test(specifier)) return undefined;
  const url = new URL(specifier, parent);
  const file = fileURLToPath(url);
  const found = findFile(file, isTypeScript(parent));
  if (found === undefined || found === file) return undefined;
  return pathToFileURL(found).href + url.search;
}

function findFile(file: string, preferSource: boolean): string | undefined {
  const extension = extname(file);
  const sourceExtension = SOURCE_OF[extension];
  const source = sourceExtension === undefined ? undefined : file.slice(0, -extension.length) + sourceExtension;
  const candidates = source === undefined ? [file] : preferSource ? [source, file] : [file, source];
  const beside = EXTENSIONS.map((ending) => file + ending);
  const inside = EXTENSIONS.map((ending) => join(file, `index${ending}`));
  return [...candidates, ...beside, ...inside].find(isFile);
}

/** What to throw when an import of the author leads nowhere; undefined when `thrown` is about something else. */
export function missingImport(thrown: unknown, specifier: string, parent: string | undefined): Error | undefined {
  // The hook has a thread of its own on some Nodes: one import of the library would load all of it a second time.
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  const missing = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
  if (!(missing || code === 'ERR_UNSUPPORTED_DIR_IMPORT') || !isOwn(parent)) return undefined;
  const file = fileURLToPath(parent);
  return faultError(`Cannot find ${specifier}`, {
    kind: 'import',
    file,
    line: lineOf(file, specifier),
    specifier,
  });
}

function lineOf(file: string, specifier: string): number | undefined {
  const text = readFileSync(file, 'utf8');
  const offset = ["'", '"', '`'].map((quote) => text.indexOf(quote + specifier + quote)).find((index) => index >= 0);
  return offset === undefined ? undefined : positionOf(text, offset).line;
}

/** A module's URL without query and fragment. */
function pathOf(url: string): string {
  return url.replace(/[?#].*$/s, '');
}
