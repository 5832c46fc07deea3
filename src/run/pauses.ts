import type { World } from './runner.ts';

/** How an execution is waited for. */
export interface WatchOptions {
  /** Seconds between two looks; else one at first and more while nothing changes. */
  readonly poll?: number | undefined;
  /** Seconds after which nobody waits any longer. */
  readonly timeout?: number | undefined;
  /** Stop the execution when the one who waits is interrupted or has waited long enough. */
  readonly stopOnInterrupt: boolean;
  /** Tell what the steps write to their logs. */
  readonly logs: boolean;
}

/** How long to wait between looks: short after a change, longer while nothing happens, and much longer when AWS wants so. */
export function pauses(fixed: number | undefined): {
  answered: (isNew: boolean) => void;
  /** Whether this is the first refusal since an answer. */
  refused: () => boolean;
  next: () => number;
} {
  const shortest = (fixed ?? 1) * 1000;
  const longest = (fixed ?? 10) * 1000;
  const MOST = 60_000;
  let milliseconds = shortest;
  let refusals = 0;
  return {
    answered: (isNew) => {
      refusals = 0;
      milliseconds = isNew ? shortest : Math.min(longest, milliseconds * 1.5);
    },
    refused: () => {
      refusals += 1;
      milliseconds = Math.min(Math.max(MOST, longest), milliseconds * 2);
      return refusals === 1;
    },
    next: () => milliseconds,
  };
}

/** Why the one who waits wants to wait no longer. */
export function wishToLeave(
  deadline: number,
  { interrupted, now }: Pick<World, 'interrupted' | 'now'>,
): 'interrupted' | 'timeout' | undefined {
  if (interrupted.aborted) return 'interrupted';
  return +now() >= deadline ? 'timeout' : undefined;
}
