import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Supervisor } from './contained.ts';
import type { Say } from './long-work.ts';
import { type RunPython, pythonRunner } from './pip.ts';

/** An environment's Python, and the folder that its pip is in. */
export interface PipPlace {
  readonly folder: string;
  readonly pipIn: string;
}

/** Who runs it, and what ends it. */
interface PipKeeper {
  readonly supervisor: Supervisor;
  readonly interrupted: AbortSignal;
}

/** Runs the Python of an environment that is being filled, and says what its pip is at. */
export function pipRunner(
  { supervisor, interrupted }: PipKeeper,
  { folder, pipIn }: PipPlace,
  cwd: string,
  say: Say,
): RunPython {
  const read = pipReader();
  const hear = (line: string): void => {
    const message = read(line);
    if (message !== undefined) say(message);
  };
  const run = pythonRunner(supervisor, join(folder, 'bin/python'), cwd, { hear, interrupted });
  // Off a terminal a bar is drawn once it is full, and stands between the words of a failure.
  const bar = { PIP_PROGRESS_BAR: countsBytes(pipIn) ? 'raw' : 'off' };
  return (args, more = {}) => run(args, { ...bar, ...more });
}

/** Whether a pip says how much it has got of what it fetches. https://pip.pypa.io/en/stable/news/#v24-1b1 */
function countsBytes(sitePackages: string): boolean {
  const versions = readdirSync(sitePackages).flatMap((name) => /^pip-(\d+)\.(\d+).*\.dist-info$/.exec(name) ?? []);
  const [major = 0, minor = 0] = versions.slice(1, 3).map(Number);
  return major > 24 || (major === 24 && minor >= 1);
}

/** Makes of what pip says, line by line, what it is at; nothing of a line that does not say so. */
export function pipReader(): (line: string) => string | undefined {
  let fetched = '';
  return (line) => {
    const [, got = '', all = ''] = /^Progress (\d+) of (\d+)$/.exec(line) ?? [];
    if (all !== '') return fetched === '' ? undefined : `${fetched}${share(Number(got), Number(all))}`;
    for (const [pattern, say] of WORDS) {
      const found = pattern.exec(line);
      if (found === null) continue;
      const message = say(found[1] ?? '', found[2] ?? '');
      fetched = message?.startsWith('fetching') === true ? message : '';
      return message;
    }
    return undefined;
  };
}

/** In tenths: whoever reads the events wants no line for each packet. */
function share(got: number, all: number): string {
  const percent = Math.floor((got / all) * 10) * 10;
  return percent > 0 && percent < 100 ? `, ${percent} %` : '';
}

type Words = readonly [RegExp, (first: string, second: string) => string | undefined];

const WORDS: readonly Words[] = [
  // What a package asks for is a file of its own beside it. https://peps.python.org/pep-0658/
  [/^\s*(?:Downloading|Using cached) \S+\.metadata\b/, () => undefined],
  [/^\s*Downloading (\S+)(?: \(([^)]+)\))?/, (file, size) => `fetching ${packageOf(file)}${inBrackets(size)}`],
  [
    /^\s*Using cached (\S+)(?: \(([^)]+)\))?/,
    (file, size) => `has ${packageOf(file)} in pip's cache${inBrackets(size)}`,
  ],
  [/^\s*Processing (\S+)/, (file) => `reading ${packageOf(file)}`],
  [/^\s*Collecting (\S+)/, (wanted) => `looking for ${wanted}`],
  [/^\s*Building wheel for (\S+) .*: started/, (name) => `compiling ${name}`],
  [/^INFO: pip is looking at multiple versions of (\S+)/, (name) => `trying other releases of ${name}`],
  [/^WARNING: Retrying /, () => 'the package index does not answer, pip tries again'],
  [/^Installing collected packages: (.*)/, (list) => `installing ${counted(list.split(', ').length)}`],
];

function inBrackets(size: string): string {
  return size === '' ? '' : ` (${size})`;
}

function counted(packages: number): string {
  return packages === 1 ? 'a package' : `${packages} packages`;
}

/** `numpy 1.24.1` of the path or the URL of a wheel or a source archive. https://packaging.python.org/en/latest/specifications/binary-distribution-format/ */
function packageOf(place: string): string {
  const file =
    place
      .replace(/[?#].*$/, '')
      .split('/')
      .at(-1) ?? place;
  const [, name, version] =
    /^([^-]+)-([^-]+)-.*\.whl$/.exec(file) ?? /^(.+)-(\d[^-]*)\.(?:tar\.\w+|tgz|zip)$/.exec(file) ?? [];
  if (name === undefined || version === undefined) return file;
  return `${name.replaceAll('_', '-')} ${version.replaceAll('%2B', '+')}`;
}
