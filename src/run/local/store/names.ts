/**
 * How a key is written as a path, so that every key has a path and two keys never have the same one:
 *
 * - `data/train.csv` is just that; only what a disk cannot hold is written differently, with `%`, which is itself `%25`.
 * - Nothing between or after slashes is a name too: `a//b` is `a/%empty/b`, and `a/` is `a/%empty`.
 * - An object `a` beside objects `a/…` is `a%object`: a disk has no file and folder of one name.
 * - A part of more than 200 bytes goes on in a folder: `<200 bytes>%more/<the rest>`.
 * - Control characters are `%` and two hexadecimal digits.
 */

const EMPTY = '%empty';
const MORE = '%more';
/** What the name of an object has at its end where a folder has taken its name. */
export const OBJECT = '%object';
const PART_BYTES = 200;
// eslint-disable-next-line no-control-regex
const UNSAFE = /[%\u0000-\u001F\u007F]/g;

/** The names of a key's folders and of its file. */
export function namesOf(key: string): string[] {
  return key.split('/').flatMap(namesOfPart);
}

function namesOfPart(part: string): string[] {
  if (part === '') return [EMPTY];
  const pieces: string[] = [];
  let piece = '';
  let bytes = 0;
  // By code points, so that no piece ends within one.
  for (const character of part) {
    const written = character.replace(UNSAFE, escape);
    const length = Buffer.byteLength(written);
    if (bytes + length > PART_BYTES) {
      pieces.push(piece + MORE);
      piece = '';
      bytes = 0;
    }
    piece += written;
    bytes += length;
  }
  return [...pieces, piece];
}

function escape(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

/** What a file's name adds to the key of its folder (which ends in a slash, or is empty). */
export function keyOfFile(name: string): string {
  const part = name.endsWith(OBJECT) ? name.slice(0, -OBJECT.length) : name;
  return part === EMPTY ? '' : unescape(part);
}

/** What a folder's name adds: with a slash at its end, unless the part goes on. */
export function keyOfFolder(name: string): string {
  if (name === EMPTY) return '/';
  return name.endsWith(MORE) ? unescape(name.slice(0, -MORE.length)) : `${unescape(name)}/`;
}

function unescape(name: string): string {
  return name.replace(/%([0-9A-F]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}
