import type { Diagnostic } from './diagnostic.ts';
import { type Json, type JsonObject, PARAMETER_TYPES, type PipelineDocument } from './document.ts';
import { isObject } from './expression.ts';
import { type Path, child, formatPath } from './path.ts';
import { BRANCHES } from './walk.ts';

/** A document, or why the text or value is none. */
interface Parsed {
  readonly document: PipelineDocument | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** What Node says of a text that is no JSON, with the line in place of the position: some releases count letters alone. */
function placed(message: string, text: string): string {
  return message.replace(/at position (\d+)(?: \(line \d+ column \d+\))?/, (_, position: string) => {
    const before = text.slice(0, Number(position)).split('\n');
    return `at line ${before.length}, column ${before.at(-1)!.length + 1}`;
  });
}

/** Reads a pipeline definition from its text. */
export function parse(text: string): Parsed {
  const json = text.replace(/^\uFEFF/, '');
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    const message = `The definition is not JSON: ${placed((cause as Error).message, json)}`;
    return { document: undefined, diagnostics: [{ code: 'not-json', severity: 'error', message }] };
  }
  return readDocument(value);
}

/**
 * Takes a JSON value as a pipeline definition. Only the shape that readers stand on is asked for (steps with a name, a
 * type and arguments, parameters with a name and a type); everything else, known or not, is kept as it is.
 */
export function readDocument(value: unknown): Parsed {
  const diagnostics: Diagnostic[] = [];
  const report: Report = (path, message) => {
    diagnostics.push({ code: 'document-shape', severity: 'error', message, path: formatPath(path) || '$' });
  };
  if (!isObject(value)) {
    report(undefined, `A pipeline definition is a JSON object, this is ${nameOf(value)}`);
  } else {
    if (value['Version'] !== undefined) want(value, 'Version', undefined, 'string', report);
    readParameters(value['Parameters'], report);
    readSteps(value['Steps'], report);
  }
  return { document: diagnostics.length === 0 ? (value as PipelineDocument) : undefined, diagnostics };
}

type Report = (path: Path | undefined, message: string) => void;

function readParameters(value: Json | undefined, report: Report): void {
  if (value === undefined || value === null) return;
  const path = child(undefined, 'Parameters');
  if (!Array.isArray(value)) return report(path, `Parameters must be a list, this is ${nameOf(value)}`);
  for (const [index, parameter] of (value as Json[]).entries()) {
    const at = child(path, index);
    if (!isObject(parameter)) {
      report(at, `A parameter must be an object, this is ${nameOf(parameter)}`);
      continue;
    }
    want(parameter, 'Name', at, 'string', report);
    const type = parameter['Type'];
    if (type !== undefined && !PARAMETER_TYPES.some((known) => known === type)) {
      report(child(at, 'Type'), `A parameter's Type is one of ${PARAMETER_TYPES.join(', ')}, this is ${show(type)}`);
    }
    const values = parameter['EnumValues'];
    if (values !== undefined && values !== null && !isTextList(values)) {
      report(child(at, 'EnumValues'), 'EnumValues must be a list of texts');
    }
  }
}

function readSteps(value: Json | undefined, report: Report): void {
  const lists: { value: Json | undefined; path: Path }[] = [{ value, path: child(undefined, 'Steps') }];
  for (let list = lists.shift(); list !== undefined; list = lists.shift()) {
    const { path } = list;
    if (!Array.isArray(list.value)) {
      report(path, `${String(path.key)} must be a list of steps, this is ${nameOf(list.value)}`);
      continue;
    }
    for (const [index, step] of (list.value as Json[]).entries()) {
      const at = child(path, index);
      if (!isObject(step)) {
        report(at, `An element of ${String(path.key)} must be a step, this is ${nameOf(step)}`);
        continue;
      }
      const readable = readStep(step, at, report);
      if (readable?.['Type'] !== 'Condition') continue;
      for (const branch of BRANCHES) {
        const steps = (readable['Arguments'] as JsonObject)[branch];
        if (steps !== undefined) lists.push({ value: steps, path: child(child(at, 'Arguments'), branch) });
      }
    }
  }
}

function readStep(step: JsonObject, at: Path, report: Report): JsonObject | undefined {
  const named = want(step, 'Name', at, 'string', report);
  const typed = want(step, 'Type', at, 'string', report);
  const hasArguments = want(step, 'Arguments', at, 'object', report);
  const dependsOn = step['DependsOn'];
  if (dependsOn !== undefined && dependsOn !== null && !isTextList(dependsOn)) {
    report(child(at, 'DependsOn'), 'DependsOn must be a list of step names');
  }
  return named && typed && hasArguments ? step : undefined;
}

function want(
  owner: JsonObject,
  key: string,
  path: Path | undefined,
  type: 'string' | 'object',
  report: Report,
): boolean {
  const value = owner[key];
  const fits = type === 'object' ? isObject(value) : typeof value === 'string';
  if (!fits) {
    const found = value === undefined ? 'is missing' : `is ${nameOf(value)}`;
    report(child(path, key), `${key} ${found}; it must be ${type === 'object' ? 'an object' : 'a text'}`);
  }
  return fits;
}

function isTextList(value: Json): boolean {
  return Array.isArray(value) && value.every((element) => typeof element === 'string');
}

function show(value: Json | undefined): string {
  return typeof value === 'string' ? `"${value}"` : nameOf(value);
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return 'a text';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
