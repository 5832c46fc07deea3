import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { faultError, positionOf } from './fault.ts';
import { isFile } from './is-file.ts';
import { aliased } from './tsconfig-paths.ts';

/** The name that an author imports the library by. */
const LIBRARY = 'sagemaker-pipelines';

// TypeScript reads `./x.js` as the file that will be `x.js` one day: `x.ts`.
const SOURCE_OF: Readonly<Record<string, string>> = { '.js': '.ts', '.mjs': '.mts' };

/** An import that names a file, and no package. */
export const IS_PATH = /^(\.{1,2}(\/|$)|\/|file:)/;

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
  if (!isOwn(parent) || !IS_PATH.test(specifier)) return undefined;
  const url = new URL(specifier, parent);
  const file = fileURLToPath(url);
  const found = findFile(file, isTypeScript(parent));
  if (found === undefined || found === file) return undefined;
  return pathToFileURL(found).href + url.search;
}

/** Where an import leads that Node knows nothing of: a workspace may name its own files in tsconfig.json alone. */
export function resolveAlias(specifier: string, parent: string | undefined): string | undefined {
  if (parent === undefined || !isTypeScript(parent) || IS_PATH.test(specifier)) return undefined;
  const files = aliased(specifier, fileURLToPath(parent)).map((file) => findFile(file, true));
  const found = files.find((file) => file !== undefined);
  return found === undefined ? undefined : pathToFileURL(found).href;
}

/** Whether a module is JSON that the author's TypeScript imports: the compiler wants no word that says so. */
export function isJsonImport(url: string, parent: string | undefined): boolean {
  return parent !== undefined && isTypeScript(parent) && pathOf(url).endsWith('.json');
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

const NOT_FOUND: ReadonlySet<string> = new Set([
  'ERR_MODULE_NOT_FOUND',
  'ERR_PACKAGE_IMPORT_NOT_DEFINED',
  'ERR_UNSUPPORTED_DIR_IMPORT',
  'MODULE_NOT_FOUND',
]);

/** What to throw when an import of the author leads nowhere; undefined when `thrown` is about something else. */
export function missingImport(thrown: unknown, specifier: string, parent: string | undefined): Error | undefined {
  // The hook has a thread of its own on some Nodes: one import of the library would load all of it a second time.
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  if (typeof code !== 'string' || !NOT_FOUND.has(code) || !isOwn(parent)) return undefined;
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
