import { sayDuration } from '../../report/figures.ts';

/** As `sayDuration`, with tenths of a second at the least: what is shown while it grows must not change its unit at once. */
export function formatDuration(seconds: number): string {
  return seconds < 1 ? `${seconds.toFixed(1)} s` : sayDuration(seconds);
}
