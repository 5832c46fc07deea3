/** Bytes in the pieces they came in: what is only passed on is never copied together. */
export type Pieces = readonly Uint8Array[];

export const NEWLINE = 10;

export function lengthOf(pieces: Pieces): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0);
}

export function endsWithNewline(pieces: Pieces): boolean {
  const last = pieces.findLast((piece) => piece.length > 0);
  return last !== undefined && last[last.length - 1] === NEWLINE;
}

/**
 * Bytes as text in which every byte is one character, so that any bytes come back as they were: what is looked for in
 * records (commas, quotes, brackets) is ASCII, and no byte of a longer UTF-8 character is.
 */
export function toByteText(pieces: Pieces): string {
  const [only] = pieces;
  const buffer = pieces.length === 1 && only !== undefined ? view(only) : Buffer.concat(pieces);
  return buffer.toString('latin1');
}

export function fromByteText(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

/** A text for a reader: cut short, and its bytes read as UTF-8. */
export function toWords(pieces: Pieces, bytesAtMost = 2000): string {
  const whole: Buffer = Buffer.concat(pieces, Math.min(lengthOf(pieces), bytesAtMost));
  const cut = lengthOf(pieces) > bytesAtMost ? ' …' : '';
  return `${whole.toString('utf8').trim()}${cut}`;
}

export function view(piece: Uint8Array): Buffer {
  return Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
}
