// @ts-check
import { maker } from './house.mjs';

/** @typedef {import('./house.mjs').Fault} Fault */
/** @typedef {{ license?: string, dev?: boolean, hasInstallScript?: boolean }} Entry */

/** Anyone may use, change and pass on what is under these, in a closed product too. */
const FREE = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
]);
/** Tools are used here and passed on to nobody. */
const FOR_TOOLS = new Set([...FREE, 'CC-BY-4.0', 'MPL-2.0', 'Python-2.0']);

/**
 * What is installed, by the lock: each package's licence is known and lets the package be used for what it is used for, and
 * none runs a script when it is installed.
 *
 * @param {string} path
 * @param {string} lock
 * @returns {Fault[]}
 */
export function licenceFaults(path, lock) {
  const fault = maker(path, 'licences');
  const { packages } = /** @type {{ packages: Record<string, Entry> }} */ (JSON.parse(lock));
  const lines = lock.split('\n');
  return Object.entries(packages).flatMap(([name, { license, dev, hasInstallScript }]) => {
    if (name === '') return [];
    const line = lines.findIndex((text) => text.includes(JSON.stringify(name))) + 1;
    const isFree = (dev === true ? FOR_TOOLS : FREE).has(license ?? '');
    const who = name.replace(/^.*node_modules\//, '');
    return [
      ...(isFree
        ? []
        : [fault(line, `${who} is under ${license ?? 'no licence that it names'}: look into it, or do without`)]),
      ...(hasInstallScript === true
        ? [fault(line, `${who} runs a script when it is installed: nothing here may, do without it`)]
        : []),
    ];
  });
}
