import type { Json, JsonObject } from '../../../definition/document.ts';
import { isObject } from '../../../definition/expression.ts';

/** The member of a request, however deep; undefined where there is none. */
export function at(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  let found = value;
  for (const key of path) found = isObject(found) ? found[key] : undefined;
  return found;
}

export function textAt(value: Json | undefined, ...path: readonly string[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

/** A number, also one that is written as a text: AWS takes both from an expression. */
export function numberAt(value: Json | undefined, ...path: readonly string[]): number | undefined {
  const found = at(value, ...path);
  const number = typeof found === 'string' && found.trim() !== '' ? Number(found) : found;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

export function objectsAt(value: Json | undefined, ...path: readonly string[]): readonly JsonObject[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? (found as readonly Json[]).filter(isObject) : [];
}

/** Texts and whatever stands for one; a list that is not there has none. */
export function textsAt(value: Json | undefined, ...path: readonly string[]): readonly string[] | undefined {
  const found = at(value, ...path);
  return Array.isArray(found) ? (found as readonly Json[]).map(asText) : undefined;
}

/** An object of texts, as environments and hyperparameters are. */
export function textMapAt(value: Json | undefined, ...path: readonly string[]): Readonly<Record<string, string>> {
  const found = at(value, ...path);
  if (!isObject(found)) return {};
  return Object.fromEntries(Object.entries(found).map(([key, member]) => [key, asText(member)]));
}

function asText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
