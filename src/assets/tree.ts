import { readdirSync, realpathSync, statSync } from 'node:fs';
import type { Dirent, Stats } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';
import { PipelineError, codeOf } from '../definition/error.ts';
import { changed, isAbsence, unreadable } from './fault.ts';
import type { Ignored } from './ignore.ts';

/** A file found in an asset's folder: its name in the asset, and where it is on this machine. */
export interface TreeFile {
  readonly name: string;
  readonly path: string;
}

interface Walk {
  readonly given: string;
  /** The folder's own path without links: what a link in it may not leave. */
  readonly root: string;
  readonly ignored: Ignored;
  readonly files: TreeFile[];
}

interface Folder {
  readonly path: string;
  /** `''` for the asset's folder itself, else the name with a slash at its end. */
  readonly prefix: string;
  /** The folders above it and itself, without links: to stand in one of them a second time is a loop. */
  readonly trail: readonly string[];
}

/** The files of a folder that are not ignored, links followed, in no particular order. */
export function listFiles(folder: string, given: string, ignored: Ignored): readonly TreeFile[] {
  const root = realpathSync(folder);
  const walk: Walk = { given, root, ignored, files: [] };
  visit(walk, { path: folder, prefix: '', trail: [root] });
  return walk.files;
}

function visit(walk: Walk, folder: Folder): void {
  const taken = new Set<string>();
  for (const entry of entriesOf(walk, folder)) {
    // macOS may spell "é" as two code points where Linux has one; the same folder must have the same hash on both.
    const name = folder.prefix + entry.name.normalize('NFC');
    const path = join(folder.path, entry.name);
    if (walk.ignored(name, leadsToFolder(entry, path))) continue;
    const { kind, real } = entry.isSymbolicLink()
      ? followLink(walk, name, path)
      : { kind: entry, real: join(folder.trail.at(-1)!, entry.name) };
    if (taken.has(name)) throw sameName(walk, name);
    taken.add(name);
    if (kind.isDirectory()) {
      if (folder.trail.includes(real)) throw linkLoop(shown(walk, name));
      visit(walk, { path, prefix: `${name}/`, trail: [...folder.trail, real] });
    } else if (kind.isFile()) {
      walk.files.push({ name, path });
    } else {
      throw unsupported(shown(walk, name));
    }
  }
}

function entriesOf(walk: Walk, folder: Folder): readonly Dirent[] {
  try {
    const entries = readdirSync(folder.path, { withFileTypes: true });
    // The fault that is reported first must not depend on the file system's order.
    return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    const name = folder.prefix.slice(0, -1);
    throw isAbsence(error) && name !== '' ? vanished(walk.given, name) : unreadable(shown(walk, name), error);
  }
}

/** A link to a folder is one for `data/` too, even where it could not be followed: that is a way to leave it out. */
function leadsToFolder(entry: Dirent, path: string): boolean {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** What a link leads to, if that is inside the asset: elsewhere it would be other content on another machine. */
function followLink(walk: Walk, name: string, path: string): { kind: Stats; real: string } {
  try {
    const real = realpathSync(path);
    const way = relative(walk.root, real);
    const isOutside = way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way);
    if (isOutside) throw linkOutside(walk, name);
    return { kind: statSync(real), real };
  } catch (error) {
    if (codeOf(error) === 'ELOOP') throw linkLoop(shown(walk, name), error);
    if (isAbsence(error)) throw linkDangling(shown(walk, name), error);
    throw error instanceof PipelineError ? error : unreadable(shown(walk, name), error);
  }
}

function shown(walk: Walk, name: string): string {
  return join(walk.given, name);
}

/** A name that was listed but leads nowhere. */
export function vanished(given: string, name: string): PipelineError {
  const path = join(given, name);
  // Node puts U+FFFD where a name is not UTF-8, and then cannot find the file under the name it gave.
  if (!name.includes('\uFFFD')) return changed(path, 'it is gone');
  return new PipelineError('invalid', 'asset-name', `The name of the asset ${JSON.stringify(path)} is not UTF-8`, {
    detail: 'such a name cannot be a key in S3',
    fix: 'rename it, or leave it out with `ignore`',
  });
}

/** Something that has no content of its own: a pipe, a socket, a device. */
export function unsupported(path: string): PipelineError {
  const message = `The asset ${JSON.stringify(path)} is neither a file nor a folder`;
  return new PipelineError('invalid', 'asset-unsupported', message, {
    detail: 'a pipe, a socket or a device has no content that could be hashed',
    fix: 'write its content to a file, or leave it out with `ignore`',
  });
}

/** A link to something that does not exist. */
export function linkDangling(path: string, cause: unknown): PipelineError {
  const message = `The link ${JSON.stringify(path)} leads to something that does not exist`;
  return new PipelineError('invalid', 'asset-link-dangling', message, {
    fix: 'remove the link, mend its target, or leave it out with `ignore`',
    cause,
  });
}

/** A link that leads back to itself, or to a folder that holds it. */
export function linkLoop(path: string, cause?: unknown): PipelineError {
  return new PipelineError('invalid', 'asset-link-loop', `The link ${JSON.stringify(path)} leads round in a circle`, {
    detail: 'followed, it would never end',
    fix: 'remove the link, or leave it out with `ignore`',
    cause,
  });
}

function linkOutside(walk: Walk, name: string): PipelineError {
  const message = `The link ${JSON.stringify(shown(walk, name))} leads out of the folder ${JSON.stringify(walk.given)}`;
  return new PipelineError('invalid', 'asset-link-outside', message, {
    detail: 'what is outside is not part of the project on another machine',
    fix: 'copy what it leads to into the folder, or leave it out with `ignore`',
  });
}

function sameName(walk: Walk, name: string): PipelineError {
  const message = `Two entries of ${JSON.stringify(walk.given)} are named ${JSON.stringify(name)}`;
  return new PipelineError('invalid', 'asset-name', message, {
    detail: 'their names differ only in how Unicode composes the same characters',
    fix: 'rename one of them',
  });
}
