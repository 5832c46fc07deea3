import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, chmodSync, constants } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';

import { PATIENCE } from './patience.ts';
import { killGroup, runCommand, tieToThisProcess } from './run-command.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A Docker engine that answers. */
export interface DockerEngine {
  /** What a client needs to find it. */
  readonly env: Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
}

const ENGINE = '/usr/sbin/dockerd';

/** A `describe` of what needs a Docker engine, this machine's or one of the tests' own: skipped by its name where there is none. */
export function describeWithDocker(name: string, tests: () => void): void {
  const canRun = process.platform === 'linux' && (answers() || (process.getuid?.() === 0 && isProgram(ENGINE)));
  describe.skipIf(!canRun)(`${name} (needs Docker)`, () => {
    tests();
  });
}

/** This machine's engine; else one that has its images, its containers and its network for itself, until `stop`. */
export async function startDocker(afterwards: (remove: () => void) => unknown): Promise<DockerEngine> {
  if (answers()) return { env: {}, stop: () => Promise.resolve() };
  const folder = temporaryFolder(afterwards);
  const socket = join(folder, 'docker.sock');
  const args = ['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec'), '--iptables=false'];
  const child = spawn(ENGINE, [...args, '--host', `unix://${socket}`, '--pidfile', join(folder, 'pid')], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const untie = tieToThisProcess(child.pid);
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString('utf8')}`.slice(-4000)));
  const ended = once(child, 'close');
  const env = { DOCKER_HOST: `unix://${socket}` };
  for (const limit = Date.now() + PATIENCE; !answers(env);) {
    if (child.exitCode !== null || Date.now() > limit) {
      killGroup(child.pid);
      throw new Error(`the Docker engine did not start: ${said}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  // Whoever runs a test under another name talks to it, too.
  chmodSync(folder, 0o711);
  chmodSync(socket, 0o666);
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    untie();
    // It leaves its mount of this machine's own network namespace, and the folder could not be removed.
    spawnSync('umount', [join(folder, 'exec/netns/default')]);
  };
  return { env, stop };
}

/** Makes an image of this machine's Python, a shell and some programs: no registry is asked. */
export async function makeImage({ env }: DockerEngine, name: string, programs: string): Promise<void> {
  const script = fileURLToPath(new URL('make_image.py', import.meta.url));
  const made = await runCommand('/bin/sh', ['-c', 'python3 "$0" "$1" | docker import - "$2"', script, programs, name], {
    env: { ...process.env, ...env },
  });
  if (made.exitCode !== 0) throw new Error(`the image could not be made: ${made.stderr}`);
}

/** The names of the containers that the library has started and that are still there. */
export function containersOf({ env }: DockerEngine): string[] {
  const words = ['ps', '--all', '--quiet', '--filter', 'label=sagemaker-pipelines'];
  const { stdout } = spawnSync('docker', words, { env: { ...process.env, ...env }, encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line !== '');
}

function answers(env: Readonly<Record<string, string>> = {}): boolean {
  const words = ['version', '--format', '{{.Server.Version}}'];
  return spawnSync('docker', words, { env: { ...process.env, ...env }, timeout: 10_000 }).status === 0;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
