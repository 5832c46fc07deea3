import { PipelineError } from '../definition/error.ts';
import type { Context } from './context.ts';

/** Waits for something that only reads: Ctrl-C leaves it as it is. */
export async function unlessInterrupted<T>(
  work: Promise<T>,
  { interrupted }: Pick<Context, 'interrupted'>,
): Promise<T> {
  const interruption = new Promise<never>((_, reject) => {
    const message = 'Interrupted before anything was written';
    const leave = (): void => reject(new PipelineError('interrupted', 'interrupted', message));
    if (interrupted.aborted) leave();
    else interrupted.addEventListener('abort', leave, { once: true });
  });
  return await Promise.race([work, interruption]);
}
