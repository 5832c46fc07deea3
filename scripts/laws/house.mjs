// @ts-check
import { posix } from 'node:path';

import { importsOf, scan } from './scan.mjs';

/** @typedef {import('./scan.mjs').Token} Token */
/** @typedef {import('./scan.mjs').Import} Import */
/** A file by its path from the root, with `/`; the text matters for code alone. @typedef {{ path: string, text: string }} File */
/** @typedef {{ file: string, line: number, law: string, message: string }} Fault */
/** A relative import and the file it names. @typedef {Import & { target: string }} Edge */
/** @typedef {{ path: string, tokens: Token[], imports: Import[], edges: Edge[] }} Module */

/** The house: a folder of `src` may import itself and the folders of a smaller number. */
export const LAYERS = new Map(
  Object.entries({
    definition: 0,
    aws: 1,
    assets: 1,
    builder: 2,
    check: 3,
    emit: 3,
    s3: 4,
    run: 5,
    promote: 5,
    report: 6,
    testing: 6,
    cli: 7,
    bin: 8,
  }),
);

export const LIBRARY = 'sagemaker-pipelines';
/** Code that only a tool writes and only a tool reads. */
export const GENERATED = /(?:^|\/)generated\//;

/** @param {File} file @returns {Module} */
export function readModule({ path, text }) {
  const tokens = scan(text);
  const imports = importsOf(tokens);
  const edges = imports
    .filter(({ specifier }) => specifier.startsWith('.'))
    .map((edge) => ({ ...edge, target: posix.join(posix.dirname(path), edge.specifier) }));
  return { path, tokens, imports, edges };
}

/** The layer of a file in `src`; undefined for any other file. @param {string} path */
export function layerOf(path) {
  const [root, layer = '', below, ...rest] = path.split('/');
  if (root !== 'src' || path === 'src/index.ts') return undefined;
  const name = below === undefined ? '' : layer;
  // The runners stand beside each other on the port that the files of `run` itself make.
  const runner = name === 'run' && rest.length > 0 ? below : undefined;
  return { name, rank: LAYERS.get(name), runner };
}

/** @param {string} file @param {string} law @returns {(line: number, message: string) => Fault} */
export const maker = (file, law) => (line, message) => ({ file, line, law, message });
