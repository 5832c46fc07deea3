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
  return Object.fromEntries(tags);
}
