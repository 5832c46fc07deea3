import type { Json } from '../definition/document.ts';

/** A literal, or where and why the text is none. */
type ParsedLiteral =
  | { readonly value: Json }
  | { readonly fault: { readonly message: string; readonly line: number; readonly column: number } };

const DEPTH = 200;
const WORDS: Readonly<Record<string, boolean | null>> = {
  true: true,
  True: true,
  false: false,
  False: false,
  null: null,
  None: null,
};
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  '\\': '\\',
  '/': '/',
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '0': '\0',
};
const HEX_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };
const NUMBER = /[+-]?(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const WORD = /[\p{L}_][\p{L}\p{N}_]*/uy;

class Fault extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/**
 * Reads a value written as JSON or as Python writes it: quotes of either kind, `True`, `None`, tuples, a comma at the end.
 *
 * @example parseLiteral("{'stage': 'prod', 'retrain': True}")
 */
export function parseLiteral(text: string): ParsedLiteral {
  try {
    return { value: readWhole(text) };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const before = text.slice(0, error.offset).split('\n');
    return { fault: { message: error.message, line: before.length, column: before.at(-1)!.length + 1 } };
  }
}

/** Whether a whole number is the same after it was a double, or was printed from one. */
function isKept(digits: string, value: number): boolean {
  return BigInt(value) === BigInt(digits) || String(value) === digits;
}

function readWhole(text: string): Json {
  let at = 0;
  let depth = 0;

  const whole = readValue();
  skipSpace();
  if (at < text.length) throw unexpected('the end');
  return whole;

  function readValue(): Json {
    skipSpace();
    const next = text[at];
    switch (next) {
      case '{':
        return readNested(() => readObject());
      case '[':
        return readNested(() => readList(']').elements);
      case '(':
        return readNested(() => readTuple());
      case '"':
      case "'":
        return readString();
      default:
        return readNumberOrWord();
    }
  }

  function readNested(read: () => Json): Json {
    if (++depth > DEPTH) throw new Fault(`nested more than ${DEPTH} deep`, at);
    at++;
    const value = read();
    depth--;
    return value;
  }

  function readObject(): Json {
    const members = new Map<string, Json>();
    for (;;) {
      skipSpace();
      if (take('}')) return Object.fromEntries(members);
      const start = at;
      if (text[start] !== '"' && text[start] !== "'") throw unexpected('a key in quotes or }');
      const key = readString();
      if (members.has(key)) throw new Fault(`the key ${JSON.stringify(key)} is given twice`, start);
      skipSpace();
      if (!take(':')) throw unexpected('a colon after the key');
      members.set(key, readValue());
      skipSpace();
      if (!take(',') && text[at] !== '}') throw unexpected('a comma or }');
    }
  }

  function readList(end: ']' | ')'): { elements: Json[]; commas: number } {
    const elements: Json[] = [];
    let commas = 0;
    for (;;) {
      skipSpace();
      if (take(end)) return { elements, commas };
      elements.push(readValue());
      skipSpace();
      if (take(',')) commas++;
      else if (text[at] !== end) throw unexpected(`a comma or ${end}`);
    }
  }

  // In Python it is the comma that makes a tuple: `(1)` is the number.
  function readTuple(): Json {
    const { elements, commas } = readList(')');
    return elements.length === 1 && commas === 0 ? elements[0]! : elements;
  }

  function readString(): string {
    const start = at;
    const quote = text[at++];
    let value = '';
    for (;;) {
      const next = text[at];
      if (next === undefined || next === '\n') throw new Fault('this text has no closing quote', start);
      at++;
      if (next === quote) return value;
      value += next === '\\' ? readEscape() : next;
    }
  }

  function readEscape(): string {
    const start = at - 1;
    const kind = text[at++] ?? '';
    const digits = HEX_DIGITS[kind];
    if (digits === undefined) {
      const meant = ESCAPES[kind];
      if (meant === undefined) throw new Fault(`the escape \\${kind} means nothing`, start);
      return meant;
    }
    const hex = text.slice(at, at + digits);
    const code = Number.parseInt(hex, 16);
    if (hex.length < digits || !/^[\da-fA-F]+$/.test(hex) || code > 0x10ffff) {
      throw new Fault(`\\${kind} wants ${digits} hexadecimal digits of a character`, start);
    }
    at += digits;
    return digits === 4 ? String.fromCharCode(code) : String.fromCodePoint(code);
  }

  function readNumberOrWord(): Json {
    const start = at;
    const number = match(NUMBER);
    if (number !== undefined) {
      if (/[\w.]/.test(text[at] ?? '')) throw new Fault('this is no number', start);
      const digits = number.replaceAll('_', '');
      const value = Number(digits);
      const isInteger = /^[+-]?\d+$/.test(digits);
      if (!Number.isFinite(value) || (isInteger && !isKept(digits, value))) {
        throw new Fault(`the number ${number} cannot be kept exactly; put it in quotes`, start);
      }
      return value;
    }
    const word = match(WORD);
    if (word === undefined) throw unexpected('a value');
    if (Object.hasOwn(WORDS, word)) return WORDS[word]!;
    throw new Fault(`${word} is no value; a text stands in quotes`, start);
  }

  function match(pattern: RegExp): string | undefined {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    at += found?.length ?? 0;
    return found;
  }

  function skipSpace(): void {
    while (/\s/.test(text[at] ?? '')) at++;
  }

  function take(character: string): boolean {
    if (text[at] !== character) return false;
    at++;
    return true;
  }

  function unexpected(wanted: string): Fault {
    const next = text[at];
    return new Fault(`expected ${wanted}, found ${next === undefined ? 'the end' : next}`, at);
  }
}
