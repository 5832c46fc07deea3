import type { LongWork } from '../../../definition/events.ts';
import { isPipelineError } from '../../../definition/error.ts';
import type { Tell } from '../../say.ts';
import { secondsBetween } from '../duration.ts';

/** Says what a long work is at: `fetching numpy 1.24.1 (17.3 MB)`. */
export type Say = (message: string) => void;

/** What is told of a long work as it begins, and as it is over. */
export interface WorkWords {
  /** Short: `sklearn 1.2-1`. */
  readonly name: string;
  readonly begun: string;
  readonly done: string;
  readonly givenUp: string;
}

/** A long work that has begun. */
export interface WorkBegun {
  readonly say: Say;
  readonly end: (state: 'done' | 'given-up', reason?: string) => void;
}

/** Who is told of a work, and what the time is. */
export interface WorkTeller {
  readonly tell: Tell;
  readonly now: () => Date;
}

/** Tells that a work begins, and then what it is at, and how it ended after how long. */
export function beginWork({ tell, now }: WorkTeller, { name, begun, done, givenUp }: WorkWords): WorkBegun {
  const start = now();
  const say = (message: string, state: LongWork['state'], more: Partial<LongWork> = {}): void =>
    tell(message, { work: { name, state, ...more } });
  let last = '';
  say(begun, 'begun');
  return {
    say: (message) => {
      if (message !== last) say(message, 'going');
      last = message;
    },
    end: (state, reason) => {
      const seconds = secondsBetween(start, now());
      say(state === 'done' ? done : givenUp, state, { seconds, ...(reason === undefined ? {} : { reason }) });
    },
  };
}

/** Does a work that takes long, and tells of it. */
export async function tellWork<T>(teller: WorkTeller, words: WorkWords, use: (say: Say) => Promise<T>): Promise<T> {
  const work = beginWork(teller, words);
  try {
    const result = await use(work.say);
    work.end('done');
    return result;
  } catch (error) {
    // Errors of ours end the run or the step, and are told there in full.
    work.end('given-up', isPipelineError(error) ? undefined : (error as Error).message);
    throw error;
  }
}
