// @ts-check
import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';

import { cycleFaults } from './laws/cycles.mjs';
import { lengthFaults, nameFaults } from './laws/files.mjs';
import { readModule } from './laws/house.mjs';
import { barrelFaults, clientFaults, layerFaults, missingFaults } from './laws/imports.mjs';
import { licenceFaults } from './laws/licences.mjs';
import { purityFaults, sdkFaults } from './laws/purity.mjs';

/** @typedef {import('./laws/house.mjs').File} File */
/** @typedef {import('./laws/house.mjs').Fault} Fault */

const CODE = /\.(?:ts|mts|mjs|py)$/;
const LOCK = 'package-lock.json';
const SCRIPT = /\.(?:ts|mts|mjs)$/;

/**
 * Every breach of the house's laws in these files, by file and line.
 *
 * @param {readonly File[]} files
 * @returns {Fault[]}
 */
export function checkLaws(files) {
  const paths = new Set(files.map((file) => file.path));
  const locks = files.filter((file) => file.path === LOCK);
  const code = files.filter((file) => CODE.test(file.path));
  const modules = code.filter((file) => SCRIPT.test(file.path)).map((file) => readModule(file));
  return [
    ...code.flatMap((file) => [...lengthFaults(file), ...nameFaults(file)]),
    ...modules.flatMap((module) => [
      ...missingFaults(module, paths),
      ...layerFaults(module),
      ...barrelFaults(module),
      ...sdkFaults(module),
      ...purityFaults(module),
      ...clientFaults(module),
    ]),
    ...cycleFaults(modules),
    ...locks.flatMap(({ path, text }) => licenceFaults(path, text)),
  ].toSorted((a, b) => compare(a.file, b.file) || a.line - b.line);
}

/** @param {string} a @param {string} b */
const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/** One line a fault: `src/check/rule.ts:3  [layers]  …`. @param {Fault} fault */
export const formatFault = ({ file, line, law, message }) => `${file}:${line}  [${law}]  ${message}`;

/**
 * The files under a folder, without what is installed, built or hidden.
 *
 * @param {string} root
 * @returns {File[]}
 */
export function readTree(root, folder = '') {
  return readdirSync(posix.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = posix.join(folder, entry.name);
    if (/^(?:\..*|node_modules|dist|coverage|__pycache__)$/.test(entry.name)) return [];
    if (entry.isDirectory()) return readTree(root, path);
    return entry.isFile()
      ? [{ path, text: CODE.test(path) || path === LOCK ? readFileSync(posix.join(root, path), 'utf8') : '' }]
      : [];
  });
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const files = readTree(fileURLToPath(new URL('..', import.meta.url)));
  const faults = checkLaws(files);
  for (const fault of faults) process.stdout.write(`${formatFault(fault)}\n`);
  const verdict = faults.length === 0 ? 'the laws are kept' : `${faults.length} breaches of the laws (CONTRIBUTING.md)`;
  process.stdout.write(`${files.filter((file) => CODE.test(file.path)).length} files: ${verdict}\n`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
