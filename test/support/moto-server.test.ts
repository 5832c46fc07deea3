import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  CreatePipelineCommand,
  DescribePipelineCommand,
  ListPipelinesCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { beforeAll, expect, onTestFinished, test } from 'vitest';

import { eventually } from './eventually.ts';
import { pythonWithBoto3, startMoto } from './moto-server.ts';
import { describeWithPython, PYTHON_ENVIRONMENT_TIME_LIMIT } from './python-environment.ts';
import { isRunning, killGroup } from './run-command.ts';
import { temporaryFolder } from './temporary-folder.ts';

const roleArn = 'arn:aws:iam::123456789012:role/pipelines';
const definition = JSON.stringify({ Version: '2020-12-01', Steps: [] });

function client(endpoint: string): SageMakerClient {
  const credentials = { accessKeyId: 'testing', secretAccessKey: 'testing' };
  const sagemaker = new SageMakerClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
  onTestFinished(() => sagemaker.destroy());
  return sagemaker;
}

describeWithPython('moto', () => {
  beforeAll(async () => {
    // The environment is made here, so that no test's own time goes into it.
    await pythonWithBoto3();
  }, PYTHON_ENVIRONMENT_TIME_LIMIT);

  test('keeps what the AWS SDK gives it, and each start begins empty', async () => {
    const first = await startMoto();
    onTestFinished(() => first.stop());
    const one = client(first.endpoint);
    const pipeline = {
      PipelineName: 'batch',
      PipelineDefinition: definition,
      RoleArn: roleArn,
      ClientRequestToken: 'x'.repeat(32),
    };
    await one.send(new CreatePipelineCommand(pipeline));
    const described = await one.send(new DescribePipelineCommand({ PipelineName: 'batch' }));
    expect(described).toMatchObject({ PipelineName: 'batch', PipelineDefinition: definition, RoleArn: roleArn });

    const second = await startMoto();
    onTestFinished(() => second.stop());
    expect(second.endpoint).not.toBe(first.endpoint);
    const { PipelineSummaries } = await client(second.endpoint).send(new ListPipelinesCommand({}));
    expect(PipelineSummaries).toEqual([]);
  });

  test('is gone once it is stopped, and stopping twice does no harm', async () => {
    const { endpoint, pid, stop } = await startMoto();
    expect(isRunning(pid)).toBe(true);
    await stop();
    await stop();
    expect(isRunning(pid)).toBe(false);
    await expect(fetch(endpoint)).rejects.toThrow('fetch failed');
  });

  test('does not outlive a test run that is killed', async () => {
    const folder = temporaryFolder();
    const said = join(folder, 'moto.json');
    const server = fileURLToPath(new URL('moto-server.ts', import.meta.url));
    writeFileSync(
      join(folder, 'forever.test.ts'),
      `import { writeFileSync, renameSync } from 'node:fs';
       import { startMoto } from ${JSON.stringify(server)};
       test('forever', async () => {
         const { pid } = await startMoto();
         writeFileSync('moto.part', JSON.stringify({ moto: pid, worker: process.pid }));
         renameSync('moto.part', ${JSON.stringify(said)});
         await new Promise(() => {});
       }, 600_000);`,
    );
    const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
    const run = spawn(process.execPath, [vitest, 'run', '--globals', '--root', folder], {
      stdio: 'ignore',
      detached: true,
      cwd: folder,
    });
    onTestFinished(() => killGroup(run.pid));
    await eventually(() => expect(existsSync(said)).toBe(true));
    const { moto, worker } = JSON.parse(readFileSync(said, 'utf8')) as { moto: number; worker: number };
    expect([moto, worker].map(isRunning)).toEqual([true, true]);

    const ended = once(run, 'exit');
    run.kill('SIGKILL');
    await ended;
    await eventually(() => expect([moto, worker].map(isRunning)).toEqual([false, false]));
  });
});
