import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PipelineError } from '../../../definition/error.ts';
import { type Supervisor, pythonMissing } from './contained.ts';
import { readLines } from './lines.ts';

// The kernel holds the lock, so that it goes with its holder however that ends; Node has no way to ask for one.
const HOLD = `import fcntl, sys
lock = open(sys.argv[1], "a")
try:
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
except OSError:
    print("waiting", flush=True)
    fcntl.flock(lock, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()`;

/** Does something while no other process on this machine does anything under the same lock. */
export async function withLock<T>(
  { python, env }: Supervisor,
  file: string,
  { waiting, interrupted }: { readonly waiting: () => void; readonly interrupted: AbortSignal },
  use: () => Promise<T>,
): Promise<T> {
  const holder = spawn(python, ['-I', '-S', '-c', HOLD, file], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  holder.stdin.on('error', () => {});
  const said: string[] = [];
  readLines(holder.stderr, (line) => said.push(line));
  const closed = once(holder, 'close');
  closed.catch(() => {});
  // Once it is held it stays held until what is done under it has been ended in order.
  const stop = (): void => void holder.kill();
  interrupted.addEventListener('abort', stop, { once: true });
  if (interrupted.aborted) stop();
  try {
    await new Promise<void>((resolve, reject) => {
      readLines(holder.stdout, (line) => (line === 'held' ? resolve() : waiting()));
      holder.once('error', (cause) => reject(pythonMissing(python, cause)));
      holder.once('close', (code) => {
        const why = said.at(-1) ?? `${python} ended with ${code} and said nothing`;
        const fix = `see to it that ${python} works, and that this file can be locked`;
        reject(new PipelineError('machine', 'cannot-lock', `${file} cannot be locked`, { detail: why, fix }));
      });
    });
    interrupted.removeEventListener('abort', stop);
    return await use();
  } finally {
    interrupted.removeEventListener('abort', stop);
    holder.stdin.end();
    await closed.catch(() => {});
  }
}
