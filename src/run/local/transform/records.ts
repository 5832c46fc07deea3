import { NEWLINE, type Pieces, fromByteText, toByteText, view } from './pieces.ts';

/** Lines of bytes as texts, without what ends them. */
export interface Lines {
  readonly records: readonly string[];
  /** Whether the last one has its newline. */
  readonly areEnded: boolean;
}

/** Lines that are taken a number at a time. */
export interface LineCursor {
  /** How many are at hand; 0 at the end. */
  readonly peek: () => number;
  readonly take: (number: number) => readonly string[];
}

/** So few that their texts are gone again before the garbage collector has had to move them. */
const CHUNK = 64 * 1024;

/** The lines of bytes, all at once. */
export function linesOf(pieces: Pieces): Lines {
  const text = toByteText(pieces);
  const records = text.split('\n');
  const areEnded = records.at(-1) === '';
  if (areEnded) records.pop();
  return { records: text.includes('\r') ? records.map(withoutReturn) : records, areEnded };
}

/** The lines of bytes, a chunk at a time. */
export function* chunksOfLines(pieces: Pieces): Generator<Lines, void, undefined> {
  let open: Uint8Array[] = [];
  for (const piece of pieces) {
    const bytes = view(piece);
    for (let at = 0; at < bytes.length;) {
      const near = bytes.subarray(at, at + CHUNK).lastIndexOf(NEWLINE);
      const cut = near < 0 ? bytes.indexOf(NEWLINE, at + CHUNK) : at + near;
      if (cut < 0) {
        open.push(bytes.subarray(at));
        break;
      }
      yield linesOf([...open, bytes.subarray(at, cut + 1)]);
      open = [];
      at = cut + 1;
    }
  }
  if (open.length > 0) yield linesOf(open);
}

/** The lines of a stream, as many at a time as a piece of it brings. */
export async function* streamLines(source: AsyncIterable<Uint8Array>): AsyncGenerator<Lines, void, undefined> {
  let open: Uint8Array[] = [];
  for await (const piece of source) {
    const cut = piece.lastIndexOf(NEWLINE) + 1;
    if (cut === 0) {
      open.push(piece);
      continue;
    }
    yield* chunksOfLines([...open, piece.subarray(0, cut)]);
    open = cut === piece.length ? [] : [piece.subarray(cut)];
  }
  if (open.length > 0) yield linesOf(open);
}

/** A cursor over bytes. */
export function cursorOf(pieces: Pieces): LineCursor {
  const chunks = chunksOfLines(pieces);
  let records: readonly string[] = [];
  return {
    peek: () => {
      while (records.length === 0) {
        const next = chunks.next();
        if (next.done === true) return 0;
        records = next.value.records;
      }
      return records.length;
    },
    take: (number) => {
      const taken = number === records.length ? records : records.slice(0, number);
      records = number === records.length ? [] : records.slice(number);
      return taken;
    },
  };
}

/** Texts as lines of bytes. */
export function bytesOf(records: readonly string[], isEnded = true): Uint8Array {
  return fromByteText(records.length === 0 ? '' : `${records.join('\n')}${isEnded ? '\n' : ''}`);
}

function withoutReturn(record: string): string {
  return record.endsWith('\r') ? record.slice(0, -1) : record;
}
