import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

import { describeWithPython, PYTHON_ENVIRONMENT_TIME_LIMIT } from '../../../../support/python-environment.ts';
import { runCommand } from '../../../../support/run-command.ts';
import { scikitLearnEnvironment } from './environments.ts';
import { SERVE } from './model-host.ts';

describeWithPython('the model host, piece by piece', () => {
  test(
    'reads HTTP however it arrives and writes arrays as the images do',
    { timeout: PYTHON_ENVIRONMENT_TIME_LIMIT },
    async () => {
      const { python } = await scikitLearnEnvironment();
      const here = dirname(fileURLToPath(import.meta.url));
      const { stdout, exitCode } = await runCommand(python, ['-m', 'pytest', '-q', '-p', 'no:cacheprovider', here], {
        env: { ...process.env, PYTHONPATH: dirname(SERVE), PYTHONDONTWRITEBYTECODE: '1' },
      });
      expect(stdout).toMatch(/^\d+ passed/m);
      expect(exitCode).toBe(0);
    },
  );
});
