import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

import { type EnvironmentCache, environmentFor } from '../../../../src/run/local/containers/environments.ts';
import { describeWithPython } from '../../../support/python-environment.ts';
import { runCommand } from '../../../support/run-command.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { unique } from './process-containers.ts';

describeWithPython('an environment out of the index of this machine', () => {
  test('takes the nearest release where there is none of the number that is wanted', async () => {
    const cache: EnvironmentCache = {
      folder: temporaryFolder(),
      supervisor: { python: 'python3', env: process.env },
      unique,
      now: () => new Date(),
      interrupted: new AbortController().signal,
      tell: () => {},
    };
    // No release of this number was ever made: the two around it were.
    const { substituted } = await environmentFor(cache, { name: 'small 2.0', packages: { six: '1.16.5' } });
    expect(substituted).toEqual([{ what: 'six', wanted: '1.16.5', got: '1.16.0' }]);
  });
});

describeWithPython('a virtual environment', () => {
  test('has a pip that works also where Python keeps its wheels in a way of its own', async () => {
    const script = fileURLToPath(
      new URL('../../../../src/run/local/containers/python/virtual_environment.py', import.meta.url),
    );
    // As https://docs.python.org/3/using/configure.html#cmdoption-with-wheel-pkg-dir has it, with nothing in there.
    const program = `import ensurepip, runpy, sys, sysconfig
script, folder, nowhere = sys.argv[1:]
known = sysconfig.get_config_var
sysconfig.get_config_var = lambda name: nowhere if name == 'WHEEL_PKG_DIR' else known(name)
sys.argv[1:] = [folder]
runpy.run_path(script, run_name='__main__')`;
    const folder = join(temporaryFolder(), 'made');
    const made = await runCommand('python3', ['-I', '-c', program, script, folder, temporaryFolder()]);
    expect({ exitCode: made.exitCode, stderr: made.stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(await runCommand(join(folder, 'bin/pip'), ['--version'])).toMatchObject({ exitCode: 0 });
  });
});
