import type { Json } from '../../definition/document.ts';
import { isObject } from '../../definition/expression.ts';

const SHOWN = 60;

/** Where two values of JSON first differ, and how, in words: `AppSpecification.ImageUri was "a" and is "b"`. */
export function firstDifference(before: Json | undefined, now: Json | undefined, path = ''): string | undefined {
  if (isObject(before) && isObject(now)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(now)])) {
      const found = firstDifference(before[key], now[key], path === '' ? key : `${path}.${key}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (Array.isArray(before) && Array.isArray(now)) {
    for (let index = 0; index < Math.max(before.length, now.length); index++) {
      const [old, young] = [before[index] as Json | undefined, now[index] as Json | undefined];
      const found = firstDifference(old, young, `${path}[${index}]`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (before === now) return undefined;
  if (before === undefined) return `${path} is new`;
  if (now === undefined) return `${path} is gone`;
  return `${path} was ${shown(before)} and is ${shown(now)}`;
}

function shown(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}
