import { chmodSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  type EnvironmentCache,
  type PythonEnvironment,
  buildOnce,
  buildingWords,
  digest,
  sitePackagesOf,
} from './environments.ts';
import { type PipEnd, refuseUnreachable } from './pip.ts';
import { pipRunner } from './pip-progress.ts';
import { type Say, tellWork } from './long-work.ts';

/**
 * An environment on top of another: it has all that the other has, and what is installed into it stays in it. So a job may
 * install what it likes, as it may in its container, and the next one starts from the image again.
 */
export function layEnvironment(folder: string, below: PythonEnvironment): PythonEnvironment {
  const { interpreter } = below;
  const sitePackages = sitePackagesOf(folder, interpreter);
  const bin = join(folder, 'bin');
  mkdirSync(sitePackages, { recursive: true });
  mkdirSync(bin);
  const python = join(bin, 'python');
  symlinkSync(interpreter.path, python);
  for (const name of ['python3', `python${interpreter.minor}`]) symlinkSync('python', join(bin, name));
  const settings = [
    `home = ${dirname(interpreter.path)}`,
    'include-system-site-packages = false',
    `version = ${interpreter.version}`,
  ];
  writeFileSync(join(folder, 'pyvenv.cfg'), `${settings.join('\n')}\n`);
  // Not as a path alone: the packages below have .pth files of their own, and come after what is installed here.
  writeFileSync(
    join(sitePackages, 'below.pth'),
    `import site; site.addsitedir(${JSON.stringify(below.sitePackages)})\n`,
  );
  copyPrograms(join(below.folder, 'bin'), bin, python);
  return { ...below, folder, sitePackages };
}

/** An environment's programs name its Python in their first line; here they name this one, or they would install below. */
function copyPrograms(from: string, to: string, python: string): void {
  const taken = new Set(readdirSync(to));
  // A first line ends at a space and after 127 bytes: this is sh and Python at once, and Python sees a text without effect.
  const start = `#!/bin/sh\n'''exec' '${python.replaceAll("'", `'"'"'`)}' "$0" "$@"\n' '''\n`;
  for (const name of readdirSync(from)) {
    const text = taken.has(name) ? undefined : readText(join(from, name));
    const old = text === undefined ? undefined : PROGRAM_START.exec(text)?.[0];
    if (text === undefined || old === undefined) continue;
    writeFileSync(join(to, name), start + text.slice(old.length));
    chmodSync(join(to, name), 0o755);
  }
}

const PROGRAM_START = /^#!(?:.*python[\d.]*|\/bin\/sh\n'''exec' .*\n' ''')\n/;

/** Programs of an environment are a few lines; what is longer is compiled. */
const LONGEST_PROGRAM = 65_536;

function readText(file: string): string | undefined {
  try {
    const bytes = readFileSync(file);
    return bytes.length > LONGEST_PROGRAM ? undefined : bytes.toString('utf8');
  } catch {
    return undefined;
  }
}

/** An environment with a source folder's requirements on top of another, or how pip failed. */
export async function addRequirements(
  cache: EnvironmentCache,
  below: PythonEnvironment,
  file: string,
  scratch: string,
): Promise<PythonEnvironment | PipEnd> {
  const text = readFileSync(file, 'utf8');
  let failed: PipEnd | undefined;
  const make = async (folder: string, say: Say): Promise<PythonEnvironment> => {
    const layer = layEnvironment(folder, below);
    const run = pipRunner(cache, { folder, pipIn: below.sitePackages }, dirname(file), say);
    const end = await run(['-m', 'pip', 'install', '--retries', '2', '-r', file]);
    if (end.ok) return layer;
    refuseUnreachable(end.lines);
    failed = end;
    throw new Error(end.lines.at(-1) ?? 'pip failed');
  };
  try {
    const building = { name: `${below.name} with requirements.txt`, detail: `: pip installs ${listOf(text)}` };
    if (isElsewhere(text)) {
      const folder = join(scratch, 'with-requirements');
      return await tellWork(cache, buildingWords(building), (say) => make(folder, say));
    }
    const link = join(cache.folder, `requirements-${digest([below.folder, text])}`);
    const { sitePackages } = await buildOnce(cache, link, building, async (folder, say) => {
      const layer = await make(folder, say);
      return { sitePackages: layer.sitePackages, substituted: [] };
    });
    return { ...below, folder: link, sitePackages };
  } catch (error) {
    if (failed === undefined) throw error;
    return failed;
  }
}

/** What requirements name, without options and addresses: those may hold passwords. */
function listOf(text: string): string {
  const named = text
    .split('\n')
    .map((line) => line.split(/[#;\\]|\s--/)[0]!.trim())
    .filter((each) => /^\w[^@:/]*$/.test(each));
  if (named.length === 0) return 'what it names';
  const rest = named.length > MOST_NAMED ? ` and ${named.length - MOST_NAMED} more` : '';
  return `${named.slice(0, MOST_NAMED).join(', ')}${rest}`;
}

const MOST_NAMED = 10;

/** Whether requirements speak of other files: then their text alone does not say what they mean. */
function isElsewhere(text: string): boolean {
  return text
    .split('\n')
    .some(
      (line) =>
        /^\s*(?:-[re]|-c|--requirement|--editable|--constraint|\.|\/|file:)/.test(line) ||
        /@\s*(?:file:|git\+)/.test(line),
    );
}
