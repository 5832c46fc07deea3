import { PipelineError } from '../definition/error.ts';

/** What a promotion knows of the world around it; a test replaces this one object. */
export interface PromotionWorld {
  readonly now: () => Date;
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  readonly interrupted: AbortSignal;
  /** Tells what happens, a line at a time. */
  readonly say: (line: string) => void;
}

/** Ends in an error once the one who started it wants it to end: what was done stays, and the next run goes on from there. */
export function throwIfInterrupted({ interrupted }: PromotionWorld): void {
  if (!interrupted.aborted) return;
  throw new PipelineError('interrupted', 'interrupted', 'The promotion was interrupted', {
    fix: 'run it again: what was done already is not done twice',
  });
}
