import { join, resolve } from 'node:path';
import { PipelineError } from '../../../definition/error.ts';
import type { EnvironmentCache, PythonEnvironment } from './environments.ts';
import type { Interpreter } from './interpreters.ts';
import { pythonRunner } from './pip.ts';

const ASK = `import json, os, sys, sysconfig
print(json.dumps({"path": os.path.realpath(getattr(sys, "_base_executable", "") or sys.executable),
"version": "%d.%d.%d" % sys.version_info[:3], "platform": sysconfig.get_platform(), "sitePackages": sysconfig.get_path("purelib")}))`;

/** A virtual environment that somebody else made: it is used, and nothing is installed into it. */
export async function existingEnvironment(
  cache: EnvironmentCache,
  folder: string,
  cwd: string,
): Promise<PythonEnvironment> {
  const path = resolve(cwd, folder);
  const python = join(path, 'bin/python');
  const { ok, lines } = await pythonRunner(cache.supervisor, python, cwd)(['-I', '-c', ASK]);
  if (!ok) {
    throw new PipelineError('usage', 'bad-setting', `${folder} is no virtual environment`, {
      detail: lines.at(-1) ?? `${python} does not run`,
      fix: `make one: python3 -m venv ${folder}`,
    });
  }
  const answer = JSON.parse(lines.at(-1) ?? '') as Omit<Interpreter, 'minor'> & { readonly sitePackages: string };
  const { sitePackages, ...found } = answer;
  const interpreter = { ...found, minor: found.version.split('.').slice(0, 2).join('.') };
  return { name: folder, folder: path, interpreter, sitePackages, substituted: [] };
}
