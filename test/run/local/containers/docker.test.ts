import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';

import {
  type DockerSettings,
  dockerContainers,
  jobCommand,
  serveCommand,
} from '../../../../src/run/local/containers/docker.ts';
import { eventually } from '../../../support/eventually.ts';
import { PATIENCE } from '../../../support/patience.ts';
import { describeWithPython } from '../../../support/python-environment.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { layOut, processing, unique } from './process-containers.ts';

const IMAGE = '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3';

/** Stands for the client of an engine that is not here: it notes its arguments and does as a container would. */
const CLIENT = `#!/usr/bin/env python3
import json, os, sys, time
here = os.path.dirname(os.path.abspath(__file__))
words = sys.argv[1:]
with open(here + '/calls', 'a') as calls:
    calls.write(json.dumps(words) + '\\n')
if words[0] == 'version':
    print(open(here + '/version').read().strip()); sys.exit(0 if os.path.exists(here + '/engine') else 1)
if words[0] == 'port':
    print(open(here + '/port').read() if os.path.exists(here + '/port') else '')
if words[0] == 'run':
    if 'refuse' in words: print('docker: pull access denied', file=sys.stderr); sys.exit(125)
    if 'wait' in words: print('up', flush=True); time.sleep(600)
    if 'broken' in words: print('no model', flush=True); sys.exit(1)
    if words[-1] == 'serve':
        import http.server
        class Answer(http.server.BaseHTTPRequestHandler):
            def do_GET(self): self.send_response(200); self.end_headers()
            def log_message(self, *words): pass
        server = http.server.HTTPServer(('127.0.0.1', 0), Answer)
        open(here + '/port.new', 'w').write('127.0.0.1:%d' % server.server_port); os.rename(here + '/port.new', here + '/port')
        server.serve_forever()
    print('secret is', os.environ.get('SECRET'))
    sys.exit(3)
`;

function engine(): { settings: DockerSettings; calls: () => string[][] } {
  const bin = temporaryFolder();
  writeFileSync(join(bin, 'docker'), CLIENT);
  chmodSync(join(bin, 'docker'), 0o755);
  writeFileSync(join(bin, 'version'), '27.0.1');
  writeFileSync(join(bin, 'engine'), '');
  const settings: DockerSettings = {
    env: { ...process.env, PATH: `${bin}:${process.env['PATH']}` },
    platform: 'linux',
    owner: { user: 1000, group: 1001 },
    temporary: temporaryFolder(),
    unique,
    fetchObject: (uri, file) => Promise.resolve(writeFileSync(file, `# ${uri}`)),
    grace: 300,
    startLimit: PATIENCE,
  };
  const file = join(bin, 'calls');
  const calls = (): string[][] => {
    return existsSync(file)
      ? readFileSync(file, 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as string[])
      : [];
  };
  return { settings, calls };
}

const nobody = new AbortController().signal;

describeWithPython('Docker', () => {
  test('runs a processing job with its folder, its entry point and its variables by name', () => {
    const { settings } = engine();
    const job = processing('/runs/a, "b"', {
      image: IMAGE,
      arguments: ['--x', 'zwei Worte'],
      environment: { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:4566', PATH: '/image/bin' },
    });
    expect(jobCommand(settings, 'job-1', job)).toEqual([
      'docker',
      'run',
      '--rm',
      '--init',
      '--name',
      'job-1',
      '--label',
      'sagemaker-pipelines',
      '--network',
      'host',
      '--mount',
      'type=bind,"source=/runs/a, ""b""",target=/opt/ml',
      '--env',
      'S3_ENDPOINT_URL',
      '--env',
      'AWS_ENDPOINT_URL_S3',
      '--env',
      'PATH=/image/bin',
      '--entrypoint',
      'python3',
      IMAGE,
      '/opt/ml/processing/input/code/x.py',
      '--x',
      'zwei Worte',
    ]);
  });

  test('trains and serves by the words that SageMaker gives to an image', () => {
    const { settings } = engine();
    const { entrypoint: _, ...job } = processing('/job', { kind: 'training', image: IMAGE });
    expect(jobCommand({ ...settings, platform: 'darwin' }, 'job-1', job).slice(8)).toEqual([
      '--mount',
      'type=bind,source=/job,target=/opt/ml',
      IMAGE,
      'train',
    ]);
    const model = { image: IMAGE, folder: '/model', environment: { SAGEMAKER_BATCH: 'true' } };
    expect(serveCommand(settings, 'model-1', model, '/code').slice(8)).toEqual([
      '--publish',
      '127.0.0.1::8080',
      '--mount',
      'type=bind,source=/model,target=/opt/ml/model',
      '--mount',
      'type=bind,source=/code,target=/opt/ml/code',
      '--env',
      'SAGEMAKER_BATCH',
      IMAGE,
      'serve',
    ]);
  });

  test('keeps secrets out of the command, tells the exit code, and gives the outputs to their owner', async () => {
    const { settings, calls } = engine();
    const folder = layOut({ 'output/failure': 'no rings' });
    const lines: string[] = [];
    const end = await dockerContainers(settings).run(
      processing(folder, { image: IMAGE, environment: { SECRET: 'hush' } }),
      (_, line) => lines.push(line),
      nobody,
    );
    expect(end).toEqual({ exitCode: 3, signal: null, timedOut: false, failure: 'no rings' });
    expect(lines).toEqual(['secret is hush']);
    const [run, remove, chown] = calls();
    expect(JSON.stringify(calls())).not.toContain('hush');
    expect(remove).toEqual(['rm', '--force', run?.[run.indexOf('--name') + 1]]);
    expect(chown?.slice(-5)).toEqual(['chown', IMAGE, '-R', '1000:1001', '/opt/ml']);
  });

  test('removes the container of a job that is stopped, and of one whose time is over', async () => {
    const { settings, calls } = engine();
    const stop = new AbortController();
    const job = processing(layOut({}), { image: IMAGE, arguments: ['wait'] });
    const end = await dockerContainers(settings).run(job, () => stop.abort(), stop.signal);
    expect(end.exitCode).toBe(null);
    expect(calls().map(([word]) => word)).toEqual(['run', 'rm', 'run']);
    const late = await dockerContainers(settings).run({ ...job, secondsAtMost: 0.3 }, () => {}, nobody);
    expect(late.timedOut).toBe(true);
  });

  test('serves a model on the port that Docker chose', async () => {
    const { settings, calls } = engine();
    const environment = { SAGEMAKER_PROGRAM: 'inference.py', SAGEMAKER_SUBMIT_DIRECTORY: 's3://bucket/inference.py' };
    const server = await dockerContainers(settings).serve(
      { image: IMAGE, folder: layOut({}), environment },
      () => {},
      nobody,
    );
    onTestFinished(() => server.stop());
    expect((await fetch(`${server.url}/ping`)).status).toBe(200);
    // The client asks for the port while the container starts: either may be first.
    const run = calls().find(([word]) => word === 'run') ?? [];
    expect(run.find((word) => word.endsWith('target=/opt/ml/code'))).toMatch(/^type=bind,source=.*\/code,/);
    await server.stop();
    await eventually(() => expect(calls().at(-1)?.[0]).toBe('rm'));
  });

  test('is not asked for the port of a model server any more once that has ended', async () => {
    const { settings, calls } = engine();
    const model = { image: 'broken', folder: layOut({}), environment: {} };
    await expect(dockerContainers(settings).serve(model, () => {}, nobody)).rejects.toMatchObject({
      code: 'model-server-not-started',
      detail: expect.stringContaining('no model') as unknown,
    });
    const asked = (): number => calls().filter(([word]) => word === 'port').length;
    const before = asked();
    await wait(2_000);
    // One may have been under way.
    expect(asked()).toBeLessThanOrEqual(before + 1);
  });

  test('that refuses an image is no fault of the job', async () => {
    const { settings } = engine();
    const job = processing(layOut({}), { image: IMAGE, arguments: ['refuse'] });
    await expect(dockerContainers(settings).run(job, () => {}, nobody)).rejects.toMatchObject({
      failure: 'machine',
      code: 'docker-refused',
      detail: 'docker: pull access denied',
      fix: expect.stringContaining('docker login') as unknown,
    });
  });

  test('that is not there is told before the run', async () => {
    const { settings } = engine();
    expect(await dockerContainers(settings).inspect([])).toEqual([]);
    const { stdout } = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' });
    const bare = temporaryFolder();
    symlinkSync(stdout.trim(), join(bare, 'python3'));
    const env = { ...settings.env, PATH: bare };
    await expect(dockerContainers({ ...settings, env }).inspect([])).rejects.toMatchObject({
      failure: 'machine',
      code: 'docker-missing',
    });
  });
});
