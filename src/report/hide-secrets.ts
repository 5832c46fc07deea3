import type { Json, ParameterValue, PipelineDocument } from '../definition/document.ts';
import { isExpression, isObject } from '../definition/expression.ts';
import { MASK, isSecret, secretValues } from '../definition/secrets.ts';
import { walkSteps } from '../definition/walk.ts';
import type { StepFiles } from './read-run-folder.ts';

/**
 * The texts that a page must not show: what secret parameters became in the arguments of the jobs, and their defaults.
 * A run writes its parameters down with secrets masked, so that the arguments are where their values are found again.
 */
export function secretsIn(
  document: PipelineDocument,
  parameters: Readonly<Record<string, ParameterValue>>,
  files: ReadonlyMap<string, StepFiles>,
): string[] {
  const declared = (document.Parameters ?? []).flatMap(({ Name, DefaultValue }) =>
    DefaultValue === undefined || DefaultValue === null ? [] : [[Name, DefaultValue] as const],
  );
  const hidden = new Set(
    [...declared, ...Object.entries(parameters)].flatMap(([name, value]) =>
      value === MASK || isSecret(name, value) ? [name] : [],
    ),
  );
  const found = new Set(secretValues(Object.fromEntries(declared)));
  if (hidden.size > 0) {
    for (const { step } of walkSteps(document)) {
      for (const text of becameOf(step.Arguments, files.get(step.Name)?.arguments, hidden)) found.add(text);
    }
  }
  return [...found];
}

// Shorter ones stand in too many other places to be taken out of a text.
const SHORTEST = 6;

/** What stands in the arguments of a job where the document has an expression of a hidden parameter. */
function* becameOf(
  asked: Json | undefined,
  given: Json | undefined,
  hidden: ReadonlySet<string>,
): Generator<string, void, undefined> {
  if (asked === undefined || given === undefined) return;
  if (isExpression(asked)) {
    if (typeof given !== 'string' || !readsHidden(asked, hidden)) return;
    for (const text of hiddenParts(asked, given, hidden)) if (text.length >= SHORTEST) yield text;
  } else if (Array.isArray(asked) && Array.isArray(given)) {
    for (const [index, element] of (asked as readonly Json[]).entries()) {
      yield* becameOf(element, (given as readonly Json[])[index], hidden);
    }
  } else if (isObject(asked) && isObject(given)) {
    for (const [key, member] of Object.entries(asked)) yield* becameOf(member, given[key], hidden);
  }
}

/** Of a text that was put together the hidden parts, where what stands between them tells them apart; else all of it. */
function hiddenParts(asked: Json, given: string, hidden: ReadonlySet<string>): string[] {
  const join = isObject(asked) && isObject(asked['Std:Join']) ? asked['Std:Join'] : undefined;
  if (join === undefined || !Array.isArray(join['Values'])) return [given];
  const values = join['Values'] as readonly Json[];
  // More open places than these could be told apart in too many ways.
  if (values.filter((value) => typeof value === 'object').length > 4 || given.length > 4000) return [given];
  const patterns = values.map((value) => {
    if (typeof value === 'object') return readsHidden(value, hidden) ? '(.*?)' : '.*?';
    return escapePattern(String(value));
  });
  const between = typeof join['On'] === 'string' ? escapePattern(join['On']) : '';
  const found = new RegExp(`^${patterns.join(between)}$`, 's').exec(given);
  return found === null ? [given] : found.slice(1);
}

function escapePattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

function readsHidden(expression: Json, hidden: ReadonlySet<string>): boolean {
  return [...JSON.stringify(expression).matchAll(/"Parameters\.([^"]+)"/g)].some(([, name]) => hidden.has(name!));
}

/** JSON with every text masked that stands under a name of a secret. */
export function maskNamed(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(maskNamed);
  if (!isObject(value)) return value;
  const members = Object.entries(value).map(([key, member]) => {
    const isText = typeof member === 'string' || typeof member === 'number';
    return [key, isText && isSecret(key, member) ? MASK : maskNamed(member)] as const;
  });
  return Object.fromEntries<Json>(members);
}

/** A document without the defaults of its secret parameters. */
export function maskDefaults(document: PipelineDocument): PipelineDocument {
  const parameters = (document.Parameters ?? []).map((parameter) => {
    const { Name, DefaultValue } = parameter;
    const isHidden = DefaultValue !== undefined && DefaultValue !== null && isSecret(Name, DefaultValue);
    return isHidden ? { ...parameter, DefaultValue: MASK } : parameter;
  });
  return parameters.length === 0 ? document : { ...document, Parameters: parameters };
}
