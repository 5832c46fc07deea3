import type { Json } from '../../../definition/document.ts';
import { PipelineError } from '../../../definition/error.ts';
import { isObject } from '../../../definition/expression.ts';

type Part = string | number;

// AWS's pages point to Jayway's JsonPath; what leads to one value of it is taken here: names, positions, keys in quotes.
const PARTS = /\.?([^.[\]'"\s]+)|\[(-?\d+)\]|\[(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\]/uy;

/** The one value of a JSON file that the `Path` of a `Std:JsonGet` leads to. */
export function readPath(file: Json, path: string, from: string): Json {
  let value: Json | undefined = file;
  let walked = '$';
  for (const part of partsOf(path, from)) {
    value = member(value, part);
    walked += typeof part === 'number' ? `[${part}]` : `['${part}']`;
    if (value === undefined) {
      throw new PipelineError('failed', 'json-path-leads-nowhere', `${from} has nothing at ${path}`, {
        detail: `there is no ${walked}`,
        fix: 'compare the Path with what the step wrote',
      });
    }
  }
  return value;
}

function member(value: Json, part: Part): Json | undefined {
  if (typeof part === 'number') return Array.isArray(value) ? (value as readonly Json[]).at(part) : undefined;
  return isObject(value) && Object.hasOwn(value, part) ? value[part] : undefined;
}

function partsOf(path: string, from: string): Part[] {
  const text = path.replace(/^\$(?:\.(?!\.))?/, '');
  const parts: Part[] = [];
  for (let at = 0; at < text.length;) {
    PARTS.lastIndex = at;
    const match = PARTS.exec(text);
    if (match === null || /[*?@:,()]/.test(match[1] ?? '')) throw notSupported(path, from);
    const [whole, name, index, single, double] = match;
    if (index !== undefined) parts.push(Number(index));
    else parts.push(name ?? (single ?? double)!.replace(/\\(.)/gsu, '$1'));
    at += whole.length;
  }
  return parts;
}

function notSupported(path: string, from: string): PipelineError {
  return new PipelineError('failed', 'json-path-not-supported', `The path "${path}" into ${from} is not understood`, {
    detail: 'on this machine a path is made of names, [0] and ["keys"]; wildcards, slices and filters are not taken',
  });
}
