import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { runCommand } from './run-command.ts';

/** Builds `dist` before the tests when a source is newer; the tests of the commands and of the package run what is built. */
export default async function build(): Promise<void> {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  if (!isStale(root)) return;
  const { exitCode, stdout, stderr } = await runCommand(process.execPath, ['scripts/bundle.mjs'], {
    cwd: root,
    timeLimit: 300_000,
  });
  if (exitCode !== 0) {
    // What a failed build left must not pass for a built one the next time.
    rmSync(join(root, 'dist'), { recursive: true, force: true });
    throw new Error(
      `node scripts/bundle.mjs ended with ${exitCode ?? 'a signal'}; the tests need dist:\n${stdout}${stderr}`,
    );
  }
}

/** Whether something that `dist` is made from is newer than a program in it, or a part of it is not there. */
export function isStale(root: string): boolean {
  const sources = [
    'src',
    'template',
    'build.ts',
    'utils.ts',
    'scripts/bundle.mjs',
    'package.json',
    'package-lock.json',
    'tsconfig.json',
  ];
  const newest = Math.max(...sources.map((path) => lastChange(join(root, path))));
  const { bin, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
  const programs = [...Object.values(bin), exports['.'].default];
  // The compiler leaves types alone that came out the same, so their age tells nothing.
  return !existsSync(join(root, exports['.'].types)) || programs.some((path) => lastChange(join(root, path)) < newest);
}

interface Manifest {
  readonly bin: Readonly<Record<string, string>>;
  readonly exports: { readonly '.': { readonly default: string; readonly types: string } };
}

/** When a file, or anything in a folder, last changed; a folder itself changes when a file in it comes or goes. */
function lastChange(path: string): number {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return 0;
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => lastChange(join(path, name))));
}
