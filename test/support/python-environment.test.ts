import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, onTestFinished, test } from 'vitest';

import { listenOnFreePort } from './free-port.ts';
import {
  describeWithPython,
  missingPython,
  PYTHON_ENVIRONMENT_TIME_LIMIT,
  pythonEnvironment,
} from './python-environment.ts';
import { killGroup, runCommand } from './run-command.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Writes a wheel with a module `greeting` and a program `greet`: a package that needs no network. */
const WHEEL = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1] + "/greeting-1.0-py3-none-any.whl", "w") as wheel:
    wheel.writestr("greeting.py", "def main():\\n    print('hello')\\n")
    wheel.writestr("greeting-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: greeting\\nVersion: 1.0\\n")
    wheel.writestr("greeting-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr("greeting-1.0.dist-info/entry_points.txt", "[console_scripts]\\ngreet = greeting:main\\n")
    wheel.writestr("greeting-1.0.dist-info/RECORD", "greeting.py,,\\ngreeting-1.0.dist-info/METADATA,,\\n"
                   "greeting-1.0.dist-info/WHEEL,,\\ngreeting-1.0.dist-info/entry_points.txt,,\\ngreeting-1.0.dist-info/RECORD,,\\n")
`;

/** A cache and a folder of wheels of this test's own, an index nobody asks, and a PATH with Python and these programs alone. */
async function offline(...programs: string[]): Promise<{ cache: string; env: NodeJS.ProcessEnv }> {
  const [cache, wheels, bin] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
  const { stdout: python } = await runCommand('python3', ['-c', `${WHEEL}print(sys.executable, end="")`, wheels]);
  writeFileSync(join(bin, 'python3'), `#!/bin/sh\nexec '${python}' "$@"\n`, { mode: 0o755 });
  for (const program of programs) symlinkSync(program, join(bin, basename(program)));
  const settings = {
    SAGEMAKER_PIPELINES_TEST_CACHE: cache,
    PIP_FIND_LINKS: wheels,
    PIP_NO_INDEX: '1',
    UV_OFFLINE: '1',
  };
  return { cache, env: { ...process.env, PATH: bin, ...settings } };
}

/** What is in the cache beside locks. */
const entries = (cache: string) => readdirSync(cache).filter((name) => !name.endsWith('.lock'));

describeWithPython('a Python environment', () => {
  test('has its packages and their programs, and is made once, also by two at a time', async () => {
    const { cache, env } = await offline();
    const request = { name: 'greeting', requirements: ['greeting==1.0'], env };
    const [one, two] = await Promise.all([pythonEnvironment(request), pythonEnvironment(request)]);
    expect(one.folder).toBe(two.folder);
    expect(entries(cache)).toEqual([expect.stringMatching(/^greeting-\w{16}$/), expect.stringContaining('.build-')]);
    expect(await runCommand(one.bin('greet'))).toMatchObject({ stdout: 'hello\n' });
    expect(await runCommand(one.python, ['-c', 'import greeting; greeting.main()'])).toMatchObject({
      stdout: 'hello\n',
    });

    const bare = await pythonEnvironment({ name: 'greeting', requirements: [], env });
    expect(bare.folder).not.toBe(one.folder);
    expect(await runCommand(bare.python, ['-c', 'import greeting'])).toMatchObject({ exitCode: 1 });
  });

  test('is made anew when its interpreter is gone', async () => {
    const { cache, env } = await offline();
    const request = { name: 'bare', requirements: [], env };
    const { folder, python } = await pythonEnvironment(request);
    rmSync(python);
    expect(await pythonEnvironment(request)).toMatchObject({ folder, python });
    expect(await runCommand(python, ['-c', 'print(1)'])).toMatchObject({ stdout: '1\n' });
    expect(entries(cache)).toHaveLength(2);
  });

  test('whose making was killed is made anew, and the lock of the dead is no hindrance', async () => {
    const { cache, env } = await offline();
    const index = createServer();
    onTestFinished(() => void index.close());
    const url = `http://127.0.0.1:${await listenOnFreePort(index)}/`;
    const script = fileURLToPath(new URL('make_environment.py', import.meta.url));
    const online = { ...env, PIP_NO_INDEX: '0', PIP_FIND_LINKS: '', PIP_INDEX_URL: url };
    const making = spawn('python3', [script, cache, 'greeting', 'greeting==1.0'], { env: online, detached: true });
    await once(index, 'connection');
    killGroup(making.pid);
    await once(making, 'close');
    const [half] = entries(cache);
    expect(half).toMatch(/^greeting-\w{16}\.build-\d+$/);

    const { bin } = await pythonEnvironment({ name: 'greeting', requirements: ['greeting==1.0'], env });
    expect(await runCommand(bin('greet'))).toMatchObject({ stdout: 'hello\n' });
    expect(entries(cache)).not.toContain(half);
  });

  test('that cannot be had says why, with the last lines of pip, and leaves nothing behind', async () => {
    const { cache, env } = await offline();
    const made = pythonEnvironment({ name: 'greeting', requirements: ['greeting==2.0'], env });
    await expect(made).rejects.toThrow(
      /^the Python environment "greeting" could not be made: .*install.*greeting==2\.0 ended with 1\n/,
    );
    await expect(made).rejects.toThrow('No matching distribution found for greeting==2.0');
    expect(entries(cache)).toEqual([]);
  });
});

describeWithPython('with uv on the PATH', () => {
  let uv = '';
  beforeAll(async () => {
    uv = (await pythonEnvironment({ name: 'uv', requirements: ['uv==0.9.5'] })).bin('uv');
  }, PYTHON_ENVIRONMENT_TIME_LIMIT);

  test("an environment is made by uv, which finds the wheels of pip's own setting", async () => {
    const { env } = await offline(uv);
    const made = await pythonEnvironment({ name: 'greeting', requirements: ['greeting==1.0'], env });
    expect(await runCommand(made.bin('greet'))).toMatchObject({ stdout: 'hello\n' });
    expect(await runCommand(made.python, ['-m', 'pip', '--version'])).toMatchObject({ exitCode: 1 });
  });
});

test('a machine without Python, or with half of one, is told what is missing', async () => {
  const folder = temporaryFolder();
  const env = { PATH: folder };
  expect(missingPython(env)).toBe('python3 on the PATH');
  const made = pythonEnvironment({ name: 'greeting', requirements: [], env });
  await expect(made).rejects.toThrow('the Python environment "greeting" needs python3 on the PATH');
  writeFileSync(join(folder, 'python3'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  expect(missingPython(env)).toBe("python3 with venv and ensurepip (Debian's package python3-venv)");
});
