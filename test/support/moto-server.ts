import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { awsEnvironment } from './aws-environment.ts';
import { PATIENCE } from './patience.ts';
import { pythonEnvironment } from './python-environment.ts';
import { killGroup, tieToThisProcess } from './run-command.ts';

/** A running moto: AWS's APIs in memory, on this machine. */
export interface MotoServer {
  readonly endpoint: string;
  readonly pid: number;
  /** What the AWS SDK of a child process needs to talk to this server and to nobody else. */
  readonly env: Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
}

const REQUIREMENTS = ['moto[server]==5.2.1', 'boto3==1.43.11', 'botocore==1.43.11'];
const STOP_LIMIT = 5_000;

/** The Python of moto's environment, which has boto3 as well. */
export async function pythonWithBoto3(): Promise<string> {
  return (await pythonEnvironment({ name: 'moto', requirements: REQUIREMENTS })).python;
}

/**
 * Starts an empty moto on a free loopback port; it ends with `stop`, or with this process however that ends. Settings are
 * moto's own, as its environment has them: `MOTO_S3_DEFAULT_MAX_KEYS`.
 */
export async function startMoto(settings: Readonly<Record<string, string>> = {}): Promise<MotoServer> {
  const python = await pythonWithBoto3();
  const script = fileURLToPath(new URL('moto_server.py', import.meta.url));
  const child = spawn(python, [script], { detached: true, env: { ...process.env, ...settings } });
  child.once('close', tieToThisProcess(child.pid));
  const said: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => {
    said.push(chunk);
    if (said.length > 500) said.shift();
  });
  child.stdin.on('error', () => {});

  const port = await new Promise<string>((resolve, reject) => {
    const fail = (why: string) => {
      clearTimeout(timer);
      reject(new Error(`moto did not start: ${why}\n${Buffer.concat(said).toString('utf8')}`));
    };
    const timer = setTimeout(() => {
      killGroup(child.pid);
      fail(`it named no port within ${PATIENCE / 1000} s`);
    }, PATIENCE);
    child.once('error', (error) => fail(error.message));
    child.once('close', (exitCode, signal) => fail(`it ended with ${exitCode ?? signal}`));
    let line = '';
    child.stdout.on('data', (chunk: Buffer) => {
      line += chunk.toString('utf8');
      if (!line.includes('\n')) return;
      clearTimeout(timer);
      resolve(line.trim());
    });
  });
  const endpoint = `http://127.0.0.1:${port}`;

  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'close');
    child.kill('SIGTERM');
    const timer = setTimeout(() => killGroup(child.pid), STOP_LIMIT);
    await ended;
    clearTimeout(timer);
  };
  return { endpoint, pid: child.pid ?? 0, env: awsEnvironment(endpoint, 'us-east-1'), stop };
}
