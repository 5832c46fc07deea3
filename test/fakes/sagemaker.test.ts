import { fileURLToPath } from 'node:url';
import { beforeAll, expect, onTestFinished, test } from 'vitest';

import { pythonWithBoto3 } from '../support/moto-server.ts';
import { PYTHON_ENVIRONMENT_TIME_LIMIT, describeWithPython } from '../support/python-environment.ts';
import { runCommand } from '../support/run-command.ts';
import { startSageMaker } from './sagemaker.ts';

describeWithPython('the fake of SageMaker', () => {
  let python: string;
  beforeAll(async () => {
    python = await pythonWithBoto3();
  }, PYTHON_ENVIRONMENT_TIME_LIMIT);

  test("answers as its specification says, in shapes that AWS's own parser accepts", async () => {
    const fake = await startSageMaker();
    onTestFinished(() => fake.stop());
    fake.plans['Prepare'] = { log: ['one', 'two', 'three'] };
    const script = fileURLToPath(new URL('sagemaker_answers.py', import.meta.url));
    const env = { ...fake.env, AWS_DEFAULT_REGION: 'us-east-1', AWS_MAX_ATTEMPTS: '1', PATH: process.env['PATH'] };
    const { stdout, stderr, exitCode } = await runCommand(python, [script], { env });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      account: '123456789012',
      missing: 'ResourceNotFound',
      taken: 'ValidationException',
      description: 'Asks',
      tags: [
        ['a', 'b'],
        ['c', 'd'],
      ],
      'no parameter': 'ValidationException',
      'same token': true,
      'other request': 'ConflictException',
      parameters: [{ Name: 'Rows', Value: '5' }],
      definition: true,
      waiting: 'Executing',
      pages: [2],
      before: [
        ['Prepare', 'Succeeded'],
        ['Ask', 'Executing'],
      ],
      times: true,
      job: 'arn:aws:sagemaker:us-east-1:123456789012:processing-job',
      log: ['two', 'three'],
      'no log': 'ResourceNotFoundException',
      spent: 'ResourceNotFound',
      ended: 'Succeeded',
      metric: [0.5, 20],
      processed: 'train',
      'no job': 'ResourceNotFound',
      outputs: [{ Name: 'By', Value: 'me' }],
      'all pages': [2, 1],
      'too late': 'ConflictException',
      failed: 'Failed',
      reason: 'no',
      again: 'Executing',
      attempts: [1, 2],
      stopping: ['Stopping', 'Succeeded'],
      stopped: 'Stopped',
      reused: [true, true],
      listed: true,
    });
  });
});
