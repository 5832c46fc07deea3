import { RecordFault } from './fault.ts';

/**
 * JSON in which everything keeps its own text: `1.0` stays `1.0`, and a number of thirty digits loses none. A scalar is its
 * text. An object's members are by their names as JSON writes them between the quotes.
 */
export type JsonText = string | JsonText[] | Map<string, JsonText>;

// Deeper than any record; a parser that calls itself must stop somewhere.
const DEPTH = 500;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const WORDS = ['true', 'false', 'null'];

/** Reads one JSON value; the text is one of bytes (see `toByteText`). */
export function readJson(text: string): JsonText {
  let at = 0;

  const space = (): void => {
    for (let code = text.charCodeAt(at); code === 32 || code === 10 || code === 13 || code === 9;) {
      code = text.charCodeAt(++at);
    }
  };
  const unexpected = (): RecordFault => {
    const found = at < text.length ? `${quote(text.slice(at, at + 20))} at character ${at + 1}` : 'it ends too early';
    const what = text.trim() === '' ? 'it is empty' : found;
    return new RecordFault('not-json', `not JSON: ${what}`);
  };
  const string = (): string => {
    const begin = at++;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === 34) break;
      // Control characters are not allowed within strings, and at the end there is NaN.
      if (!(code >= 32)) throw unexpected();
      if (code === 92) {
        ESCAPE.lastIndex = at;
        if (!ESCAPE.test(text)) throw unexpected();
        at = ESCAPE.lastIndex;
      } else at++;
    }
    return text.slice(begin, ++at);
  };
  const scalar = (): string => {
    NUMBER.lastIndex = at;
    const begin = at;
    if (NUMBER.test(text)) at = NUMBER.lastIndex;
    else {
      const word = WORDS.find((candidate) => text.startsWith(candidate, at));
      if (word === undefined) throw unexpected();
      at += word.length;
    }
    return text.slice(begin, at);
  };
  const list = (depth: number): JsonText[] => {
    const elements: JsonText[] = [];
    at++;
    space();
    if (text.charCodeAt(at) === 93) return (at++, elements);
    for (;;) {
      elements.push(value(depth));
      const code = text.charCodeAt(at++);
      if (code === 93) return elements;
      if (code !== 44) throw (at--, unexpected());
    }
  };
  const object = (depth: number): Map<string, JsonText> => {
    const members = new Map<string, JsonText>();
    at++;
    space();
    if (text.charCodeAt(at) === 125) return (at++, members);
    for (;;) {
      space();
      if (text.charCodeAt(at) !== 34) throw unexpected();
      const name = canonical(string().slice(1, -1));
      space();
      if (text.charCodeAt(at) !== 58) throw unexpected();
      at++;
      members.set(name, value(depth));
      const code = text.charCodeAt(at++);
      if (code === 125) return members;
      if (code !== 44) throw (at--, unexpected());
    }
  };
  const value = (depth: number): JsonText => {
    if (depth > DEPTH) throw new RecordFault('not-json', `JSON that is more than ${DEPTH} levels deep`);
    space();
    const code = text.charCodeAt(at);
    const found = code === 123 ? object(depth + 1) : code === 91 ? list(depth + 1) : code === 34 ? string() : scalar();
    space();
    return found;
  };

  const whole = value(0);
  if (at < text.length) throw unexpected();
  return whole;
}

/** JSON as AWS writes what it has joined: members in the order of their names, no spaces. */
export function writeJson(node: JsonText): string {
  if (typeof node === 'string') return node;
  if (Array.isArray(node)) {
    // Most lists are of numbers, and have nothing to be put in order.
    return `[${node.every((element) => typeof element === 'string') ? node.join(',') : node.map(writeJson).join(',')}]`;
  }
  const names = [...node.keys()].toSorted();
  return `{${names.map((name) => `"${name}":${writeJson(node.get(name)!)}`).join(',')}}`;
}

/** A name that is written in two ways is one name. */
function canonical(name: string): string {
  if (!name.includes('\\')) return name;
  const decoded = JSON.parse(`"${Buffer.from(name, 'latin1').toString('utf8')}"`) as string;
  return Buffer.from(JSON.stringify(decoded).slice(1, -1), 'utf8').toString('latin1');
}

function quote(bytes: string): string {
  return JSON.stringify(Buffer.from(bytes, 'latin1').toString('utf8'));
}
