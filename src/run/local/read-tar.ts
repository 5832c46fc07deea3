/** One entry of a tar archive. */
export interface TarEntry {
  readonly name: string;
  readonly type: 'file' | 'folder' | 'symlink' | 'hardlink' | 'other';
  readonly mode: number;
  readonly size: number;
  /** Of a link: what it leads to. */
  readonly target: string;
  /** Its bytes, once, before the next entry is asked for. */
  readonly content: () => AsyncIterable<Uint8Array>;
}

const BLOCK = 512;
const TYPES: Readonly<Record<string, TarEntry['type']>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  '5': 'folder',
  '1': 'hardlink',
  '2': 'symlink',
};
/** What comes before an entry and says more of it is text, and small. */
const TEXT_LIMIT = 1 << 20;

/** The entries of a tar archive in their order: USTAR, with the extensions of PAX and GNU for long names and sizes. */
export async function* readTar(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry> {
  const input = blocks(source);
  let more: Record<string, string> = {};
  for (;;) {
    const header = await input.take(BLOCK);
    if (header.length === 0) return;
    if (header.length < BLOCK) throw new Error('it ends in the middle of a header');
    if (header.every((byte) => byte === 0)) return;
    if (!isSound(header)) throw new Error('its headers are not those of a tar archive');
    const type = String.fromCharCode(header[156]!);
    const declared = numberIn(header, 124, 12);
    if (type === 'x' || type === 'g' || type === 'L' || type === 'K') {
      if (declared > TEXT_LIMIT) throw new Error('the name of an entry is longer than names are');
      const text = await input.take(declared);
      await input.skip(padding(declared));
      if (type === 'L') more['path'] = textIn(text, 0, text.length);
      else if (type === 'K') more['linkpath'] = textIn(text, 0, text.length);
      else if (type === 'x') more = { ...more, ...paxRecords(text) };
      continue;
    }
    // Its bytes are pieces of the file, and where they belong is said in a way of GNU's own.
    const isSparse = type === 'S' || Object.keys(more).some((name) => name.startsWith('GNU.sparse.'));
    if (isSparse)
      throw new Error(`${more['GNU.sparse.name'] ?? nameIn(header)} is stored as a sparse file (tar --sparse)`);
    const kind = TYPES[type] ?? 'other';
    const size = kind === 'file' || kind === 'other' ? Number(more['size'] ?? declared) : 0;
    let left = size;
    yield {
      name: more['path'] ?? nameIn(header),
      type: kind,
      mode: numberIn(header, 100, 8),
      size,
      target: more['linkpath'] ?? textIn(header, 157, 100),
      async *content() {
        while (left > 0) {
          const piece = await input.some(left);
          if (piece.length === 0) throw new Error('it ends in the middle of a file');
          left -= piece.length;
          yield piece;
        }
      },
    };
    await input.skip(left + padding(size));
    more = {};
  }
}

function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

/** The sum of a header is taken with its own field as eight spaces. */
function isSound(header: Uint8Array): boolean {
  const sum = header.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
  return sum === numberIn(header, 148, 8);
}

function nameIn(header: Uint8Array): string {
  const prefix = textIn(header, 257, 5) === 'ustar' && header[262] === 0 ? textIn(header, 345, 155) : '';
  const name = textIn(header, 0, 100);
  return prefix === '' ? name : `${prefix}/${name}`;
}

function textIn(bytes: Uint8Array, start: number, length: number): string {
  const field = bytes.subarray(start, start + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

/** Octal digits; GNU writes what is too large for them in binary, with the first bit set. */
function numberIn(header: Uint8Array, start: number, length: number): number {
  if ((header[start]! & 0x80) !== 0) {
    return header
      .subarray(start + 1, start + length)
      .reduce((total, byte) => total * 256 + byte, header[start]! & 0x7f);
  }
  const digits = textIn(header, start, length).trim();
  return digits === '' ? 0 : Number.parseInt(digits, 8);
}

function paxRecords(bytes: Uint8Array): Record<string, string> {
  const records: Record<string, string> = {};
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(32, at);
    const length = Number(new TextDecoder().decode(bytes.subarray(at, space)));
    if (space < 0 || !Number.isSafeInteger(length) || length < 1) break;
    const record = new TextDecoder().decode(bytes.subarray(space + 1, at + length - 1));
    const equals = record.indexOf('=');
    records[record.slice(0, equals)] = record.slice(equals + 1);
    at += length;
  }
  return records;
}

interface Blocks {
  /** So many bytes; fewer at the end. */
  readonly take: (length: number) => Promise<Uint8Array>;
  /** What there is next of so many bytes; nothing at the end. */
  readonly some: (most: number) => Promise<Uint8Array>;
  readonly skip: (length: number) => Promise<void>;
}

function blocks(source: AsyncIterable<Uint8Array>): Blocks {
  const iterator = source[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array();
  const some = async (most: number): Promise<Uint8Array> => {
    while (rest.length === 0) {
      const { done, value } = await iterator.next();
      if (done === true) return rest;
      rest = value;
    }
    const piece = rest.subarray(0, most);
    rest = rest.subarray(piece.length);
    return piece;
  };
  const take = async (length: number): Promise<Uint8Array> => {
    const pieces: Uint8Array[] = [];
    for (let left = length; left > 0;) {
      const piece = await some(left);
      if (piece.length === 0) break;
      pieces.push(piece);
      left -= piece.length;
    }
    return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
  };
  return {
    some,
    take,
    skip: async (length) => {
      for (let left = length; left > 0;) {
        const piece = await some(left);
        if (piece.length === 0) return;
        left -= piece.length;
      }
    },
  };
}
