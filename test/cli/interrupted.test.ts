import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { beforeEach, expect, onTestFinished, test } from 'vitest';

import { type FakeSageMaker, startSageMaker } from '../fakes/sagemaker.ts';
import { eventually } from '../support/eventually.ts';
import { SMALL_PIPELINE, programOf, writeProject } from '../support/project.ts';
import { killGroup, tieToThisProcess } from '../support/run-command.ts';

let fake: FakeSageMaker;
beforeEach(async () => {
  fake = await startSageMaker();
  onTestFinished(() => fake.stop());
  fake.plans['Stop'] = { looks: 1_000_000 };
});

/** Starts a run that never ends, waits until it is watched, and interrupts it. */
async function interruptedRun(...args: string[]): Promise<{ exitCode: number | null; stderr: string }> {
  const { folder } = writeProject({ 'pipelines/small/pipeline.ts': SMALL_PIPELINE });
  const words = [
    programOf('run-pipeline'),
    '--role-arn',
    'arn:aws:iam::123456789012:role/R',
    '--poll',
    '0.05',
    ...args,
  ];
  const child = spawn(process.execPath, words, {
    cwd: folder,
    env: { PATH: process.env['PATH'], ...fake.env },
    detached: true,
  });
  onTestFinished(tieToThisProcess(child.pid));
  onTestFinished(() => killGroup(child.pid));
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
  const ended = once(child, 'close') as Promise<[number | null]>;
  await eventually(() => expect(stderr).toContain('Stop: started'));
  child.kill('SIGINT');
  const [exitCode] = await ended;
  return { exitCode, stderr };
}

test('Ctrl-C leaves the run, and says how to watch and to stop it', async () => {
  const { exitCode, stderr } = await interruptedRun();
  const [arn] = [...fake.executions.keys()];
  expect(exitCode).toBe(130);
  expect(stderr.slice(stderr.indexOf('error['))).toBe(`error[interrupted]  Nobody waits any longer; the run goes on
  ${arn}
  fix: sagemaker-pipelines executions watch ${arn}, or … stop ${arn}
`);
  expect(fake.operations()).not.toContain('StopPipelineExecution');
});

test('Ctrl-C stops the run where that was asked for', async () => {
  const { exitCode, stderr } = await interruptedRun('--stop-on-interrupt');
  expect(exitCode).toBe(130);
  expect(stderr).toContain(' stopping: interrupted\n');
  expect(stderr).toContain('error[stopped]  The run was stopped: ');
  expect([...fake.executions.values()][0]!.status).toBe('Stopped');
});
