import type { Json, JsonObject } from '../definition/document.ts';
import { PipelineError } from '../definition/error.ts';
import { isObject } from '../definition/expression.ts';
import { parseLiteral } from './python-literal.ts';

/** A value given as JSON or as a Python literal; `source` names where it stands, a flag or a file. */
export function readLiteral(text: string, source: string): Json {
  const parsed = parseLiteral(text);
  if ('value' in parsed) return parsed.value;
  const { message, line, column } = parsed.fault;
  throw new PipelineError('usage', 'bad-literal', `${source} is neither JSON nor a Python literal: ${message}`, {
    detail: `at line ${line}, column ${column}:  ${excerpt(text.split('\n')[line - 1]!, column)}`,
    fix: `for example: '{"stage": "prod", "retrain": true}'`,
  });
}

/** The same for a value that has to be an object. */
export function readObject(text: string, source: string): JsonObject {
  const value = readLiteral(text, source);
  if (isObject(value)) return value;
  throw new PipelineError('usage', 'bad-literal', `${source} must be an object, it is ${nameOf(value)}`, {
    fix: `for example: '{"stage": "prod", "retrain": true}'`,
  });
}

/** A JSON value in words. */
export function nameOf(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `the ${typeof value} ${JSON.stringify(value)}`;
}

// The place and what follows, so that the reader need not count.
function excerpt(line: string, column: number): string {
  const start = Math.max(0, column - 21);
  return `${start > 0 ? '…' : ''}${line.slice(start, column - 1)} ▸ ${line.slice(column - 1, column + 20)}`;
}
