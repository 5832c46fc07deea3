import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { generateConstraints, readShapes } from '../../scripts/generate-constraints.mjs';
import { PYTHON_ENVIRONMENT_TIME_LIMIT, describeWithPython, pythonEnvironment } from '../support/python-environment.ts';

describeWithPython('the table of constraints', () => {
  test(
    'is what botocore says, to the byte',
    async () => {
      const { folder } = await pythonEnvironment({ name: 'botocore', requirements: ['botocore==1.43.11'] });
      const [version = ''] = readdirSync(join(folder, 'lib')).filter((name) => name.startsWith('python'));
      const data = join(folder, 'lib', version, 'site-packages', 'botocore', 'data');
      const generated = new URL('../../src/aws/generated/shapes.ts', import.meta.url);
      expect(generateConstraints(readShapes(data))).toBe(readFileSync(generated, 'utf8'));
    },
    PYTHON_ENVIRONMENT_TIME_LIMIT,
  );
});
