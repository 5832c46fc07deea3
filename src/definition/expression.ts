import type { Json, JsonObject } from './document.ts';

/** `{"Get": "Parameters.X"}`: a value that is known when the execution starts, or when a step has ended. */
interface GetExpression extends JsonObject {
  readonly Get: string;
}

/** `{"Std:Join": {"On": "/", "Values": […]}}`: texts put together. */
interface JoinExpression extends JsonObject {
  readonly 'Std:Join': { readonly On: string; readonly Values: readonly Json[] };
}

/** `{"Std:JsonGet": {"PropertyFile" | "S3Uri": …, "Path": …}}`: a value out of a JSON file that a step wrote. */
interface JsonGetExpression extends JsonObject {
  readonly 'Std:JsonGet': JsonObject;
}

export type Expression = GetExpression | JoinExpression | JsonGetExpression;

const FUNCTIONS: ReadonlySet<string> = new Set(['Get', 'Std:Join', 'Std:JsonGet']);

/** Whether a value stands where an expression stands: an object whose one member is `Get` or a `Std:` function. */
export function isExpression(value: Json | undefined): value is Expression {
  if (!isObject(value)) return false;
  const keys = Object.keys(value);
  return keys.length === 1 && FUNCTIONS.has(keys[0]!);
}

/** Whether a JSON value is an object (no list, no null). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value that a text of JSON holds; a text of anything else holds none. */
export function jsonIn(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** The elements of a JSON value that is a list; any other has none. */
export function elementsOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

/** The expression that reads a parameter of the pipeline. */
export function getParameter(name: string): GetExpression {
  return { Get: `Parameters.${name}` };
}

/** Pieces of a text without empty ones, with neighbours that are known put together. */
export function mergePieces(pieces: readonly Json[]): Json[] {
  const merged: Json[] = [];
  for (const piece of pieces) {
    if (piece === '') continue;
    const last = merged.at(-1);
    if (typeof piece === 'string' && typeof last === 'string') merged[merged.length - 1] = last + piece;
    else merged.push(piece);
  }
  return merged;
}

/** A join with an empty separator of pieces already merged: plain text when nothing in it is open. */
export function concatenation(pieces: readonly Json[]): Json {
  if (pieces.length === 0) return '';
  if (pieces.length === 1 && typeof pieces[0] === 'string') return pieces[0];
  return { 'Std:Join': { On: '', Values: pieces } };
}
