import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { eventually } from '../support/eventually.ts';
import { programOf, writeProject } from '../support/project.ts';
import { isRunning, killGroup, tieToThisProcess } from '../support/run-command.ts';

const pipelineOf = (wanted: string) => `import { definePipeline, parameter, step, when } from 'sagemaker-pipelines';

const Word = parameter.string();
const Password = parameter.string({ default: 'none' });
const stop = step.fail('Stop', { ErrorMessage: Word });
const choose = step.condition('Choose', { Conditions: [when(Word, '==', '${wanted}')], IfSteps: [], ElseSteps: [stop] });

export default definePipeline({ name: 'small', parameters: { Word, Password }, steps: [choose] });
`;

test('goes on with the values that the run was started with, once the definition is mended', async () => {
  const project = writeProject({ 'pipelines/small/pipeline.ts': pipelineOf('a') });
  const failed = await project.run('run-pipeline', ['--name', 'small', '--local', '-p', 'Word=b']);
  expect(failed.exitCode).toBe(1);
  const [, again] = /fix: run-pipeline (.*--resume \w+)\n/.exec(failed.stderr) ?? [];
  expect(again).toMatch(/^--name small --local -p Word=b --resume \w{12}$/);
  writeFileSync(join(project.folder, 'pipelines/small/pipeline.ts'), pipelineOf('b'));
  const resumed = await project.run('run-pipeline', ['--name', 'small', '--local', '--resume', 'latest']);
  expect(resumed.stderr).toContain('Choose runs again: Arguments.Conditions[0].RightValue was "a" and is "b"');
  expect(resumed.exitCode).toBe(0);
});

test('refuses a run of another pipeline, and names its own newest', async () => {
  const small = pipelineOf('a');
  const project = writeProject({
    'pipelines/small/pipeline.ts': small,
    'pipelines/other/pipeline.ts': small.replace("name: 'small'", "name: 'other'"),
  });
  const first = await project.run('run-pipeline', ['--name', 'small', '--local', '-p', 'Word=a']);
  await project.run('run-pipeline', ['--name', 'other', '--local', '-p', 'Word=a']);
  const { exitCode, stderr } = await project.run('run-pipeline', ['--name', 'small', '--local', '--resume', 'latest']);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/error\[other-pipeline\] {2}The run \w+ is one of other, not of small\n/);
  expect(stderr).toContain(`fix: --resume ${first.stdout.trimEnd().split('\n').at(-1)}\n`);
});

test('asks for secrets again, which are not kept', async () => {
  const project = writeProject({ 'pipelines/small/pipeline.ts': pipelineOf('a') });
  await project.run('run-pipeline', ['--name', 'small', '--local', '-p', 'Word=a', '-p', 'Password=hunter2hunter2']);
  const resumed = await project.run('run-pipeline', ['--name', 'small', '--local', '--resume', 'latest']);
  expect(resumed.exitCode).toBe(2);
  expect(resumed.stderr).toContain('fix: give them again: --param Password=VALUE');
});

const SLOW = `import { definePipeline, step } from 'sagemaker-pipelines';

const call = (name, dependsOn = []) => step.lambda(name, { name }, {
  functionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:' + name.toLowerCase(), outputs: { said: 'String' }, dependsOn,
});
const quick = call('Quick');

export default definePipeline({ name: 'slow', steps: [quick, call('Slow', [quick])] });
`;

const QUICK_PY = `def lambda_handler(event, context):
    open("quick.txt", "a").write("called\\n")
    return {"said": "done"}
`;

// What it starts leaves its group and its session, and holds none of its pipes.
const SLOW_PY = `import os, subprocess, time
def lambda_handler(event, context):
    if not os.path.exists("pid.txt"):
        quiet = subprocess.DEVNULL
        subprocess.Popen(["/bin/sh", "-c", "sleep 600; :"], start_new_session=True, stdin=quiet, stdout=quiet, stderr=quiet)
        open("pid.new", "w").write(str(os.getpid()))
        os.rename("pid.new", "pid.txt")
        time.sleep(600)
    return {"said": "done"}
`;

const FUNCTIONS = { quick: { file: 'quick.py' }, slow: { file: 'slow.py' } };
const FILES = {
  'pipelines/slow/pipeline.ts': SLOW,
  'quick.py': QUICK_PY,
  'slow.py': SLOW_PY,
  'pipelines.config.json': JSON.stringify({ functions: FUNCTIONS }),
};

/** Who works in a folder, whoever started them: Linux tells. */
function processesIn(folder: string): string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && readlinkSync(`/proc/${name}/cwd`).startsWith(folder) && isRunning(Number(name));
    } catch {
      return false;
    }
  });
}

test('after kill -9 nothing of the run is left alive, and it goes on from the step that was under way', async () => {
  const { folder, run } = writeProject(FILES);
  const words = ['--name', 'slow', '--local'];
  const child = spawn(process.execPath, [programOf('run-pipeline'), ...words], {
    cwd: folder,
    env: { PATH: process.env['PATH'] },
    stdio: 'ignore',
    detached: true,
  });
  onTestFinished(tieToThisProcess(child.pid));
  onTestFinished(() => killGroup(child.pid));
  const ended = once(child, 'close');
  await eventually(() => expect(existsSync(join(folder, 'pid.txt'))).toBe(true));
  const pid = Number(readFileSync(join(folder, 'pid.txt'), 'utf8'));
  const isLinux = process.platform === 'linux';
  expect(processesIn(folder).length).toBeGreaterThan(isLinux ? 3 : -1);
  const early = await run('run-pipeline', [...words, '--resume', 'latest']);
  expect({ exitCode: early.exitCode, isTold: early.stderr.includes('error[run-goes-on]') }).toEqual({
    exitCode: 2,
    isTold: true,
  });
  child.kill('SIGKILL');
  await ended;
  await eventually(() => expect([isRunning(pid), processesIn(folder)]).toEqual([false, []]));
  const resumed = await run('run-pipeline', [...words, '--resume', 'latest']);
  expect(resumed.stderr).not.toContain('error');
  expect(resumed.exitCode).toBe(0);
  expect(readFileSync(join(folder, 'quick.txt'), 'utf8')).toBe('called\n');
});

test('two processes at once in one project both come to their end', async () => {
  const { run } = writeProject({ ...FILES, 'pid.txt': '' });
  const words = ['--name', 'slow', '--local', '--cache', '--json'];
  const ran = await Promise.all([1, 2].map(() => run('run-pipeline', words)));
  expect(ran.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  const names = ran.map(({ stdout }) => (JSON.parse(stdout) as { run: string }).run);
  expect(new Set(names).size).toBe(2);
  const cacheOf = async (name: string): Promise<string | undefined> => {
    const { stdout } = await run('sagemaker-pipelines', ['runs', 'why', 'Quick', name]);
    return /^cache +(.*)$/m.exec(stdout)?.[1];
  };
  const [one, other] = [await cacheOf(names[0]!), await cacheOf(names[1]!)];
  // Which of the two is quicker is chance; the slower may come late enough to have what the quicker made.
  const miss = 'miss: no earlier run has a result of it';
  expect([
    [miss, miss],
    [miss, `hit: as run ${names[0]} made it`],
    [`hit: as run ${names[1]} made it`, miss],
  ]).toContainEqual([one, other]);
  const third = await run('run-pipeline', words);
  expect(JSON.parse(third.stdout)).toMatchObject({ steps: [{ state: 'cached' }, { state: 'cached' }] });
  const hit = await run('sagemaker-pipelines', ['runs', 'why', 'Slow']);
  expect(hit.stdout).toMatch(/^cache +hit: as run \w+ made it$/m);
});
