import { readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isFile } from './is-file.ts';
import { isOwn, resolveImport } from './resolve.ts';

/** A module of the author's, as it stands on the disk. */
export interface OwnModule {
  readonly url: string;
  readonly file: string;
  readonly text: string;
}

const IMPORT = /\b(?:from|import)\s*\(?\s*(['"])([^'"\n]+)\1/g;

/**
 * The author's modules that an entry leads to, itself first. Read from their text alone, so that it also works when one
 * of them does not parse: it is for finding the place of a fault that Node names without one.
 */
export function* ownModules(entry: string): Generator<OwnModule> {
  const seen = new Set<string>();
  const open = [pathToFileURL(entry).href];
  for (let url = open.shift(); url !== undefined; url = open.shift()) {
    if (seen.has(url) || !isOwn(url)) continue;
    seen.add(url);
    const file = fileURLToPath(url);
    if (!isFile(file)) continue;
    const text = readFileSync(file, 'utf8');
    yield { url, file, text };
    for (const [, , specifier] of text.matchAll(IMPORT)) {
      const found = resolveImport(specifier!, url, '');
      if (found !== undefined) open.push(found);
      else if (/^\.{1,2}\//.test(specifier!)) open.push(new URL(specifier!, url).href);
    }
  }
}
