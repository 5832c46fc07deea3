import type { Json, JsonObject } from '../../../definition/document.ts';
import { PipelineError } from '../../../definition/error.ts';
import { isExpression, isObject } from '../../../definition/expression.ts';

/** What a `Get` or a `Std:JsonGet` stands for; undefined as long as nobody can know. */
type Lookup = (expression: JsonObject) => Json | undefined;

/** A value with every expression that is known replaced by what it stands for. */
export function fold(value: Json, lookup: Lookup): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return (value as readonly Json[]).map((element) => fold(element, lookup));
  if (!isExpression(value)) return foldMembers(value as JsonObject, lookup);
  if ('Get' in value) return lookup(value) ?? value;
  if ('Std:Join' in value) return foldJoin(value, lookup);
  const folded = foldMembers(value, (inner) => {
    // The name of a property file is itself written as a `Get`.
    return isPropertyFile(inner) ? undefined : lookup(inner);
  });
  return lookup(folded) ?? folded;
}

function isPropertyFile(expression: JsonObject): boolean {
  return typeof expression['Get'] === 'string' && /^Steps\.[^.[\]]+\.PropertyFiles\./.test(expression['Get']);
}

function foldMembers(value: JsonObject, lookup: Lookup): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, fold(member, lookup)]));
}

function foldJoin(expression: JsonObject, lookup: Lookup): Json {
  const join = expression['Std:Join'];
  if (!isObject(join) || !Array.isArray(join['Values'])) throw malformed(expression);
  const separator = join['On'] ?? '';
  if (typeof separator !== 'string') throw malformed(expression);
  const values = (join['Values'] as readonly Json[]).map((element) => fold(element, lookup));
  if (values.some((element) => !isKnown(element))) return { 'Std:Join': { ...join, Values: values } };
  return values.map((element) => asText(element)).join(separator);
}

function malformed(expression: JsonObject): PipelineError {
  return new PipelineError('failed', 'bad-join', 'A Std:Join needs a text "On" and a list "Values"', {
    detail: `this is ${JSON.stringify(expression)}`,
  });
}

/** A piece of a join as text: numbers and truth values as JSON writes them. */
function asText(value: Json): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new PipelineError('failed', 'cannot-join', `${JSON.stringify(value)} cannot be a piece of a text`, {
    detail: 'Std:Join takes texts, numbers and truth values',
  });
}

/** Whether nothing in a value is open. */
export function isKnown(value: Json): boolean {
  return firstOpen(value) === undefined;
}

/** The first expression in a value that nobody could fold. */
export function firstOpen(value: Json): JsonObject | undefined {
  const open: Json[] = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next !== 'object' || next === null) continue;
    if (isExpression(next)) return next;
    const inner = Array.isArray(next) ? (next as readonly Json[]) : Object.values(next as JsonObject);
    for (let index = inner.length - 1; index >= 0; index--) open.push(inner[index]!);
  }
  return undefined;
}
