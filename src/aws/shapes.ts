import { SHAPES } from './generated/shapes.ts';

/** The least and the most of a number's value, a text's length or a list's size; undefined where AWS sets no bound. */
export interface Range {
  readonly least: number | undefined;
  readonly most: number | undefined;
}

/** What AWS's API says of a value. */
export type Shape = { readonly name: string } & (
  | { readonly kind: 'structure'; readonly isUnion: boolean; readonly members: ReadonlyMap<string, Member> }
  | { readonly kind: 'list'; readonly element: string; readonly size: Range }
  | { readonly kind: 'map'; readonly key: string; readonly value: string; readonly size: Range }
  | { readonly kind: 'text'; readonly length: Range; readonly pattern: Pattern | undefined }
  | { readonly kind: 'enum'; readonly values: Values }
  | { readonly kind: 'integer' | 'float'; readonly range: Range }
  | { readonly kind: 'boolean' | 'time' }
);

/** What a text has to look like as a whole. */
interface Pattern {
  readonly source: string;
  test(text: string): boolean;
}

/** The texts that an enumeration has. */
export interface Values extends Iterable<string> {
  has(text: string): boolean;
}

/** A member of a structure: the name of its shape, and whether a request needs it. */
export interface Member {
  readonly shape: string;
  readonly required: boolean;
}

// A pipeline uses a few dozen of the thousand shapes: the lines are found at the first question, and each is read when
// it is asked for.
let lines: ReadonlyMap<string, string> | undefined;
const read = new Map<string, Shape>();

/** A shape by its name in AWS's API model; those of other services than SageMaker begin with the service's: `emr.Step`. */
export function shapeOf(name: string): Shape {
  let shape = read.get(name);
  if (shape === undefined) {
    lines ??= new Map(SHAPES.split('\n').map((line) => [line.slice(0, line.indexOf(' ')), line]));
    const line = lines.get(name);
    if (line === undefined) throw new Error(`there is no shape ${name}`);
    read.set(name, (shape = readShape(line)));
  }
  return shape;
}

/** The names of all shapes. */
export function shapeNames(): string[] {
  return SHAPES.split('\n').flatMap((line) => (line === '' ? [] : [line.slice(0, line.indexOf(' '))]));
}

// NAME S member!:shape … (! required; the shape is left out when it has the member's name), U for a union,
// NAME L element least most, NAME M key value least most, NAME T least most pattern, NAME E one|two, NAME I least most,
// NAME F least most, NAME B, NAME D; a bound that is not set is -.
function readShape(line: string): Shape {
  const [name = '', kind, ...words] = line.split(' ');
  switch (kind) {
    case 'S':
    case 'U':
      return { name, kind: 'structure', isUnion: kind === 'U', members: new Map(words.map(readMember)) };
    case 'L':
      return { name, kind: 'list', element: words[0]!, size: range(words[1], words[2]) };
    case 'M':
      return { name, kind: 'map', key: words[0]!, value: words[1]!, size: range(words[2], words[3]) };
    case 'T': {
      const length = range(words[0], words[1]);
      return {
        name,
        kind: 'text',
        length,
        pattern: words.length < 3 ? undefined : patternOf(words.slice(2).join(' ')),
      };
    }
    case 'E':
      return { name, kind: 'enum', values: valuesOf(words.join(' ')) };
    case 'I':
      return { name, kind: 'integer', range: range(words[0], words[1]) };
    case 'F':
      return { name, kind: 'float', range: range(words[0], words[1]) };
    case 'B':
      return { name, kind: 'boolean' };
    case 'D':
      return { name, kind: 'time' };
    default:
      throw new Error(`the shape ${name} is of no kind`);
  }
}

const LINE_BREAK = /[\n\r\u2028\u2029]/;

// Made when a text is held against it: a process that checks one pipeline needs a dozen of the two hundred.
function patternOf(source: string): Pattern {
  if (source === '.*') return { source, test: (text) => !LINE_BREAK.test(text) };
  let made: RegExp | undefined;
  return { source, test: (text) => (made ??= new RegExp(`^(?:${source})$`, 'u')).test(text) };
}

function valuesOf(line: string): Values {
  const bounded = `|${line}|`;
  return {
    has: (text) => !text.includes('|') && bounded.includes(`|${text}|`),
    [Symbol.iterator]: () => line.split('|')[Symbol.iterator](),
  };
}

function readMember(word: string): [string, Member] {
  const [spelt = '', shape] = word.split(':');
  const required = spelt.endsWith('!');
  const member = required ? spelt.slice(0, -1) : spelt;
  return [member, { shape: shape ?? member, required }];
}

function range(least: string | undefined, most: string | undefined): Range {
  return { least: bound(least), most: bound(most) };
}

function bound(text: string | undefined): number | undefined {
  return text === undefined || text === '-' ? undefined : Number(text);
}
