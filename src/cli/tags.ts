import { PipelineError } from '../definition/error.ts';
import { isObject } from '../definition/expression.ts';
import { readLiteral } from './read-literal.ts';

/** Reads `--tags`: AWS's list of `Key` and `Value`, or a plain object. */
export function readTags(text: string): Record<string, string> {
  const value = readLiteral(text, '--tags');
  const pairs = Array.isArray(value)
    ? value.map((tag) => (isObject(tag) ? [tag['Key'], tag['Value']] : []))
    : Object.entries(isObject(value) ? value : { '': value });
  const tags = new Map<string, string>();
  for (const [key, content] of pairs) {
    if (typeof key !== 'string' || key === '' || typeof content !== 'string') {
      throw new PipelineError('usage', 'bad-value', '--tags must name texts by texts', {
        fix: `[{"Key": "team", "Value": "fraud"}] or {"team": "fraud"}`,
      });
    }
    tags.set(key, content);
  }
  const read = Object.fromEntries(tags);
  refuseTags(read);
  return read;
}

// https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Tag.html
const LETTERS = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
const LONGEST_KEY = 128;
const LONGEST_VALUE = 256;
const MOST_TAGS = 50;

/** Ends in an error for tags that AWS takes on nothing: it would say so only once part of the work is done. */
export function refuseTags(tags: Readonly<Record<string, string>>): void {
  const faults = Object.entries(tags).flatMap(([key, value]) => {
    if (/^aws:/i.test(key)) return [`${key}: what begins with aws: is AWS's own`];
    if (key.length > LONGEST_KEY) return [`${key.slice(0, 20)}…: a key has at most ${LONGEST_KEY} characters`];
    if (value.length > LONGEST_VALUE) return [`${key}: a value has at most ${LONGEST_VALUE} characters`];
    return LETTERS.test(key) && LETTERS.test(value) ? [] : [`${key}: letters, digits, spaces and _.:/=+-@ are allowed`];
  });
  const count = Object.keys(tags).length;
  if (count > MOST_TAGS) faults.push(`there are ${count}, and AWS takes ${MOST_TAGS}`);
  if (faults.length === 0) return;
  throw new PipelineError('usage', 'bad-tags', 'AWS would refuse these tags', { detail: faults.join('\n  ') });
}
