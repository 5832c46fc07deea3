import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { keyOfFile, keyOfFolder } from './names.ts';
import { type Place, checkPlace } from './place.ts';
import { type Mount, type Store, type StoredObject, UNFINISHED, entriesOf, findObject, statsOf } from './store.ts';

/** What is listed. */
interface Listing {
  readonly bucket: string;
  /** What keys begin with: any text, whether a folder ends there or not. */
  readonly prefix: string;
  /** Only keys that come after this one. */
  readonly after?: string;
}

/** The objects whose keys begin with a prefix, in S3's order: that of the bytes of their keys. */
export async function* listObjects(store: Store, listing: Listing): AsyncGenerator<StoredObject, void, undefined> {
  checkPlace({ bucket: listing.bucket, key: '' });
  const mounts = store.mounts.filter((mount) => concerns(mount, listing));
  const own = walk({ ...walkOf(listing), folder: join(store.folder, listing.bucket), key: '', isPlain: false });
  if (mounts.length === 0) return yield* own;
  // What a folder of the user's stands for hides what the store has there.
  const objects = new Map<string, StoredObject>();
  for await (const object of own) if (!mounts.some((mount) => covers(mount, object))) objects.set(object.key, object);
  for (const mount of mounts) {
    for await (const object of listMount(store, mount, listing)) {
      if (!objects.has(object.key)) objects.set(object.key, object);
    }
  }
  yield* [...objects.values()].toSorted((a, b) => inOrder(a.key, b.key));
}

/** The buckets that have objects, in order. */
export async function listBuckets(store: Store): Promise<string[]> {
  const folders = (await entriesOf(store.folder)).filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const mounted = store.mounts.map(({ place }) => place.bucket);
  return [...new Set([...folders, ...mounted])].filter((name) => !name.startsWith('.')).toSorted(inOrder);
}

function concerns({ place }: Mount, { bucket, prefix }: Listing): boolean {
  return place.bucket === bucket && (prefix.startsWith(place.key) || place.key.startsWith(prefix));
}

function covers({ place }: Mount, { bucket, key }: Place): boolean {
  if (place.bucket !== bucket) return false;
  return place.key === '' || key === place.key || key.startsWith(`${place.key}/`);
}

async function* listMount(store: Store, mount: Mount, listing: Listing): AsyncGenerator<StoredObject> {
  const { bucket, key } = mount.place;
  const stats = await statsOf(mount.path);
  if (stats?.isFile() === true) {
    const object = await findObject(store, { bucket, key });
    if (object !== undefined && isListed(key, listing)) yield object;
  } else if (stats !== undefined) {
    const start = key === '' ? '' : `${key}/`;
    yield* walk({ ...walkOf(listing), folder: mount.path, key: start, isPlain: true });
  }
}

interface Walk extends Listing {
  readonly folder: string;
  /** What every key in the folder begins with. */
  readonly key: string;
  readonly isPlain: boolean;
  /** The real places of the folders around, so that a link to one of them is not followed round and round. */
  readonly around: readonly string[];
}

function walkOf(listing: Listing): Listing & Pick<Walk, 'around'> {
  return { ...listing, around: [] };
}

async function* walk(at: Walk): AsyncGenerator<StoredObject, void, undefined> {
  const around = at.isPlain ? await enter(at) : [];
  if (around === undefined) return;
  const found = await childrenOf(at);
  for (const { kind, path, key } of found.toSorted((a, b) => inOrder(a.key, b.key))) {
    if (kind === 'folder') {
      if (mayHold(key, at)) yield* walk({ ...at, folder: path, key, around });
    } else if (kind === 'link') {
      yield* followed(path, key, { ...at, around });
    } else if (isListed(key, at)) {
      const object = await objectAt(path, at.bucket, key);
      if (object !== undefined) yield object;
    }
  }
}

interface Child {
  readonly kind: 'file' | 'folder' | 'link';
  readonly path: string;
  readonly key: string;
}

async function childrenOf({ folder, key, isPlain }: Pick<Walk, 'folder' | 'key' | 'isPlain'>): Promise<Child[]> {
  const children: Child[] = [];
  for (const entry of await entriesOf(folder)) {
    const path = join(folder, entry.name);
    const named = (name: string): string => key + name;
    if (entry.isDirectory()) {
      const name = isPlain ? `${entry.name}/` : keyOfFolder(entry.name);
      if (name.endsWith('/')) children.push({ kind: 'folder', path, key: named(name) });
      // A long part that goes on: what is in there belongs among what is here.
      else children.push(...(await childrenOf({ folder: path, key: named(name), isPlain })));
    } else if (isPlain && entry.isSymbolicLink()) {
      children.push({ kind: 'link', path, key: named(entry.name) });
    } else if (entry.isFile() && !entry.name.startsWith(UNFINISHED)) {
      children.push({ kind: 'file', path, key: named(isPlain ? entry.name : keyOfFile(entry.name)) });
    }
  }
  return children;
}

/** What a link of the user's leads to: a file, a folder, or nothing. */
async function* followed(path: string, key: string, at: Walk): AsyncGenerator<StoredObject> {
  if ((await statsOf(path))?.isDirectory() === true) yield* walk({ ...at, folder: path, key: `${key}/` });
  else if (isListed(key, at)) {
    const object = await objectAt(path, at.bucket, key);
    if (object !== undefined) yield object;
  }
}

async function objectAt(path: string, bucket: string, key: string): Promise<StoredObject | undefined> {
  const stats = await statsOf(path);
  return stats?.isFile() === true ? { bucket, key, path, size: stats.size, modified: stats.mtime } : undefined;
}

async function enter({ folder, around }: Walk): Promise<readonly string[] | undefined> {
  const real = await realpath(folder).catch(() => undefined);
  return real === undefined || around.includes(real) ? undefined : [...around, real];
}

function isListed(key: string, { prefix, after }: Listing): boolean {
  return key.startsWith(prefix) && (after === undefined || inOrder(key, after) > 0);
}

/** Whether keys that begin with this may be listed. */
function mayHold(key: string, { prefix, after }: Listing): boolean {
  if (!key.startsWith(prefix) && !prefix.startsWith(key)) return false;
  return after === undefined || after.startsWith(key) || inOrder(key, after) > 0;
}

/** S3 compares the bytes of keys in UTF-8; as JavaScript compares, that is so up to the first surrogate. */
export function inOrder(a: string, b: string): number {
  if (a === b) return 0;
  const isPlain = !/[\uD800-\uFFFF]/.test(a) || !/[\uD800-\uFFFF]/.test(b);
  if (isPlain) return a < b ? -1 : 1;
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
