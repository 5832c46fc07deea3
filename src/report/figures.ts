import { sayCount } from '../definition/count.ts';

/** Seconds as people say them: `40 ms`, `4.2 s`, `3 min 5 s`, `2 h 10 min`. */
export function sayDuration(seconds: number): string {
  if (seconds < 0.0995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A size as people say it: `812 bytes`, `3.2 MB`. */
export function sayBytes(bytes: number): string {
  if (bytes < 1000) return sayCount(bytes, 'byte');
  const power = Math.min(4, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** power).toFixed(1)} ${['', 'kB', 'MB', 'GB', 'TB'][power]}`;
}

/** A moment, to the second, in the time of Greenwich: the page has the same bytes wherever it is made. */
export function sayTime(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 19)} UTC`;
}

/** A number with as many digits as tell it apart. */
export function sayNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value);
  const size = Math.abs(value);
  return size >= 1e6 || size < 1e-4 ? value.toExponential(3) : String(Number(value.toPrecision(5)));
}

/** A number as it stands at an axis, where there is little room. */
export function sayTick(value: number): string {
  return sayNumber(Number.isInteger(value) ? value : Number(value.toPrecision(3)));
}

/** The beginning and the end of a text that is longer than there is room for. */
export function shorten(text: string, room: number): string {
  const letters = Array.from(text);
  if (letters.length <= room) return text;
  const end = Math.floor((room - 1) / 3);
  return `${letters.slice(0, room - 1 - end).join('')}…${letters.slice(letters.length - end).join('')}`;
}
