import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { PipelineError } from '../../../definition/error.ts';

/** A Python on this machine that can make environments. */
export interface Interpreter {
  readonly path: string;
  /** `3.11`, and in full `3.11.7`. */
  readonly minor: string;
  readonly version: string;
  /** What its wheels are made for: `linux-x86_64`. */
  readonly platform: string;
}

type Env = Readonly<Record<string, string | undefined>>;

// The one behind a shim or an active environment, since that is what our environments point to.
const ASK = `import json, os, sys, sysconfig, venv, ensurepip
print(json.dumps({"path": os.path.realpath(getattr(sys, "_base_executable", "") or sys.executable),
"version": "%d.%d.%d" % sys.version_info[:3], "platform": sysconfig.get_platform()}))`;

const LIMIT = 30_000;

/**
 * The Python of the minor version that is wanted, which alone decides what wheels there are; else the machine's own
 * `python3`, else the next newer one, else the next older one.
 */
export async function findInterpreter(wanted: string | undefined, env: Env): Promise<Interpreter> {
  const found = candidates(env);
  const ranked = found.toSorted((a, b) => distance(a.minor, wanted) - distance(b.minor, wanted));
  let why = 'none was found on the PATH';
  for (const { path } of ranked) {
    const answer = await ask(path, env);
    if (typeof answer !== 'string') return answer;
    why = answer;
  }
  throw new PipelineError('machine', 'python-missing', 'No Python on this machine can make environments', {
    detail: why,
    fix: "install Python 3 with venv (Debian's package python3-venv), or run with --runtime docker",
  });
}

interface Candidate {
  readonly path: string;
  /** Undefined for a plain `python3`, which may be any. */
  readonly minor: string | undefined;
}

function candidates(env: Env): Candidate[] {
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const onPath = folders.flatMap((folder) =>
    namesIn(folder)
      .filter((name) => /^python3(?:\.\d+)?$/.test(name))
      .map((name) => ({ path: join(folder, name), minor: /3\.\d+$/.exec(name)?.[0] })),
  );
  // These two keep interpreters that are not on the PATH, each in a folder named for its version.
  const home = env['HOME'] ?? '';
  const stores = [
    join(env['PYENV_ROOT'] ?? join(home, '.pyenv'), 'versions'),
    join(env['UV_PYTHON_INSTALL_DIR'] ?? join(env['XDG_DATA_HOME'] ?? join(home, '.local/share'), 'uv/python')),
  ];
  const stored = stores.flatMap((store) =>
    namesIn(store).flatMap((name) => {
      const minor = /^(?:cpython-)?(3\.\d+)\.\d+(?:-[\w.-]+)?$/.exec(name)?.[1];
      return minor === undefined ? [] : [{ path: join(store, name, 'bin/python3'), minor }];
    }),
  );
  return [...onPath, ...stored];
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).toSorted();
  } catch {
    return [];
  }
}

function distance(minor: string | undefined, wanted: string | undefined): number {
  if (minor === undefined) return 0.5;
  if (wanted === undefined) return 1;
  const difference = minorNumber(minor) - minorNumber(wanted);
  return difference >= 0 ? difference : 1_000 - difference;
}

function minorNumber(minor: string): number {
  return Number(minor.split('.')[1]);
}

function ask(path: string, env: Env): Promise<Interpreter | string> {
  return new Promise((resolve) => {
    execFile(path, ['-I', '-c', ASK], { env, timeout: LIMIT }, (error, stdout, stderr) => {
      if (error !== null) {
        resolve(`${path}: ${stderr.trim().split('\n').at(-1) || error.message}`);
        return;
      }
      const answer = JSON.parse(stdout) as Omit<Interpreter, 'minor'>;
      resolve({ ...answer, minor: answer.version.split('.').slice(0, 2).join('.') });
    });
  });
}
