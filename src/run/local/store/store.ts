import { createReadStream } from 'node:fs';
import type { Dirent, Stats } from 'node:fs';
import {
  constants,
  copyFile,
  mkdir,
  open,
  readFile,
  readdir,
  rename,
  rm,
  rmdir,
  stat,
  writeFile,
} from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { PipelineError, codeOf } from '../../../definition/error.ts';
import { OBJECT, namesOf } from './names.ts';
import { type Place, checkPlace, formatPlace } from './place.ts';

/** A part of S3 that is a file or folder of the user's: what is below `place` is read from there, and written to there. */
export interface Mount {
  readonly place: Place;
  readonly path: string;
  /** What a parameter named is somebody's data: it is read and never written. */
  readonly readOnly: boolean;
}

/**
 * S3 on this machine: the object `s3://bucket/key` is the file `<folder>/bucket/key`; `names.ts` has the rule for keys
 * that a disk cannot hold like that. Several runs may use one store: objects appear whole or not at all.
 */
export interface Store {
  readonly folder: string;
  /** The more special ones first. */
  readonly mounts: readonly Mount[];
  /** Text that nobody has had before, for names of unfinished files. */
  readonly unique: (digits: number) => string;
}

/** An object that is there. */
export interface StoredObject extends Place {
  readonly path: string;
  readonly size: number;
  readonly modified: Date;
}

/** Where objects are while they are written; no bucket begins with a dot. */
const INCOMING = '.incoming';
/** In a folder of the user's they are beside their place. */
export const UNFINISHED = '.sagemaker-pipelines-unfinished-';
// A folder can vanish or appear between two calls when another run works in the store; each attempt looks anew.
const ATTEMPTS = 10;

export function openStore(folder: string, unique: Store['unique'], mounts: readonly Mount[] = []): Store {
  const checked = mounts.map((mount) => {
    const { bucket, key } = checkPlace(mount.place);
    return { ...mount, path: resolve(mount.path), place: { bucket, key: key.replace(/\/$/, '') } };
  });
  return { folder: resolve(folder), mounts: checked.toSorted(bySpeciality), unique };
}

function bySpeciality(a: Mount, b: Mount): number {
  return b.place.key.length - a.place.key.length;
}

/** The object at a place, if there is one. */
export async function findObject(store: Store, place: Place): Promise<StoredObject | undefined> {
  const { path, isPlain } = pathOf(store, place);
  for (const candidate of isPlain ? [path] : [path, path + OBJECT]) {
    const stats = await statsOf(candidate);
    if (stats?.isFile() === true) {
      return { bucket: place.bucket, key: place.key, path: candidate, size: stats.size, modified: stats.mtime };
    }
  }
  return undefined;
}

/** The object at a place; an error when there is none. */
export async function needObject(store: Store, place: Place): Promise<StoredObject> {
  const object = await findObject(store, place);
  if (object === undefined) throw noObject(place);
  return object;
}

function noObject(place: Place): PipelineError {
  return new PipelineError('failed', 'no-such-object', `There is nothing at ${formatPlace(place)}`, {
    detail: 'neither in the store of this project nor in a folder that stands for it',
    fix: `--map ${formatPlace(place)}=./FILE, or --fetch to read it from S3`,
  });
}

/** The bytes of an object, or a part of them; `end` is the last byte, as in a Range. */
export function readObject({ path }: StoredObject, range: { start?: number; end?: number } = {}): Readable {
  return createReadStream(path, range);
}

/** The whole of an object as text. */
export function readObjectText({ path }: StoredObject): Promise<string> {
  return readFile(path, 'utf8');
}

/** Writes an object: until the last byte is there, what was there before stays. */
export async function writeObject(
  store: Store,
  place: Place,
  content: string | Uint8Array | AsyncIterable<Uint8Array>,
): Promise<void> {
  await put(store, place, async (unfinished) => {
    if (typeof content === 'string' || content instanceof Uint8Array) {
      await writeFile(unfinished, content, { flag: 'wx' });
      return;
    }
    // Opened here: a stream that fails early would make the file after it has been cleaned away.
    const file = await open(unfinished, 'wx');
    await pipeline(content, file.createWriteStream());
  });
}

/** Makes an object of a file; with `move` the file is gone afterwards, and on one disk nothing is copied. */
export async function putFile(store: Store, place: Place, file: string, { move = false } = {}): Promise<void> {
  await put(store, place, async (unfinished) => {
    if (move && (await renamed(file, unfinished))) return;
    await copyFile(file, unfinished, constants.COPYFILE_FICLONE);
    if (move) await rm(file);
  });
}

/** False when the two are on different disks. */
async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EXDEV') return false;
    throw error;
  }
}

/** Removes an object; one that is not there is none. */
export async function deleteObject(store: Store, place: Place): Promise<void> {
  const object = await findObject(store, place);
  const { mount } = pathOf(store, place);
  if (mount?.readOnly === true) throw readOnly(place, mount);
  if (object === undefined) return;
  await rm(object.path, { force: true });
  if (mount !== undefined) return;
  // A folder is only a part of keys: without objects there is none.
  for (let folder = dirname(object.path); folder !== store.folder; folder = dirname(folder)) {
    try {
      await rmdir(folder);
    } catch {
      return;
    }
  }
}

async function put(store: Store, place: Place, write: (unfinished: string) => Promise<void>): Promise<void> {
  const { path, isPlain, mount } = pathOf(store, place);
  if (mount?.readOnly === true) throw readOnly(place, mount);
  if (place.key === '') {
    throw new PipelineError('failed', 'no-key', `${formatPlace(place)} names a bucket and no object`);
  }
  const unfinished = isPlain
    ? join(dirname(path), UNFINISHED + store.unique(16))
    : join(store.folder, INCOMING, store.unique(32));
  await mkdir(dirname(unfinished), { recursive: true });
  try {
    await write(unfinished);
    if (isPlain) await rename(unfinished, path);
    else await moveInto(store, unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

async function moveInto(store: Store, unfinished: string, path: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await makeFolder(store, dirname(path));
      const aside = path + OBJECT;
      const isTaken = (await statsOf(path))?.isDirectory() === true || (await statsOf(aside)) !== undefined;
      return await rename(unfinished, isTaken ? aside : path);
    } catch (error) {
      const isRace = ['ENOENT', 'EISDIR', 'ENOTDIR', 'EEXIST'].includes(codeOf(error) ?? '');
      if (!isRace || attempt === ATTEMPTS || (await statsOf(unfinished)) === undefined) throw error;
    }
  }
}

/** Makes a folder; an object that has its name gives it up. */
async function makeFolder(store: Store, folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    const code = codeOf(error);
    if (code !== 'EEXIST' && code !== 'ENOTDIR') throw error;
    const parts = folder.slice(store.folder.length + 1).split('/');
    for (let count = 2; count <= parts.length; count++) {
      const path = join(store.folder, ...parts.slice(0, count));
      if ((await statsOf(path))?.isFile() === true) await rename(path, path + OBJECT);
    }
    await mkdir(folder, { recursive: true });
  }
}

/** Where a place is on this machine. */
export interface Location {
  readonly path: string;
  readonly mount: Mount | undefined;
  /** In a folder of the user's the names are as they are. */
  readonly isPlain: boolean;
}

/** Where an object is or would be; `isPlain` tells whether it is in a folder of the user's. */
export function pathOf(store: Store, place: Place): Location {
  const { bucket, key } = checkPlace(place);
  const mount = store.mounts.find(({ place: { bucket: owner, key: prefix } }) => {
    return bucket === owner && (key === prefix || prefix === '' || key.startsWith(`${prefix}/`));
  });
  if (mount === undefined) {
    return { path: join(store.folder, bucket, ...namesOf(key)), mount, isPlain: false };
  }
  const rest = key.slice(mount.place.key.length).replace(/^\//, '');
  return { path: join(mount.path, rest), mount, isPlain: true };
}

function readOnly(place: Place, { path }: Mount): PipelineError {
  return new PipelineError('failed', 'read-only', `${formatPlace(place)} cannot be written`, {
    detail: `it stands for ${path}, which a parameter names as an input`,
    fix: 'write the output somewhere else',
  });
}

/** What is in a folder; nothing in one that is not there. */
export async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** What is at a path; undefined where there is nothing. */
export async function statsOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
