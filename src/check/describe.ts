import type { Json } from '../definition/document.ts';
import { isExpression, isObject } from '../definition/expression.ts';

const SHOWN = 60;

/** A value in a message: texts in quotes and not too long, the rest by what it is. */
export function show(value: Json | undefined): string {
  if (typeof value === 'string') return JSON.stringify(value.length > SHOWN ? `${value.slice(0, SHOWN)}…` : value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return kindOf(value);
}

/** What a value is, in words. */
export function kindOf(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (isExpression(value)) return 'an expression';
  if (isObject(value)) return 'an object';
  return typeof value === 'string' ? 'a text' : `a ${typeof value}`;
}

/** The first of many, for a detail line: `A, B, C …`. */
export function listed(names: Iterable<string>, limit = 8): string {
  const first: string[] = [];
  for (const name of names) {
    if (first.length === limit) return `${first.join(', ')} …`;
    first.push(name);
  }
  return first.join(', ');
}
