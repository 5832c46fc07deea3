import type { RunHappening } from '../definition/events.ts';
import type { World } from './runner.ts';

/** Says what is being done beside what the steps themselves say: of which step, and of which work that takes long. */
export type Tell = (message: string, about?: ProgressAbout) => void;

export type ProgressAbout = Pick<Extract<RunHappening, { type: 'progress' }>, 'step' | 'work'>;

/** Tells the world what happens, with the time at which it does. */
export function sayTo({ say, now }: Pick<World, 'say' | 'now'>): (happening: RunHappening) => void {
  return (happening) => say({ version: 1, time: now().toISOString(), ...happening });
}
