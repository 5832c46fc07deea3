import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import type { ContainerEnd, ContainerJob, Containers, Listener } from '../../../src/run/local/containers/container.ts';
import { PATIENCE } from '../../support/patience.ts';

/**
 * The least that can stand in for a container: the job's program itself, with its `/opt/ml` written out as the folder's
 * path. What the runner hands over and takes back is the same as with real containers.
 */
export const plainContainers: Containers = {
  inspect: () => Promise.resolve([]),
  identify: () => Promise.resolve('plain'),
  run: runPlainly,
  serve: () => Promise.reject(new Error('plain containers serve no models')),
};

async function runPlainly(job: ContainerJob, listen: Listener, signal: AbortSignal): Promise<ContainerEnd> {
  const here = (text: string): string => text.replaceAll('/opt/ml', job.folder);
  const [program = 'false', ...words] = [...(job.entrypoint ?? []), ...(job.arguments ?? [])].map(here);
  const environment = Object.entries(job.environment).map(([name, value]) => [name, here(value)]);
  const child = spawn(program, words, {
    cwd: job.folder,
    env: { PATH: process.env['PATH'], ...Object.fromEntries(environment) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let timedOut = false;
  const end = (): void => void child.kill('SIGKILL');
  const timer = setTimeout(
    () => {
      timedOut = true;
      end();
    },
    job.secondsAtMost === undefined ? PATIENCE : job.secondsAtMost * 1000,
  );
  if (signal.aborted) end();
  signal.addEventListener('abort', end);
  const reading = (['stdout', 'stderr'] as const).map(async (stream) => {
    for await (const line of createInterface({ input: child[stream] })) listen(stream, line);
  });
  const [exitCode, killedBy] = await new Promise<[number | null, string | null]>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, name) => resolve([code, name]));
  });
  await Promise.all(reading);
  clearTimeout(timer);
  signal.removeEventListener('abort', end);
  const file = join(job.folder, 'output/failure');
  const failure = existsSync(file) ? { failure: readFileSync(file, 'utf8') } : {};
  return { exitCode, signal: killedBy, timedOut, ...failure };
}
