import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { PATIENCE } from '../support/patience.ts';
import { SMALL_PIPELINE, programOf, writeProject } from '../support/project.ts';
import { killGroup, tieToThisProcess } from '../support/run-command.ts';

/** Conditions one after the other, whose events fill more than a pipe, and then somebody who never answers. */
const LONG_PIPELINE = `import { definePipeline, parameter, step, when } from 'sagemaker-pipelines';

const Go = parameter.boolean({ default: true });
const choices = Array.from({ length: 200 }, (_, at) =>
  step.condition('Choose' + at, { Conditions: [when(Go, '==', true)] }, { dependsOn: at === 0 ? [] : ['Choose' + (at - 1)] }),
);
const ask = step.callback('Ask', { at: 1 }, {
  sqsQueueUrl: 'https://sqs.eu-west-1.amazonaws.com/111122223333/q', outputs: { said: 'String' }, dependsOn: ['Choose199'],
});

export default definePipeline({ name: 'long', parameters: { Go }, steps: [...choices, ask] });
`;
const FLAGS = ['--name', 'long', '--local', '--callback', 'Ask=sleep 300'];

function start(folder: string, args: readonly string[]) {
  const child = spawn(process.execPath, [programOf('run-pipeline'), ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], AWS_REGION: 'us-east-1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  onTestFinished(tieToThisProcess(child.pid));
  onTestFinished(() => killGroup(child.pid));
  return { child, ended: once(child, 'close') as Promise<[number | null]> };
}

describe('output that is read no further', () => {
  test('on stdout ends a run that tells of itself there, as Ctrl-C does', async () => {
    const project = writeProject({ 'pipelines/long/pipeline.ts': LONG_PIPELINE });
    const { child, ended } = start(project.folder, [...FLAGS, '--events']);
    child.stderr.resume();
    await once(child.stdout, 'data');
    child.stdout.destroy();
    expect(await ended).toEqual([130, null]);
    const { stdout } = await project.run('sagemaker-pipelines', ['runs', 'list', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ runs: [{ pipeline: 'long', state: 'stopped' }] });
  });

  test('on stderr ends nothing', async () => {
    const answer = 'echo \'{"said": "yes"}\'\n';
    const project = writeProject({ 'pipelines/long/pipeline.ts': LONG_PIPELINE, 'answer.sh': answer });
    const { child, ended } = start(project.folder, [...FLAGS.slice(0, 3), '--callback', 'Ask=sh answer.sh']);
    child.stderr.destroy();
    let stdout = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    expect(await ended).toEqual([0, null]);
    expect(stdout).toMatch(/^long succeeded in /);
  });

  test('of a command that only answers is no failure', async () => {
    const { folder } = writeProject({ 'pipelines/small/pipeline.ts': SMALL_PIPELINE });
    const program = programOf('get-pipeline-definition');
    const script = `set -o pipefail; '${process.execPath}' '${program}' -f - | head -c 5`;
    const { status, stdout } = spawnSync('bash', ['-c', script], { cwd: folder, encoding: 'utf8', timeout: PATIENCE });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '{\n  "' });
  });
});

test.runIf(existsSync('/dev/full'))('an answer for which there is no room is a failure', () => {
  const { folder } = writeProject({ 'pipelines/small/pipeline.ts': SMALL_PIPELINE });
  const script = `'${process.execPath}' '${programOf('get-pipeline-definition')}' -f - > /dev/full`;
  const { status, stderr } = spawnSync('sh', ['-c', script], { cwd: folder, encoding: 'utf8', timeout: PATIENCE });
  expect(status).toBe(1);
  expect(stderr).toContain('error[cannot-write]  The answer cannot be written to stdout\n  ENOSPC');
});

describe('a terminal', () => {
  test.runIf(spawnSync('script', ['--version']).status === 0)('that says no size is drawn on as any other', () => {
    const { folder } = writeProject({ 'pipelines/small/pipeline.ts': SMALL_PIPELINE });
    const command = `stty cols 0 rows 0; '${process.execPath}' '${programOf('run-pipeline')}' --name small --local`;
    const { stdout } = spawnSync('script', ['-qec', command, '/dev/null'], {
      cwd: folder,
      env: { PATH: process.env['PATH'], TERM: 'xterm' },
      encoding: 'utf8',
      timeout: PATIENCE,
    });
    expect(stdout).toContain('small failed in ');
    expect(stdout).not.toMatch(/Infinity|NaN/);
  });
});

test.runIf(process.getuid?.() === 0)('a disk that may only be read is told of, as no fault of ours', async () => {
  const project = writeProject({ 'pipelines/small/pipeline.ts': SMALL_PIPELINE });
  const disk = join(project.folder, '.sagemaker-pipelines');
  mkdirSync(disk);
  expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'none', disk]).status).toBe(0);
  onTestFinished(() => void spawnSync('umount', [disk]));
  const { exitCode, stderr } = await project.run('run-pipeline', ['--name', 'small', '--local']);
  expect(exitCode).toBe(5);
  expect(stderr).toMatch(
    /error\[cannot-write\] {2}.*\n {2}E\w+: .*mkdir.*\n {2}fix: work in a folder that may be written to\n$/,
  );
});
