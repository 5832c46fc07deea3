// @ts-check
// Completes package-lock.json with the optional packages of other platforms.
//
// npm leaves an optional package out of the lock when the registry it asked does not have it (a mirror that serves one
// platform, say), and `npm ci` then refuses that lock everywhere. What is missing is written down here from the
// dependency that names it: its exact version, and the platform that its name spells out. Run it after `npm install`.
import { readFileSync, writeFileSync } from 'node:fs';

/** @typedef {{ version?: string, license?: string, dev?: boolean, optional?: boolean, os?: string[], cpu?: string[], optionalDependencies?: Record<string, string> }} Entry */

const SYSTEMS = new Set([
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
]);
const PROCESSORS = new Set([
  'arm',
  'arm64',
  'ia32',
  'loong64',
  'mips64el',
  'ppc64',
  'riscv64',
  's390x',
  'x64',
  'wasm32',
]);

/**
 * The packages of a lock with those added that its optional dependencies name and it lacks.
 *
 * @param {Record<string, Entry>} packages
 * @returns {Record<string, Entry>}
 */
export function completed(packages) {
  const all = { ...packages };
  for (const [path, entry] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      const places = [`${path}/node_modules/${name}`, `node_modules/${name}`];
      // A range says nothing about what npm would have chosen: only exact versions can be written down.
      if (!/^\d[\w.+-]*$/.test(version) || places.some((place) => all[place]?.version === version)) continue;
      const words = name.split(/[-/]/);
      const system = words.find((word) => SYSTEMS.has(word));
      const processor = words.find((word) => PROCESSORS.has(word));
      all[all[places[1] ?? ''] === undefined ? (places[1] ?? '') : (places[0] ?? '')] = {
        version,
        ...(processor === undefined ? {} : { cpu: [processor] }),
        ...(entry.dev === undefined ? {} : { dev: entry.dev }),
        ...(entry.license === undefined ? {} : { license: entry.license }),
        optional: true,
        ...(system === undefined ? {} : { os: [system] }),
      };
    }
  }
  return Object.fromEntries(Object.entries(all).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

if (
  process.argv[1] !== undefined &&
  import.meta.url.endsWith(process.argv[1].replaceAll('\\', '/').split('/').at(-1) ?? '')
) {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  const before = Object.keys(lock.packages).length;
  lock.packages = completed(lock.packages);
  writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`);
  process.stdout.write(`${Object.keys(lock.packages).length - before} packages of other platforms added\n`);
}
