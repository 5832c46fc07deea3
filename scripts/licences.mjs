// @ts-check
// What is built into `dist` keeps its authors' licences: their texts go with it.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const IN_PACKAGE = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//;
const LICENCE_FILE = /^(?:licen[cs]e|copying)(?:[-.]\w+)*$/i;

/**
 * The licences of the packages that modules come from, as one text; a package without one is an error.
 *
 * @param {readonly string[]} modules paths of files
 */
export function licencesOf(modules) {
  const folders = new Set(modules.flatMap((path) => IN_PACKAGE.exec(path.replaceAll('\\', '/'))?.[1] ?? []));
  const texts = [...folders].map(licenceOf).toSorted();
  return ['The package holds code of these, each under its own licence.\n', ...texts].join(`\n${'-'.repeat(80)}\n\n`);
}

/** @param {string} folder */
function licenceOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => LICENCE_FILE.test(entry));
  if (file === undefined) throw new Error(`${name} is built into dist and has no licence of its own in ${folder}`);
  return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
}
