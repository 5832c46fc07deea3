import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { request, type RequestOptions } from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

import { PATIENCE } from '../../../../support/patience.ts';
import { tieToThisProcess } from '../../../../support/run-command.ts';
import { temporaryFolder } from '../../../../support/temporary-folder.ts';

export const SERVE = fileURLToPath(new URL('../../../../../src/run/local/containers/python/serve.py', import.meta.url));

/** A container's part of a test: which image's server, what lies in its model folder, what its environment says. */
export interface HostRequest {
  readonly python: string;
  readonly family: 'scikit-learn' | 'pytorch' | 'xgboost' | 'huggingface';
  /** The model folder, made with `modelFolder`. */
  readonly model: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A host that listens. */
export interface Host {
  readonly url: string;
  readonly pid: number;
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
}

/** How a host ended that was to listen. */
export interface HostEnd {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Afterwards = (end: () => Promise<void>) => unknown;

/** Starts a host and stops it after the test; one that does not come to listen throws what it wrote. */
export async function startHost(asked: HostRequest, afterwards: Afterwards = onTestFinished): Promise<Host> {
  const started = launch(asked, afterwards);
  const line = await Promise.race([started.ready, started.ended]);
  if (typeof line !== 'string') throw new Error(`the host ended with ${line.exitCode}\n${line.stdout}${line.stderr}`);
  const { child, stdout, stderr } = started;
  return { url: `http://${line.replace('listening on ', '').trim()}`, pid: child.pid!, child, stdout, stderr };
}

/** Starts a host that is expected to end by itself. */
export async function hostThatFails(asked: HostRequest): Promise<HostEnd> {
  const { ended } = launch(asked, onTestFinished);
  return ended;
}

function launch({ python, family, model, env = {} }: HostRequest, afterwards: Afterwards) {
  const child = spawn(python, [SERVE], {
    cwd: model,
    env: {
      PATH: process.env['PATH'],
      PYTHONDONTWRITEBYTECODE: '1',
      SAGEMAKER_PIPELINES_MODEL_FAMILY: family,
      SAGEMAKER_PIPELINES_READY_FD: '3',
      SAGEMAKER_BASE_DIR: dirname(model),
      SAGEMAKER_MODEL_SERVER_WORKERS: '1',
      ...env,
    },
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  const untie = tieToThisProcess(child.pid);
  const said = { stdout: '', stderr: '', ready: '' };
  for (const [index, name] of [
    [1, 'stdout'],
    [2, 'stderr'],
  ] as const) {
    child.stdio[index]?.on('data', (chunk: Buffer) => (said[name] += chunk.toString('utf8')));
  }
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
  const ready = new Promise<string>((resolve) => {
    child.stdio[3]?.on('data', (chunk: Buffer) => {
      said.ready += chunk.toString('utf8');
      clearTimeout(timer);
      if (said.ready.endsWith('\n')) resolve(said.ready);
    });
  });
  const ended = new Promise<HostEnd>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => {
      clearTimeout(timer);
      untie();
      resolve({ exitCode, stdout: said.stdout, stderr: said.stderr });
    });
  });
  afterwards(async () => {
    child.stdin?.destroy();
    child.kill('SIGTERM');
    await ended;
  });
  return { child, ready, ended, stdout: () => said.stdout, stderr: () => said.stderr };
}

/** `<new folder>/model` with these files; a value `@path` is a link to a file that is there already. */
export function modelFolder(
  files: Readonly<Record<string, string>>,
  afterwards?: Parameters<typeof temporaryFolder>[0],
): string {
  const folder = join(temporaryFolder(afterwards), 'model');
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    if (text.startsWith('@')) symlinkSync(text.slice(1), path);
    else writeFileSync(path, text);
  }
  return folder;
}

/** What a server answered. */
export interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly text: string;
  readonly bytes: Buffer;
}

/** One request to `/invocations` on a connection of its own. */
export function invoke(
  host: Pick<Host, 'url'>,
  body: string | Uint8Array,
  type: string,
  accept = '*/*',
): Promise<Answer> {
  return ask(host, { path: '/invocations', method: 'POST', headers: { 'Content-Type': type, Accept: accept } }, body);
}

export function get(host: Pick<Host, 'url'>, path: string): Promise<Answer> {
  return ask(host, { path });
}

/** A request by Node's plainest client: no pool, nothing sent that is not said here. */
export function ask(host: Pick<Host, 'url'>, options: RequestOptions, body?: string | Uint8Array): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(host.url, { agent: false, timeout: PATIENCE, ...options }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const bytes = Buffer.concat(chunks);
        const type = answer.headers['content-type'] ?? null;
        resolve({ status: answer.statusCode!, type, text: bytes.toString('utf8'), bytes });
      });
    });
    asked.on('error', reject);
    asked.on('timeout', () => asked.destroy(new Error(`no answer within ${PATIENCE} ms`)));
    asked.end(body);
  });
}

/** Looks until it is so: what a process writes comes by another way than its answer. */
export async function until(holds: () => boolean): Promise<boolean> {
  for (let times = 0; times < PATIENCE / 10 && !holds(); times++)
    await new Promise((resolve) => setTimeout(resolve, 10));
  return holds();
}
