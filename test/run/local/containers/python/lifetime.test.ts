import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';

import { describeWithPython, PYTHON_ENVIRONMENT_TIME_LIMIT } from '../../../../support/python-environment.ts';
import { isRunning, tieToThisProcess } from '../../../../support/run-command.ts';
import { temporaryFolder } from '../../../../support/temporary-folder.ts';
import { scikitLearnEnvironment } from './environments.ts';
import {
  ask,
  get,
  type HostRequest,
  hostThatFails,
  invoke,
  modelFolder,
  SERVE,
  startHost,
  until,
} from './model-host.ts';

let python: string;

/** A script without a model: `body` is the function that answers. */
function answering(body: string, env: Readonly<Record<string, string>> = {}): HostRequest {
  const script = `
import os, signal, sys, time

def model_fn(model_dir):
    print("worker", os.getpid())

def transform_fn(model, content, content_type, accept):
${body.replace(/^/gm, '    ')}
`;
  const model = modelFolder({ 'code/serve_it.py': script });
  const code = join(model, 'code');
  return {
    python,
    family: 'scikit-learn',
    model,
    env: { SAGEMAKER_PROGRAM: 'serve_it', SAGEMAKER_SUBMIT_DIRECTORY: code, ...env },
  };
}

const workersIn = (text: string) => [...text.matchAll(/^worker (\d+)$/gm)].map((found) => Number(found[1]));

describeWithPython('the processes of a model host', () => {
  beforeAll(async () => {
    ({ python } = await scikitLearnEnvironment());
  }, PYTHON_ENVIRONMENT_TIME_LIMIT);

  test('it is gone with its workers when whoever started it was killed', async () => {
    const request = answering('return "ok", accept', { SAGEMAKER_MODEL_SERVER_WORKERS: '2' });
    const log = join(temporaryFolder(), 'log');
    const starter = `
const { spawn } = require('node:child_process');
const log = require('node:fs').openSync(${JSON.stringify(log)}, 'a');
const host = spawn(${JSON.stringify(python)}, [${JSON.stringify(SERVE)}], { stdio: ['pipe', log, 'inherit'] });
require('node:fs').writeSync(log, 'host ' + host.pid + '\\n');
`;
    const parent = spawn(process.execPath, ['-e', starter], {
      detached: true,
      stdio: ['ignore', 'ignore', 'ignore'],
      env: {
        ...process.env,
        ...request.env,
        SAGEMAKER_BASE_DIR: join(request.model, '..'),
        SAGEMAKER_PIPELINES_MODEL_FAMILY: request.family,
      },
    });
    onTestFinished(tieToThisProcess(parent.pid));
    const said = () => (existsSync(log) ? readFileSync(log, 'utf8') : '');
    expect(await until(() => workersIn(said()).length === 2 && said().includes('listening on'))).toBe(true);
    const pids = [...workersIn(said()), Number(/^host (\d+)$/m.exec(said())![1])];
    expect(pids.map(isRunning)).toEqual([true, true, true]);
    parent.kill('SIGKILL');
    expect(await until(() => !pids.some(isRunning))).toBe(true);
    const [, port] = /listening on 127\.0\.0\.1:(\d+)/.exec(said())!;
    await expect(get({ url: `http://127.0.0.1:${port}` }, '/ping')).rejects.toThrow('ECONNREFUSED');
  });

  test('SIGTERM ends it with 0 although a worker is busy', async () => {
    const host = await startHost(answering('print("busy")\ntime.sleep(600)'));
    expect(await until(() => workersIn(host.stdout()).length === 1)).toBe(true);
    const [worker] = workersIn(host.stdout());
    const lost = invoke(host, '', 'text/csv').catch((error: unknown) => error);
    expect(await until(() => host.stdout().includes('busy'))).toBe(true);
    const ended = once(host.child, 'close');
    host.child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(isRunning(worker!)).toBe(false);
    expect(await lost).toBeInstanceOf(Error);
  });

  test('a worker that dies with a request is replaced by another', async () => {
    const host = await startHost(
      answering('if content == "die":\n    os.kill(os.getpid(), signal.SIGKILL)\nreturn str(os.getpid()), accept'),
    );
    expect(await until(() => workersIn(host.stdout()).length === 1)).toBe(true);
    const [first] = workersIn(host.stdout());
    expect((await invoke(host, '', 'text/csv')).text).toBe(String(first));
    await expect(invoke(host, 'die', 'text/csv')).rejects.toThrow('socket hang up');
    const { text } = await invoke(host, '', 'text/csv');
    expect(await until(() => workersIn(host.stdout()).length === 2)).toBe(true);
    expect(Number(text)).toBe(workersIn(host.stdout())[1]);
    expect(await until(() => host.stderr().includes('a worker ended with signal 9; the request it had is lost'))).toBe(
      true,
    );
  });

  test('clients that come while a worker dies are answered by another, and only its own request is lost', async () => {
    const die = 'if content == "die":\n    time.sleep(0.02)\n    os.kill(os.getpid(), signal.SIGKILL)\n';
    const host = await startHost(answering(`${die}return content, accept`));
    const lost: string[] = [];
    const several = (when: string) =>
      Array.from({ length: 8 }, async (_, number) => {
        const asked = `${when} ${number}`;
        const answered = await invoke(host, asked, 'text/csv').catch((error: Error) => ({ text: error.message }));
        if (answered.text !== asked) lost.push(`${asked}: ${answered.text}`);
      });
    for (let death = 1; death <= 10; death++) {
      const own = invoke(host, 'die', 'text/csv').catch((error: Error) => error);
      const during = several(`during death ${death},`);
      expect(await own).toBeInstanceOf(Error);
      await Promise.all([...during, ...several(`after death ${death},`)]);
    }
    expect(lost).toEqual([]);
    expect(await until(() => workersIn(host.stdout()).length === 11)).toBe(true);
  });

  test('more clients than can be handed to a busy worker are answered when it has time', async () => {
    const go = join(temporaryFolder(), 'go');
    const wait = `while content == "wait" and not os.path.exists(${JSON.stringify(go)}):\n    time.sleep(0.01)\n`;
    const host = await startHost(answering(`${wait}return content, accept`));
    const first = invoke(host, 'wait', 'text/csv');
    const { port, hostname } = new URL(host.url);
    const sockets = Array.from({ length: 350 }, () => connect(Number(port), hostname));
    onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    writeFileSync(go, '');
    expect((await first).text).toBe('wait');
    // None of the others has asked for anything so far, and the last of them waits in a queue.
    const last = sockets.at(-1)!;
    last.write('GET /ping HTTP/1.1\r\n\r\n');
    const [answer] = (await once(last, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 OK/);
  });

  test('a model that kills its process while it loads ends the start', async () => {
    const request = answering('pass');
    const model = modelFolder({ 'code/serve_it.py': 'import os\nos.kill(os.getpid(), 9)\n' });
    const env = { ...request.env, SAGEMAKER_SUBMIT_DIRECTORY: join(model, 'code') };
    const { exitCode, stderr } = await hostThatFails({ ...request, model, env });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('a worker ended with signal 9 before its model was loaded');
  });

  test('as many requests as workers are answered side by side', async () => {
    const meeting = temporaryFolder();
    const meet = `
place = os.path.join(${JSON.stringify(meeting)}, str(os.getpid()))
open(place, "w").close()
for _ in range(200):
    if len(os.listdir(${JSON.stringify(meeting)})) == 2:
        return "met", accept
    time.sleep(0.01)
os.remove(place)
return "alone", accept
`;
    const host = await startHost(answering(meet, { SAGEMAKER_MODEL_SERVER_WORKERS: '2' }));
    expect(await until(() => workersIn(host.stdout()).length === 2)).toBe(true);
    let answers: string[] = [];
    // A worker says that it has loaded its model just before it can be asked.
    for (let times = 0; times < 20 && !answers.includes('met'); times++) {
      const both = await Promise.all([invoke(host, '', 'text/csv'), invoke(host, '', 'text/csv')]);
      answers = both.map(({ text }) => text);
    }
    expect(answers).toEqual(['met', 'met']);
  });

  test('a client that goes away in the middle of a body, or before its answer, takes nothing with it', async () => {
    const host = await startHost(answering('return "x" * 5000000, accept'));
    const { port, hostname } = new URL(host.url);
    for (const words of ['Content-Length: 1000\r\n\r\nhalf', 'Content-Length: 2\r\n\r\nab', 'Content-Len']) {
      const socket = connect(Number(port), hostname);
      await once(socket, 'connect');
      await new Promise((resolve) => socket.write(`POST /invocations HTTP/1.1\r\n${words}`, resolve));
      socket.destroy();
    }
    expect((await get(host, '/ping')).status).toBe(200);
    expect((await invoke(host, '', 'text/csv')).bytes.length).toBe(5_000_000);
    expect(host.stderr()).toBe('');
  });

  test('an answer that the image would not have waited for is told in the log, and is an answer all the same', async () => {
    const host = await startHost(
      answering('time.sleep(float(content))\nreturn "late", accept', { SAGEMAKER_MODEL_SERVER_TIMEOUT: '1' }),
    );
    expect((await invoke(host, '1.01', 'text/csv')).text).toBe('late');
    expect(await until(() => host.stderr().includes('the image gives up after 1 s'))).toBe(true);
  });

  test('many requests go over one connection, and more connections than workers are all served', async () => {
    const host = await startHost(answering('return content * 2, accept'));
    const agent = new Agent({ keepAlive: true, maxSockets: 3 });
    onTestFinished(() => agent.destroy());
    const sockets = new Set<unknown>();
    const headers = { 'Content-Type': 'text/csv', Accept: 'text/csv' };
    agent.on('free', (socket) => sockets.add(socket));
    const asked = Array.from({ length: 60 }, (_, number) =>
      ask(host, { path: '/invocations', method: 'POST', headers, agent }, `${number},`),
    );
    const answers = await Promise.all(asked);
    expect(answers.map(({ text }) => text)).toEqual(answers.map((_, number) => `${number},${number},`));
    expect(sockets.size).toBeLessThanOrEqual(3);
  });

  test('what is no HTTP is answered with why', async () => {
    const host = await startHost(answering('return "ok", accept'));
    const { port, hostname } = new URL(host.url);
    const answers = [];
    for (const words of ['no http\r\n\r\n', 'POST /invocations HTTP/1.1\r\nContent-Length: ten\r\n\r\n']) {
      const socket = connect(Number(port), hostname);
      let answer = '';
      socket.on('data', (chunk) => (answer += chunk.toString()));
      socket.write(words);
      await once(socket, 'close');
      answers.push(answer.split('\r\n')[0], answer.split('\r\n\r\n')[1]);
    }
    expect(answers).toEqual([
      'HTTP/1.1 400 Bad Request',
      "the request line is 'no http'\n",
      'HTTP/1.1 400 Bad Request',
      "the content length is 'ten'\n",
    ]);
  });

  test('a family it does not speak, and many models in one container, are refused in a sentence', async () => {
    const request = answering('pass');
    const family = { ...request.env, SAGEMAKER_PIPELINES_MODEL_FAMILY: 'tensorflow' };
    expect(await hostThatFails({ ...request, env: family })).toMatchObject({
      exitCode: 1,
      stderr:
        "SAGEMAKER_PIPELINES_MODEL_FAMILY is 'tensorflow'; the model host speaks scikit-learn, pytorch, xgboost, huggingface\n",
    });
    const many = { ...request.env, SAGEMAKER_MULTI_MODEL: 'true' };
    const { stderr } = await hostThatFails({ ...request, env: many });
    expect(stderr).toContain('a container that loads many models on demand is not served here');
  });

  test('its own variables are not in the environment of the script', async () => {
    const host = await startHost(answering('return repr(sorted(k for k in os.environ if "PIPELINES" in k)), accept'));
    expect((await invoke(host, '', 'text/csv')).text).toBe('[]');
  });
});
