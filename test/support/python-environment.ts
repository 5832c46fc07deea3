import { spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, inject } from 'vitest';

import { runCommand } from './run-command.ts';

/** Which packages a virtual environment holds, and what it is called in its folder's name and in messages. */
export interface PythonEnvironmentRequest {
  readonly name: string;
  /** As pip writes them: `moto[server]==5.2.1`. */
  readonly requirements: readonly string[];
  /** Where `python3`, `uv`, the cache and pip's settings are looked up; this process's own environment unless told. */
  readonly env?: NodeJS.ProcessEnv;
}

/** A virtual environment that is whole. */
export interface PythonEnvironment {
  readonly python: string;
  /** The path of a program that its packages installed. */
  readonly bin: (name: string) => string;
  readonly folder: string;
}

/** How long a build may take, and how long to let a hook wait for it: the largest download is PyTorch. */
export const PYTHON_ENVIRONMENT_TIME_LIMIT = 1_800_000;

/**
 * A virtual environment with these packages, made on first use and kept outside the tree for later runs, of this project and of its
 * other copies on this machine. `SAGEMAKER_PIPELINES_TEST_CACHE` moves it, else it is in the user's cache folder.
 */
export async function pythonEnvironment(request: PythonEnvironmentRequest): Promise<PythonEnvironment> {
  const { name, requirements, env = process.env } = request;
  const script = fileURLToPath(new URL('make_environment.py', import.meta.url));
  const words = [script, cache(env), name, ...requirements];
  const limit = { env, timeLimit: PYTHON_ENVIRONMENT_TIME_LIMIT };
  const { stdout, stderr, exitCode, timedOut } = await runCommand('python3', words, limit).catch((cause: unknown) => {
    throw needs(name, missingPython(env)) ?? cause;
  });
  if (exitCode !== 0) {
    const missing = needs(name, missingPython(env));
    if (missing !== undefined) throw missing;
    const why = timedOut ? `it took more than ${PYTHON_ENVIRONMENT_TIME_LIMIT / 1000} s` : stderr.trim();
    throw new Error(`the Python environment "${name}" could not be made: ${why}`);
  }
  const folder = stdout.trim();
  const bin = (program: string) => join(folder, 'bin', program);
  return { python: bin('python'), bin, folder };
}

function needs(name: string, missing: string | undefined): Error | undefined {
  return missing === undefined ? undefined : new Error(`the Python environment "${name}" needs ${missing}`);
}

/** What this machine lacks to make a virtual environment, with the way to get it; undefined when it lacks nothing. */
export function missingPython(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const { error, status } = spawnSync('python3', ['-c', 'import ensurepip, venv'], { env, stdio: 'ignore' });
  if (error !== undefined) return 'python3 on the PATH';
  return status === 0 ? undefined : "python3 with venv and ensurepip (Debian's package python3-venv)";
}

/**
 * A `describe` whose tests need Python. On a machine without it they are skipped under a name that says what is missing;
 * on CI, which installs what the tests need, they run and fail.
 */
export function describeWithPython(name: string, tests: () => void): void {
  const missing = process.env['CI'] === undefined ? inject('missingPython') : '';
  const reason = missing === '' ? '' : ` (skipped: needs ${missing})`;
  describe(`${name}${reason}`, { skip: missing !== '' }, () => {
    tests();
  });
}

function cache(env: NodeJS.ProcessEnv): string {
  const own = env['SAGEMAKER_PIPELINES_TEST_CACHE'];
  if (own !== undefined && own !== '') return own;
  // The XDG specification has relative paths ignored.
  const users = env['XDG_CACHE_HOME']?.startsWith('/') ? env['XDG_CACHE_HOME'] : join(homedir(), '.cache');
  return join(users, 'sagemaker-pipelines', 'test-environments');
}
