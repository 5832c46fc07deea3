import { expect, test } from 'vitest';

import { rerunCommand } from '../../src/cli/rerun.ts';

test('is what was typed, from another step on', () => {
  const words = [
    '--name',
    'batch',
    '--from',
    'A',
    '-p',
    'Text=it is',
    '--source-execution=arn:1',
    '--only',
    'B',
    '--logs',
  ];
  expect(rerunCommand('run-pipeline', words, [])('Predict', 'arn:2')).toBe(
    "run-pipeline --name batch -p 'Text=it is' --logs --from Predict --source-execution arn:2",
  );
});

test('holds no secret, and no token by which it would start nothing', () => {
  const words = ['-p', 'Password=hunter2', '--request-token', 'x'.repeat(32)];
  expect(rerunCommand('run-pipeline', words, ['hunter2'])('A', 'arn:1')).toBe(
    "run-pipeline -p 'Password=****' --from A --source-execution arn:1",
  );
});
