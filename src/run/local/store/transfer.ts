import { constants, copyFile, mkdir } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { PipelineError, codeOf } from '../../../definition/error.ts';
import { below } from '../../../s3/uri.ts';
import { listObjects } from './listing.ts';
import { type Place, formatPlace } from './place.ts';
import { type Store, type StoredObject, entriesOf, putFile } from './store.ts';

/** An object and the name that SageMaker gives its file. */
interface NamedObject {
  readonly object: StoredObject;
  /** Relative, with slashes. */
  readonly name: string;
}

/**
 * What SageMaker downloads for an `S3Prefix`: the object of that name, everything in the "folder" of that name, and
 * everything whose key merely begins like that
 * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3DataSource.html). Markers of empty folders, whose
 * keys end in a slash, are no files.
 */
export async function* objectsBelow(store: Store, { bucket, key: prefix }: Place): AsyncGenerator<NamedObject> {
  for await (const object of listObjects(store, { bucket, prefix })) {
    if (object.key.endsWith('/')) continue;
    yield { object, name: nameBelow(prefix, object.key) };
  }
}

function nameBelow(prefix: string, key: string): string {
  if (key !== prefix && (prefix === '' || prefix.endsWith('/'))) return key.slice(prefix.length);
  if (key.startsWith(`${prefix}/`)) return key.slice(prefix.length + 1);
  return key.slice(prefix.lastIndexOf('/') + 1);
}

/** Copies what is below a place into a folder, and tells how many files that were. */
export async function copyOut(store: Store, place: Place, folder: string): Promise<number> {
  let count = 0;
  const made = new Set<string>();
  for await (const { object, name } of objectsBelow(store, place)) {
    await copyObject(object, folder, name, made);
    count++;
  }
  return count;
}

/** Copies an object to a name in a folder, never out of it. */
export async function copyObject(
  object: StoredObject,
  folder: string,
  name: string,
  made: Set<string> = new Set(),
): Promise<void> {
  const target = resolve(folder, ...name.split('/').filter((part) => part !== ''));
  if (relative(folder, target).split(sep)[0] === '..') {
    throw new PipelineError('failed', 'key-escapes', `${formatPlace(object)} would be written outside ${folder}`);
  }
  const parent = dirname(target);
  try {
    if (!made.has(parent)) await mkdir(parent, { recursive: true });
    made.add(parent);
    // A clone where the disk can make one: the job may change its copy, the store must not change with it.
    await copyFile(object.path, target, constants.COPYFILE_FICLONE);
  } catch (error) {
    // As on SageMaker: two objects that want to be a file and a folder of one name cannot be downloaded.
    const code = codeOf(error);
    if (code !== 'EEXIST' && code !== 'ENOTDIR' && code !== 'EISDIR') throw error;
    throw new PipelineError('failed', 'file-and-folder', `${formatPlace(object)} cannot be a file beside others`, {
      detail: `${basename(target)} is a folder too, as other keys go on behind it with a slash`,
      fix: 'name the objects so that none is the beginning of another one and a slash',
      cause: error,
    });
  }
}

/** Puts every file of a folder below a place, and tells how many there were; a folder that is not there has none. */
export async function copyIn(
  store: Store,
  place: Place,
  folder: string,
  { move = false }: { readonly move?: boolean } = {},
): Promise<number> {
  const files = await filesIn(folder);
  for (const file of files) await putFile(store, below(place, file.split(sep).join('/')), join(folder, file), { move });
  return files.length;
}

/** The regular files of a folder at any depth, relative and in order. A link could lead anywhere on this machine: none is followed. */
export async function filesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  const open = [''];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const entry of await entriesOf(join(folder, at))) {
      const name = join(at, entry.name);
      if (entry.isDirectory()) open.push(name);
      else if (entry.isFile()) names.push(name);
    }
  }
  return names.toSorted();
}
