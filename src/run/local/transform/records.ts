import { type Pieces, fromByteText, toByteText } from './pieces.ts';

/** Lines of bytes as texts, without what ends them. */
export interface Lines {
  readonly records: readonly string[];
  /** Whether the last one has its newline. */
  readonly areEnded: boolean;
}

/** The lines of a text of bytes. */
export function linesOf(pieces: Pieces): Lines {
  const records = split(toByteText(pieces));
  const areEnded = records.at(-1) === '';
  if (areEnded) records.pop();
  return { records: records.length > 0 && hasReturns(records) ? records.map(withoutReturn) : records, areEnded };
}

/** Texts as lines of bytes. */
export function bytesOf(records: readonly string[], isEnded = true): Uint8Array {
  return fromByteText(records.length === 0 ? '' : `${records.join('\n')}${isEnded ? '\n' : ''}`);
}

/** The lines of a stream, as many at a time as a piece of it brings. */
export async function* streamLines(source: AsyncIterable<Uint8Array>): AsyncGenerator<Lines, void, undefined> {
  let open: Uint8Array[] = [];
  for await (const piece of source) {
    const cut = piece.lastIndexOf(10) + 1;
    if (cut === 0) {
      open.push(piece);
      continue;
    }
    yield linesOf([...open, piece.subarray(0, cut)]);
    open = cut === piece.length ? [] : [piece.subarray(cut)];
  }
  if (open.length > 0) yield linesOf(open);
}

function split(text: string): string[] {
  return text === '' ? [''] : text.split('\n');
}

function hasReturns(records: readonly string[]): boolean {
  return records.some((record) => record.endsWith('\r'));
}

function withoutReturn(record: string): string {
  return record.endsWith('\r') ? record.slice(0, -1) : record;
}
