import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import type { TestProject } from 'vitest/node';

import { missingPython } from './python-environment.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** What the machine lacks of Python; nothing when it lacks nothing. */
    missingPython: string;
  }
}

/** Looks once for all files: to start a Python in each of them takes longer than many of their tests. */
export default function lookForPython({ provide }: TestProject): void {
  provide('missingPython', missingPython() ?? '');
  process.env['PATH'] = pathWithoutShim(process.env['PATH'] ?? '');
}

/**
 * A PATH on which `python3` is the interpreter itself, where it would be a shim that looks for it first, as pyenv's does: that
 * takes longer than the start of the interpreter, and the tests start hundreds.
 */
export function pathWithoutShim(path: string): string {
  const first = path
    .split(delimiter)
    .map((folder) => join(folder, 'python3'))
    .find(existsSync);
  const ask = ['-I', '-c', 'import sys; print(sys.executable)'];
  const { stdout } = spawnSync('python3', ask, { env: { ...process.env, PATH: path }, encoding: 'utf8' });
  const python = stdout?.trim() ?? '';
  if (first === undefined || !existsSync(python) || realpathSync(first) === realpathSync(python)) return path;
  return [dirname(python), path].join(delimiter);
}
