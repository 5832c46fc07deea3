import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

import { describeWithPython, PYTHON_ENVIRONMENT_TIME_LIMIT } from '../../../../support/python-environment.ts';
import { runCommand } from '../../../../support/run-command.ts';
import { temporaryFolder } from '../../../../support/temporary-folder.ts';
import { scikitLearnEnvironment } from './environments.ts';
import { SERVE } from './model-host.ts';

const SCRIPT = `
from sagemaker_containers.beta.framework import (
    content_types, encoders, env, modules, transformer, worker)
print(content_types.CSV, encoders.array_to_json([1]), worker.Response.__name__)
`;

describeWithPython('a training script', () => {
  test.each([
    [
      'has the packages that its image serves with',
      'sagemaker_sklearn_container.training:main',
      {},
      'text/csv [1] Response',
    ],
    [
      'has its own of them first',
      'sagemaker_sklearn_container.training:main',
      { 'sagemaker_containers/__init__.py': 'raise ImportError("its own")' },
      'its own',
    ],
    ['of another image has none of them', 'sagemaker_pytorch_container.training:main', {}, 'No module named'],
  ])('%s', { timeout: PYTHON_ENVIRONMENT_TIME_LIMIT }, async (_, framework, beside, told) => {
    const { python } = await scikitLearnEnvironment();
    const base = temporaryFolder();
    const config = { hosts: ['algo-1'], current_host: 'algo-1' };
    const files = {
      'code/train.py': SCRIPT,
      'input/config/hyperparameters.json': JSON.stringify({ sagemaker_program: '"train.py"' }),
      'input/config/resourceconfig.json': JSON.stringify(config),
      'input/config/inputdataconfig.json': '{}',
      ...Object.fromEntries(Object.entries(beside).map(([name, text]) => [`code/${name}`, text])),
      'output/.keep': '',
    };
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(base, name)), { recursive: true });
      writeFileSync(join(base, name), text);
    }
    const { stdout, stderr } = await runCommand(python, [join(dirname(SERVE), 'train.py'), base], {
      env: { ...process.env, SAGEMAKER_TRAINING_MODULE: framework, PYTHONDONTWRITEBYTECODE: '1' },
      timeLimit: 60_000,
    });
    expect(stdout + stderr).toContain(told);
  });
});
