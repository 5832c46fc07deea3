import type { RunHappening } from '../definition/events.ts';
import type { World } from './runner.ts';

/** Tells the world what happens, with the time at which it does. */
export function sayTo({ say, now }: Pick<World, 'say' | 'now'>): (happening: RunHappening) => void {
  return (happening) => say({ version: 1, time: now().toISOString(), ...happening });
}
