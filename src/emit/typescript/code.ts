/** A piece of TypeScript that knows how to be laid out. `flat` is it on one line; undefined where it cannot be. */
export type Code =
  | { readonly kind: 'text'; readonly flat: string; readonly breaksBefore: boolean }
  | { readonly kind: 'object'; readonly flat: string | undefined; readonly entries: readonly Entry[] }
  | { readonly kind: 'list'; readonly flat: string | undefined; readonly elements: readonly Element[] }
  | {
      readonly kind: 'call';
      readonly flat: string | undefined;
      readonly callee: string;
      readonly operands: readonly Code[];
    };

/** A member of an object literal; without a key its value is spread. */
export interface Entry {
  readonly key: string | undefined;
  readonly value: Code;
  readonly comment?: string | undefined;
}

/** An element of a list. */
export interface Element {
  readonly value: Code;
  readonly comment?: string | undefined;
}

/** The width that this project's own formatter is set to. */
const WIDTH = 120;

/** Text that is never broken: a name, a path of members, a template literal. */
export function text(flat: string): Code {
  return { kind: 'text', flat, breaksBefore: false };
}

/** A literal for a text, in the quotes that need less escaping. */
export function stringLiteral(value: string): Code {
  return { kind: 'text', flat: quote(value), breaksBefore: true };
}

/** A path of members that may go to a line of its own; one that ends in a call with a long text is broken there. */
export function memberPath(flat: string): Code {
  const [, callee, operand] = /^(.*)\(('.*'|".*")\)$/s.exec(flat) ?? [];
  if (callee !== undefined && operand!.length > WIDTH / 4) return call(callee, [text(operand!)]);
  return { kind: 'text', flat, breaksBefore: true };
}

/** An object literal. */
export function object(entries: readonly Entry[]): Code {
  const isPlain = entries.every(({ comment }) => comment === undefined);
  const flat = isPlain ? joinFlat(entries, flatEntry, '{ ', ' }') : undefined;
  return { kind: 'object', flat: entries.length === 0 ? '{}' : flat, entries };
}

/** A list literal. */
export function list(elements: readonly Element[]): Code {
  const isPlain = elements.every(({ comment }) => comment === undefined) && !isMatrix(elements);
  const flat = isPlain ? joinFlat(elements, ({ value }) => value.flat, '[', ']') : undefined;
  return { kind: 'list', flat, elements };
}

/** A call of a function. */
export function call(callee: string, operands: readonly Code[]): Code {
  return { kind: 'call', callee, operands, flat: joinFlat(operands, ({ flat }) => flat, `${callee}(`, ')') };
}

/** A member's name as it stands in an object literal. */
export function memberName(name: string): string {
  // Written plainly, this one would set the prototype.
  if (name === '__proto__') return "['__proto__']";
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quote(name);
}

/** A text between quotes, as a formatter chooses them. */
export function quote(value: string): string {
  const inner = JSON.stringify(value)
    .slice(1, -1)
    .replaceAll('\\"', '"')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
  const [singles, doubles] = [value.split("'").length, value.split('"').length];
  return singles > doubles ? `"${inner.replaceAll('"', '\\"')}"` : `'${inner.replaceAll("'", "\\'")}'`;
}

/** The code of a statement: what stands before it, the code, a semicolon. */
export function statement(before: string, code: Code): string {
  const flat = flatAt(code, before.length, 1);
  if (flat === undefined && code.kind === 'text' && code.breaksBefore) return `${before.trimEnd()}\n  ${code.flat};\n`;
  return `${before}${lay(code, 0, before.length, 1)};\n`;
}

/** Lines of a comment, each within the width. */
export function commentLines(comment: string, indent: number): string {
  const lines: string[] = [];
  const lead = `${' '.repeat(indent)}//`;
  let line = lead;
  // Whatever ends a line would end the comment.
  for (const word of comment.split(/[\s\u2028\u2029]+/)) {
    if (line !== lead && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = lead;
    }
    line += ` ${word}`;
  }
  return `${[...lines, line].join('\n')}\n`;
}

function joinFlat<T>(
  parts: readonly T[],
  flatOf: (part: T) => string | undefined,
  open: string,
  close: string,
): string | undefined {
  const flats: string[] = [];
  let length = open.length + close.length;
  for (const part of parts) {
    const flat = flatOf(part);
    if (flat === undefined || (length += flat.length + 2) > WIDTH + 4) return undefined;
    flats.push(flat);
  }
  return `${open}${flats.join(', ')}${close}`;
}

function flatEntry({ key, value }: Entry): string | undefined {
  if (value.flat === undefined) return undefined;
  if (key === undefined) return `...${value.flat}`;
  return isShorthand(key, value) ? key : `${key}: ${value.flat}`;
}

/** `{ InstanceType }`: the member has the name of the constant. */
function isShorthand(key: string, { flat }: Code): boolean {
  return key === flat && /^[A-Za-z_$][\w$]*$/.test(key) && !['null', 'true', 'false'].includes(key);
}

// The formatter breaks a list of several objects, or of several lists, even where it would fit.
function isMatrix(elements: readonly Element[]): boolean {
  if (elements.length < 2) return false;
  const sizes = (kind: 'object' | 'list'): boolean =>
    elements.every(({ value }) => value.kind === kind && sizeOf(value) > 1);
  return sizes('object') || sizes('list');
}

function sizeOf(code: Code): number {
  if (code.kind === 'object') return code.entries.length;
  return code.kind === 'list' ? code.elements.length : 0;
}

function flatAt(code: Code, column: number, behind: number): string | undefined {
  const { flat } = code;
  return flat !== undefined && column + flat.length + behind <= WIDTH ? flat : undefined;
}

/** The code from a column on, with so many letters behind it on its last line. */
function lay(code: Code, indent: number, column: number, behind: number): string {
  const flat = flatAt(code, column, behind);
  if (flat !== undefined || code.kind === 'text') return flat ?? code.flat!;
  switch (code.kind) {
    case 'object':
      return layObject(code.entries, indent);
    case 'list':
      return layList(code.elements, indent);
    case 'call':
      return layCall(code.callee, code.operands, indent, column);
  }
}

function layObject(entries: readonly Entry[], indent: number): string {
  const inner = indent + 2;
  const lines = entries.map(({ key, value, comment }) => {
    const above = comment === undefined ? '' : commentLines(comment, inner);
    return `${above}${' '.repeat(inner)}${layEntry(key, value, inner)},\n`;
  });
  return `{\n${lines.join('')}${' '.repeat(indent)}}`;
}

function layEntry(key: string | undefined, value: Code, indent: number): string {
  if (key === undefined) return `...${lay(value, indent, indent + 3, 1)}`;
  if (isShorthand(key, value)) return key;
  const column = indent + key.length + 2;
  const flat = flatAt(value, column, 1);
  if (flat === undefined && value.kind === 'text' && value.breaksBefore && key.length > 4) {
    return `${key}:\n${' '.repeat(indent + 2)}${value.flat}`;
  }
  return `${key}: ${lay(value, indent, column, 1)}`;
}

function layList(elements: readonly Element[], indent: number): string {
  const inner = indent + 2;
  const margin = ' '.repeat(inner);
  if (elements.length > 1 && elements.every(isNumber)) return fill(elements, indent);
  const lines = elements.map(({ value, comment }) => {
    const above = comment === undefined ? '' : commentLines(comment, inner);
    return `${above}${margin}${lay(value, inner, inner, 1)},\n`;
  });
  return `[\n${lines.join('')}${' '.repeat(indent)}]`;
}

function isNumber({ value }: Element): boolean {
  return value.kind === 'text' && /^-?\d/.test(value.flat);
}

/** Numbers, as many on a line as there is room for. */
function fill(elements: readonly Element[], indent: number): string {
  const margin = ' '.repeat(indent + 2);
  const lines: string[] = [];
  let line = margin;
  for (const { value } of elements) {
    const more = `${line === margin ? '' : ' '}${value.flat!},`;
    if (line !== margin && line.length + more.length > WIDTH) {
      lines.push(line);
      line = `${margin}${value.flat!},`;
    } else {
      line += more;
    }
  }
  return `[\n${[...lines, line].join('\n')}\n${' '.repeat(indent)}]`;
}

function layCall(callee: string, operands: readonly Code[], indent: number, column: number): string {
  const last = operands.at(-1);
  const first = operands.slice(0, -1);
  const lead = first.map(({ flat }) => flat);
  if (last !== undefined && canHug(last, first.at(-1)) && lead.every((flat) => flat !== undefined)) {
    const head = `${callee}(${lead.map((flat) => `${flat}, `).join('')}`;
    if (column + head.length + 1 <= WIDTH) return `${head}${layBroken(last, indent)})`;
  }
  const margin = ' '.repeat(indent + 2);
  const lines = operands.map((operand) => `${margin}${lay(operand, indent + 2, indent + 2, 1)},\n`);
  return `${callee}(\n${lines.join('')}${' '.repeat(indent)})`;
}

/** The formatter lets the last operand begin on the call's line when it is a literal of another kind than the one before. */
function canHug(last: Code, before: Code | undefined): boolean {
  return (last.kind === 'object' || last.kind === 'list') && sizeOf(last) > 0 && last.kind !== before?.kind;
}

function layBroken(code: Code, indent: number): string {
  return code.kind === 'object'
    ? layObject(code.entries, indent)
    : layList(code.kind === 'list' ? code.elements : [], indent);
}
