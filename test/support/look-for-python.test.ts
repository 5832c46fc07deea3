import { spawnSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

import { pathWithoutShim } from './look-for-python.ts';
import { describeWithPython } from './python-environment.ts';
import { temporaryFolder } from './temporary-folder.ts';

describeWithPython('the PATH of the tests', () => {
  const ask = ['-c', 'import sys; print(sys.executable)'];
  const python = spawnSync('python3', ask, { encoding: 'utf8' }).stdout?.trim() ?? '';

  test('has the interpreter before a shim that stands for it', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'python3'), `#!/bin/sh\nexec '${python}' "$@"\n`, { mode: 0o755 });
    expect(pathWithoutShim(folder)).toBe(`${dirname(python)}:${folder}`);
  });

  test('stays as it is where the interpreter is the first, also by a link', () => {
    const folder = temporaryFolder();
    symlinkSync(python, join(folder, 'python3'));
    expect(pathWithoutShim(`${folder}:/usr/bin`)).toBe(`${folder}:/usr/bin`);
  });
});
