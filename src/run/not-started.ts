import { PipelineError } from '../definition/error.ts';
import type { World } from './runner.ts';

/** Ends a run that was interrupted before it has begun. */
export function stopHere({ interrupted }: Pick<World, 'interrupted'>): void {
  if (interrupted.aborted) throw nothingStarted();
}

/** That nothing was started. */
export function nothingStarted(): PipelineError {
  return new PipelineError('interrupted', 'interrupted', 'Interrupted before anything was started');
}
