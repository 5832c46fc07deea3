import { expect, test } from 'vitest';

import { describeWithPython, PYTHON_ENVIRONMENT_TIME_LIMIT } from '../../../../support/python-environment.ts';
import { scikitLearnEnvironment } from './environments.ts';
import { runTrain } from './run-train.ts';

const SCRIPT = `
from sagemaker_containers.beta.framework import (
    content_types, encoders, env, modules, transformer, worker)
print(content_types.CSV, encoders.array_to_json([1]), worker.Response.__name__)
`;

describeWithPython('a training script', () => {
  test.each([
    ['has the package that its image serves with', 'sklearn', {}, 'text/csv [1] Response'],
    [
      'has its own package of that name first',
      'sklearn',
      { 'sagemaker_containers/__init__.py': 'raise ImportError("its own")' },
      'its own',
    ],
    ['of another image does not have it', 'pytorch', {}, "No module named 'sagemaker_containers'"],
  ] as const)('%s', { timeout: PYTHON_ENVIRONMENT_TIME_LIMIT }, async (_, image, beside, told) => {
    const { python } = await scikitLearnEnvironment();
    expect(await runTrain(python, image, { 'train.py': SCRIPT, ...beside })).toContain(told);
  });
});
