/** What a tar header says of a file. */
export interface TarEntry {
  readonly name: string;
  readonly mode: number;
  readonly size: number;
}

const BLOCK = 512;
const NAME_LENGTH = 100;
// Eleven octal digits are all that USTAR has room for: 8 GiB.
const SIZE_LIMIT = 8 ** 11;

/** The bytes before a file's content: a USTAR header, and before it a PAX one where USTAR cannot say it. */
export function tarHeader(entry: TarEntry): Buffer {
  const records: string[] = [];
  if (!fitsUstar(entry.name)) records.push(paxRecord('path', entry.name));
  if (entry.size >= SIZE_LIMIT) records.push(paxRecord('size', String(entry.size)));
  if (records.length === 0) return ustarHeader(entry.name, entry.mode, entry.size, '0');
  const body = Buffer.from(records.join(''));
  return Buffer.concat([
    ustarHeader('PaxHeader', 0o644, body.length, 'x'),
    body,
    tarPadding(body.length),
    ustarHeader(plainName(entry.name), entry.mode, entry.size < SIZE_LIMIT ? entry.size : 0, '0'),
  ]);
}

/** The zeros after content of this size, up to the next block. */
export function tarPadding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}

/** The end of an archive. */
export function tarEnd(): Buffer {
  return Buffer.alloc(2 * BLOCK);
}

/** How many bytes an archive of these files has. */
export function tarSize(entries: readonly TarEntry[]): number {
  const sizes = entries.map((entry) => tarHeader(entry).length + entry.size + tarPadding(entry.size).length);
  return sizes.reduce((sum, size) => sum + size, tarEnd().length);
}

/** USTAR says nothing of encodings, so that every name outside ASCII needs PAX, which is UTF-8. */
function fitsUstar(name: string): boolean {
  return name.length <= NAME_LENGTH && plainName(name) === name;
}

/** For the field that a reader of PAX passes over. */
function plainName(name: string): string {
  return name.replace(/[\u0080-\uffff]/g, '_').slice(0, NAME_LENGTH);
}

/** `<length> <key>=<value>\n`, where the length counts its own digits too. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const bytes = Buffer.byteLength(rest);
  let length = bytes + String(bytes).length;
  if (String(length).length > String(bytes).length) length += 1;
  return `${length}${rest}`;
}

/** A header without a time, an owner or an owner's name: nothing of the machine it was written on. */
function ustarHeader(name: string, mode: number, size: number, type: '0' | 'x'): Buffer {
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0, NAME_LENGTH, 'latin1');
  header.write(octal(mode, 7), 100, 'latin1');
  header.write(octal(0, 7), 108, 'latin1');
  header.write(octal(0, 7), 116, 'latin1');
  header.write(octal(size, 11), 124, 'latin1');
  header.write(octal(0, 11), 136, 'latin1');
  header.write(type, 156, 'latin1');
  header.write('ustar\u000000', 257, 'latin1');
  header.write(octal(0, 7), 329, 'latin1');
  header.write(octal(0, 7), 337, 'latin1');
  // The sum is taken with its own field as eight spaces, and written as six digits, a zero byte and a space.
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${octal(sum, 6)}\u0000`, 148, 'latin1');
  return header;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}
