import { PipelineError } from '../definition/error.ts';

/** What a flag that is a number says; undefined when it was not given. */
export function numberOf(text: string | undefined, flag: string, pattern: RegExp, what: string): number | undefined {
  if (text === undefined) return undefined;
  if (pattern.test(text)) return Number(text);
  throw new PipelineError('usage', 'bad-value', `${flag} must be ${what}, it is "${text}"`);
}
