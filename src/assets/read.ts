import { createHash } from 'node:crypto';
import { closeSync, fstatSync, lstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { PipelineError, codeOf } from '../definition/error.ts';
import { didYouMean } from '../definition/suggest.ts';
import { isAbsence, unreadable } from './fault.ts';
import { ignoring } from './ignore.ts';
import { linkDangling, linkLoop, listFiles, unsupported, vanished } from './tree.ts';
import type { TreeFile } from './tree.ts';

/** One file of an asset. */
export interface AssetFile {
  /** Relative to the asset's folder, with `/` between the parts and in NFC; of a single file its base name. */
  readonly name: string;
  /** Where it is read from, absolute. */
  readonly path: string;
  /** Whether its owner may execute it, and nothing else. */
  readonly mode: 0o644 | 0o755;
  readonly size: number;
  /** SHA-256 of its content alone, in hexadecimal. */
  readonly hash: string;
}

/** What a file or a folder holds, named by its content. */
export interface AssetContent {
  /**
   * SHA-256 over names, modes and contents, in hexadecimal. A file and a folder that holds nothing but that file have
   * the same one: how an asset is packaged is in its key, not in its hash.
   */
  readonly hash: string;
  readonly kind: 'file' | 'folder';
  /** In the order of their names' code points. */
  readonly files: readonly AssetFile[];
}

/** How an asset is read. */
interface AssetOptions {
  /** Patterns of names in a folder that are left out, as `ignoring` has them, beside the ones that always are. */
  readonly ignore?: readonly string[] | undefined;
}

const CHUNK = 1 << 20;

/** Reads and hashes a file or a folder; throws a `PipelineError` when it is not whole and readable. */
export function readAsset(path: string, options: AssetOptions = {}): AssetContent {
  const ignored = ignoring(options.ignore);
  const absolute = resolve(path);
  const stats = statsOf(path, absolute);
  const isFolder = stats.isDirectory();
  if (!isFolder && !stats.isFile()) throw unsupported(path);
  const found = isFolder
    ? listFiles(absolute, path, ignored)
    : [{ name: basename(absolute).normalize('NFC'), path: absolute }];
  if (found.length === 0) throw empty(path);
  const buffer = Buffer.allocUnsafe(CHUNK);
  const files = byCodePoint(found).map((file) => readContent(file, isFolder ? path : dirname(path), buffer));
  return Object.freeze({ hash: hashOf(files), kind: isFolder ? 'folder' : 'file', files: Object.freeze(files) });
}

/**
 * Each file is `<mode> <SHA-256 of its content> <bytes of its name>\n<name>`: all but the name has no room for doubt,
 * and the name's length stands before it, so that no name can pass for the beginning of another file.
 */
function hashOf(files: readonly AssetFile[]): string {
  const hash = createHash('sha256');
  for (const { name, mode, hash: content } of files) {
    hash.update(`${mode.toString(8)} ${content} ${Buffer.byteLength(name)}\n${name}`);
  }
  return hash.digest('hex');
}

/** `<` compares UTF-16, which puts an emoji before U+FF01; the bytes of UTF-8 have the order of code points. */
function byCodePoint(files: readonly TreeFile[]): readonly TreeFile[] {
  const keyed = files.map((file) => ({ file, key: Buffer.from(file.name) }));
  return keyed.toSorted((a, b) => Buffer.compare(a.key, b.key)).map(({ file }) => file);
}

function readContent({ name, path }: TreeFile, given: string, buffer: Buffer): AssetFile {
  try {
    const descriptor = openSync(path, 'r');
    try {
      const isExecutable = (fstatSync(descriptor).mode & 0o100) !== 0;
      const hash = createHash('sha256');
      let size = 0;
      let length: number;
      do {
        length = readSync(descriptor, buffer);
        hash.update(buffer.subarray(0, length));
        size += length;
      } while (length > 0);
      return Object.freeze({ name, path, mode: isExecutable ? 0o755 : 0o644, size, hash: hash.digest('hex') });
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw isAbsence(error) ? vanished(given, name) : unreadable(join(given, name), error);
  }
}

function statsOf(given: string, absolute: string): Stats {
  // An empty path would resolve to the working directory, and with it everything in it would be published.
  if (given === '') throw missing(given, absolute);
  try {
    return statSync(absolute);
  } catch (error) {
    if (codeOf(error) === 'ELOOP') throw linkLoop(given, error);
    if (!isAbsence(error)) throw unreadable(given, error);
    throw isLink(absolute) ? linkDangling(given, error) : missing(given, absolute, error);
  }
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

function missing(given: string, absolute: string, cause?: unknown): PipelineError {
  return new PipelineError('invalid', 'asset-missing', `The asset ${JSON.stringify(given)} does not exist`, {
    detail: given === '' ? 'its path is empty' : `looked for ${absolute}`,
    fix: didYouMean(basename(absolute), neighbours(absolute)) ?? 'give the path of a file or a folder',
    cause,
  });
}

function neighbours(path: string): readonly string[] {
  try {
    return readdirSync(dirname(path));
  } catch {
    return [];
  }
}

function empty(given: string): PipelineError {
  return new PipelineError('invalid', 'asset-empty', `The asset ${JSON.stringify(given)} holds no files`, {
    detail: 'its folders are empty, or everything in them is ignored',
    fix: 'put a file in it, or ignore less',
  });
}
