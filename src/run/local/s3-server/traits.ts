import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { stat } from 'node:fs/promises';
import type { StoredObject } from '../store/store.ts';

/** What a client said of an object when it wrote it, which files have no place for. */
interface Trait {
  /** With its quotes. */
  readonly etag: string;
  /** As GetObject gives them back: `content-type`, `x-amz-meta-…`, `x-amz-checksum-…`. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Traits live as long as the server, and as long as the file is the one that was written: whoever writes the object
 * without S3 makes it one that nothing was said of.
 */
export interface Traits {
  readonly set: (object: StoredObject, trait: Trait) => Promise<void>;
  readonly get: (object: StoredObject) => Trait;
}

/** Enough for what a job writes; beyond it the oldest are forgotten, and have an ETag of their file. */
const MOST = 100_000;

export function emptyTraits(): Traits {
  const known = new Map<string, Trait & { readonly file: string }>();
  return {
    set: async (object, trait) => {
      const { size, mtimeMs } = await stat(object.path);
      known.delete(object.path);
      known.set(object.path, { ...trait, file: `${size} ${mtimeMs}` });
      if (known.size <= MOST) return;
      for (const oldest of known.keys()) {
        known.delete(oldest);
        return;
      }
    },
    get: (object) => {
      const trait = known.get(object.path);
      const file = `${object.size} ${object.modified.getTime()}`;
      if (trait !== undefined && sameFile(trait.file, file)) return trait;
      // The ETag of an object of several parts is no MD5 of its content either, which the number at its end says.
      const sum = createHash('md5').update(`${object.path} ${file}`).digest('hex');
      return { etag: `"${sum}-1"`, headers: {} };
    },
  };
}

/** A date has whole milliseconds, a file's time may have more. */
function sameFile(exact: string, rounded: string): boolean {
  const [size, time] = exact.split(' ');
  const [otherSize, otherTime] = rounded.split(' ');
  return size === otherSize && Math.abs(Number(time) - Number(otherTime)) < 2;
}

/** What is kept of the headers of a request that writes an object. */
export function keptHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => name.startsWith('x-amz-meta-') || PLAIN.has(name));
  const result = Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
  const encoding = withoutChunks(result['content-encoding']);
  delete result['content-encoding'];
  return encoding === undefined ? result : { ...result, 'content-encoding': encoding };
}

const PLAIN: ReadonlySet<string> = new Set([
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
]);

/** `aws-chunked` is how the bytes travelled, and nothing of the object's own. */
function withoutChunks(encoding: string | undefined): string | undefined {
  const rest = (encoding ?? '').split(',').map((one) => one.trim());
  const own = rest.filter((one) => one !== '' && one !== 'aws-chunked').join(', ');
  return own === '' ? undefined : own;
}
