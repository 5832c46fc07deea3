import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { type Server, createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';

import type { Containers, ModelContainer } from '../../../../src/run/local/containers/container.ts';
import { PATIENCE } from '../../../support/patience.ts';
import { describeWithPython } from '../../../support/python-environment.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { PLAIN, SKLEARN, layOut, openContainers, processing } from './process-containers.ts';

const SERVER = `
import http.server, os, socketserver, sys
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length']))
        out = open('/opt/ml/model/weights.txt').read() + body.decode() + os.environ['SAGEMAKER_BATCH']
        self.send_response(200); self.end_headers(); self.wfile.write(out.encode())
    def log_message(self, *words):
        print('asked for', self.path, flush=True)
if len(sys.argv) < 2: raise SystemExit('no port')
http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), Answer).serve_forever()
`;

const images = {
  [PLAIN]: { environment: 'python:3.11', command: ['python3', '/opt/ml/model/code/serve.py', '{port}'] },
};
const BUILD = 600_000;
const HOST = fileURLToPath(new URL('../../../../src/run/local/containers/python/serve.py', import.meta.url));

function model(files: Readonly<Record<string, string>>, more: Partial<ModelContainer> = {}): ModelContainer {
  return { image: PLAIN, folder: layOut(files), environment: { SAGEMAKER_BATCH: 'true' }, ...more };
}

async function serve(containers: Containers, container: ModelContainer, signal = new AbortController().signal) {
  const lines: string[] = [];
  const server = await containers.serve(container, (_, line) => lines.push(line), signal);
  onTestFinished(() => server.stop());
  return { server, lines };
}

let fitted = new Uint8Array();

/** Fits the model that is served, where nobody has. */
async function fitOnce(): Promise<void> {
  if (fitted.length > 0) return;
  const { containers } = openContainers({}, afterAll);
  const folder = layOut({}, afterAll);
  const fit = `import joblib\nfrom sklearn.linear_model import LinearRegression\njoblib.dump(LinearRegression().fit([[1.0, 0.0], [2.0, 0.0]], [2.0, 4.0]), 'opt/ml/model.joblib')`;
  const job = processing(folder, { image: SKLEARN, entrypoint: ['python3', '-c', fit] });
  await containers.inspect([job]);
  const { exitCode } = await containers.run(job, () => {}, new AbortController().signal);
  expect(exitCode).toBe(0);
  fitted = readFileSync(join(folder, 'model.joblib'));
}

async function post(url: string, body: string, headers: Record<string, string> = {}): Promise<string> {
  const answer = await fetch(`${url}/invocations`, {
    method: 'POST',
    body,
    headers,
    signal: AbortSignal.timeout(PATIENCE),
  });
  return `${answer.status} ${await answer.text()}`;
}

describeWithPython('a model server', () => {
  describe.each(['namespace', 'rewrite'] as const)('by %s', (isolation) => {
    test(
      'that a project names for its image answers from the model, until it is stopped',
      async () => {
        const temporary = temporaryFolder();
        const { containers } = openContainers({ isolation, images, temporary });
        const { server, lines } = await serve(containers, model({ 'code/serve.py': SERVER, 'weights.txt': 'ä+' }));
        expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
        expect(await post(server.url, 'x')).toBe('200 ä+xtrue');
        expect(lines).toContain('asked for /ping');
        expect(server.tail()).toEqual(lines);
        await server.stop();
        expect(await server.ended).toMatchObject({ timedOut: false });
        await expect(fetch(`${server.url}/ping`)).rejects.toThrow('fetch failed');
        expect(readdirSync(temporary)).toEqual([]);
      },
      BUILD,
    );
  });

  test('two at once see each their own model', async () => {
    const { containers } = openContainers({ images });
    const servers = await Promise.all(
      ['a', 'b'].map((weights) => serve(containers, model({ 'code/serve.py': SERVER, 'weights.txt': weights }))),
    );
    expect(await Promise.all(servers.map(({ server }) => post(server.url, '1')))).toEqual(['200 a1true', '200 b1true']);
  });

  test('that fails at its start says so in its own words', async () => {
    const temporary = temporaryFolder();
    const { containers } = openContainers({ images, temporary });
    const broken = model({ 'code/serve.py': `import os\nraise ValueError('the model is of another version')` });
    await expect(serve(containers, broken)).rejects.toMatchObject({
      failure: 'failed',
      code: 'model-server-not-started',
      detail: expect.stringMatching(
        /^it ended before it answered \/ping\n[^]*Traceback[^]*ValueError: the model is of another version$/,
      ) as unknown,
    });
    expect(readdirSync(temporary)).toEqual([]);
  });

  test('that never answers is not waited for for ever, nor is one that nobody wants any more', async () => {
    const hanging = model({ 'code/serve.py': `import time\nprint('loading', flush=True)\ntime.sleep(600)` });
    const { containers } = openContainers({ images, startLimit: 300 });
    await expect(serve(containers, hanging)).rejects.toMatchObject({
      code: 'model-server-not-started',
      detail: expect.stringContaining('it did not answer /ping within 0.3 s') as unknown,
    });
    const stop = new AbortController();
    const { containers: patient } = openContainers({ images });
    await expect(patient.serve(hanging, () => stop.abort(), stop.signal)).rejects.toMatchObject({
      failure: 'interrupted',
    });
  });

  test('whose port another program has taken meanwhile gets another; and where all are taken, that is said', async () => {
    const told = join(temporaryFolder(), 'ports');
    const late = [
      'import os, sys, time',
      `told = ${JSON.stringify(told)}`,
      'open(told, "a").write(sys.argv[1] + "\\n")',
      'while not os.path.exists(told + "." + sys.argv[1]): time.sleep(0.02)',
    ].join('\n');
    const squatters: Server[] = [];
    onTestFinished(() => squatters.forEach((server) => server.close()));
    const seen = new Set<string>();
    const squat = async (most: number): Promise<void> => {
      const ports = existsSync(told) ? readFileSync(told, 'utf8').split('\n').slice(0, -1) : [];
      for (const port of ports.filter((each) => !seen.has(each))) {
        seen.add(port);
        if (seen.size <= most) {
          // It takes connections and never answers.
          const server = createServer().listen(Number(port), '127.0.0.1');
          squatters.push(server);
          await once(server, 'listening');
        }
        writeFileSync(`${told}.${port}`, '');
      }
    };
    const watched = async (most: number) => {
      seen.clear();
      rmSync(told, { force: true });
      const timer = setInterval(() => void squat(most), 20);
      onTestFinished(() => clearInterval(timer));
      const { containers } = openContainers({ images });
      const container = model({ 'code/serve.py': `${late}\n${SERVER}`, 'weights.txt': 'w' });
      return await serve(containers, container).finally(() => clearInterval(timer));
    };
    const { server } = await watched(1);
    expect(await post(server.url, '1')).toBe('200 w1true');
    expect(seen.size).toBe(2);
    await expect(watched(3)).rejects.toMatchObject({ code: 'port-taken' });
  });

  test('that ends by itself later is noticed', async () => {
    const { containers } = openContainers({ images });
    const dying = SERVER.replace('body = ', 'os._exit(9); body = ');
    const { server } = await serve(containers, model({ 'code/serve.py': dying, 'weights.txt': '' }));
    await expect(post(server.url, 'x')).rejects.toThrow('fetch failed');
    expect(await server.ended).toEqual({ exitCode: 9, signal: null, timedOut: false });
  });

  describe.each(['namespace', 'rewrite'] as const)('scikit-learn by %s', (isolation) => {
    beforeAll(fitOnce, BUILD);

    test(
      'serves a fitted model with code from S3',
      async ({ skip }) => {
        if (!existsSync(HOST)) skip('needs the model host');
        const source = temporaryFolder();
        writeFileSync(
          join(source, 'inference.py'),
          `import joblib\nprint('found', open('/opt/ml/model/note.txt').read())\ndef model_fn(folder):\n    return joblib.load(folder + '/model.joblib')\n`,
        );
        const archive = join(source, 'sourcedir.tar.gz');
        expect(spawnSync('tar', ['-czf', archive, '-C', source, 'inference.py']).status).toBe(0);
        const { containers } = openContainers({ isolation, fetchObject: (_, file) => copyFile(archive, file) });
        const folder = layOut({ 'note.txt': 'a note', 'model.joblib': fitted });
        const environment = {
          SAGEMAKER_PROGRAM: 'inference.py',
          SAGEMAKER_SUBMIT_DIRECTORY: 's3://bucket/code/sourcedir.tar.gz',
          SAGEMAKER_CONTAINER_LOG_LEVEL: '20',
          SAGEMAKER_MODEL_SERVER_WORKERS: '1',
        };
        const { server, lines } = await serve(containers, { image: SKLEARN, folder, environment });
        expect(await post(server.url, '3.0,1\n4.0,1\n', { 'content-type': 'text/csv', accept: 'text/csv' })).toMatch(
          /^200 (?:6\.0|5\.9)\d*\n(?:8\.0|7\.9)\d*\n?$/,
        );
        expect(lines).toContain('found a note');
      },
      BUILD,
    );
  });
});
