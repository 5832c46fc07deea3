import { type Path, child, formatPath } from '../definition/path.ts';

// A text, a number or a word, or one sign of JSON's own.
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s{}[\],:"]+/gu;

interface Open {
  readonly path: Path | undefined;
  readonly isList: boolean;
  index: number;
  key: string | undefined;
}

/**
 * The line, from 1, of each of the paths in a text of JSON; a member that is not there has the line of what it is
 * missing in. The text has to be JSON.
 */
export function linesOf(text: string, paths: ReadonlySet<string>): Map<string, number> {
  const wanted = new Set<string>();
  for (const path of paths) for (const part of prefixes(path)) wanted.add(part);
  const found = new Map<string, number>([['', 1]]);
  const open: Open[] = [];
  let [line, counted] = [1, 0];
  const place = (): Path | undefined => {
    const at = open.at(-1);
    return at === undefined ? undefined : child(at.path, at.isList ? at.index : (at.key ?? ''));
  };
  for (const { 0: token, index } of wanted.size === 0 ? [] : text.matchAll(TOKEN)) {
    for (; counted < index; counted++) if (text[counted] === '\n') line++;
    const inside = open.at(-1);
    if (token === '}' || token === ']') open.pop();
    else if (token === ',') {
      if (inside?.isList === true) inside.index++;
      else if (inside !== undefined) inside.key = undefined;
    } else if (token === ':') continue;
    else if (inside !== undefined && !inside.isList && inside.key === undefined) {
      inside.key = JSON.parse(token) as string;
      note(formatPath(place()), line);
    } else {
      if (inside?.isList === true) note(formatPath(place()), line);
      if (token === '{' || token === '[') open.push({ path: place(), isList: token === '[', index: 0, key: undefined });
    }
  }
  return new Map([...paths].map((path) => [path, nearestLine(path, found)]));

  function note(path: string, at: number): void {
    if (wanted.has(path)) found.set(path, at);
  }
}

/** A path, and what is around it, from the innermost. */
function prefixes(path: string): string[] {
  const all: string[] = [];
  for (let end = path.length; end > 0; end = Math.max(path.lastIndexOf('.', end - 1), path.lastIndexOf('[', end - 1))) {
    all.push(path.slice(0, end));
  }
  return all;
}

function nearestLine(path: string, found: ReadonlyMap<string, number>): number {
  for (const part of prefixes(path)) {
    const line = found.get(part);
    if (line !== undefined) return line;
  }
  return 1;
}
