// ISO 8601, and the loose forms that AWS's own pages show: 30d, T16m, p30d. Before the T an M is a month.
const DURATION = /^p?(?:(\d+)y)?(?:(\d+)m)?(?:(\d+)w)?(?:(\d+)d)?(?:t?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?)?$/i;

/** How long something took; a clock that was set back meanwhile says nothing of it. */
export function secondsBetween(start: Date, end: Date): number {
  return Math.max(0, (end.getTime() - start.getTime()) / 1000);
}

/** A moment after another by a duration (`P30D`, `PT1H`); undefined for a text that is none. */
export function after(start: Date, duration: string): Date | undefined {
  const found = DURATION.exec(duration);
  if (found === null || !/\d/.test(duration)) return undefined;
  const [years, months, weeks, days, hours, minutes, seconds] = found.slice(1).map((text) => Number(text ?? 0));
  const end = new Date(start.getTime());
  // Years and months are as long as the calendar has them; the rest always has the same length.
  end.setUTCMonth(end.getUTCMonth() + years! * 12 + months!);
  const rest = ((weeks! * 7 + days!) * 24 + hours!) * 3600 + minutes! * 60 + seconds!;
  return new Date(end.getTime() + rest * 1000);
}
