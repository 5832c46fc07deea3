import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { sayCount } from '../../definition/count.ts';
import { PipelineError } from '../../definition/error.ts';
import type { S3 } from '../../s3/client.ts';
import { readObject } from '../../s3/get.ts';
import { inParallel } from '../../s3/parallel.ts';
import { type ListedObject, listObjects } from '../../s3/list.ts';
import { readS3Uri } from '../../s3/uri.ts';
import { LOCAL_FILES } from './local-files.ts';
import { type Place, formatPlace, readPlace } from './store/place.ts';
import { type Store, entriesOf, findObject, writeObject } from './store/store.ts';
import { objectsBelow } from './store/transfer.ts';

/** Brings what is at a place of S3 into the store, if the store has nothing there. */
export type Fetch = (store: Store, s3Uri: string) => Promise<void>;

/** What the artefact bucket is where there is no account. */
export const LOCAL_BUCKET = 'sagemaker-local';
const LOCAL_BUCKETS: readonly string[] = [LOCAL_BUCKET, LOCAL_FILES];

/** What a fetch needs to know. */
interface FetchSettings {
  /** Opened when the first object is missing. */
  readonly open: () => Promise<S3>;
  /** Says what takes long before it does. */
  readonly tell: (message: string) => void;
}

const AT_ONCE = 8;

/** Fetches each place once, whoever asks for it; a place that S3 does not have either stays empty. */
export function fetchFrom({ open, tell }: FetchSettings): Fetch {
  const asked = new Map<string, Promise<void>>();
  let opened: Promise<S3> | undefined;
  return (store, uri) => {
    // Made up on this machine: on S3 they could only be somebody else's.
    if (LOCAL_BUCKETS.includes(readPlace(uri).bucket)) return Promise.resolve();
    const known = asked.get(uri);
    if (known !== undefined) return known;
    const bringIfMissing = async (): Promise<void> => {
      if (!(await isThere(store, uri))) await bring(await (opened ??= open()), store, uri, tell);
    };
    const fetching = bringIfMissing();
    asked.set(uri, fetching);
    // What failed may be asked for again.
    fetching.catch(() => asked.delete(uri));
    return fetching;
  };
}

/** Refuses a place of which a fetch that was cut has left a part, where nothing may fetch the rest. */
export async function refuseCut(store: Store, uri: string): Promise<void> {
  const [cut] = (await cutFetches(store)).filter((each) => concerns(each.place, readPlace(uri)));
  if (cut === undefined) return;
  const from = formatPlace(cut.place);
  throw new PipelineError('failed', 'fetched-in-part', `Only a part of ${from} was fetched from S3`, {
    detail: 'the run that fetched it was ended before all of it was here',
    fix: `--fetch fetches the rest, or --map ${from}=./FOLDER`,
  });
}

/** A fetch that was begun and has not ended: what is there says nothing of the rest. */
interface CutFetch {
  readonly place: Place;
  readonly mark: string;
}

/** Where such fetches are marked; no bucket begins with a dot. */
const MARKS = '.fetching';

async function cutFetches({ folder }: Store): Promise<CutFetch[]> {
  const marks = (await entriesOf(join(folder, MARKS))).map(({ name }) => join(folder, MARKS, name));
  const texts = await Promise.all(marks.map((mark) => readFile(mark, 'utf8').catch(() => '')));
  return texts.flatMap((text, index) => {
    const place = readS3Uri(text);
    return place === undefined ? [] : [{ place, mark: marks[index]! }];
  });
}

/** Whether of two places one is within the other. */
function concerns(one: Place, other: Place): boolean {
  return one.bucket === other.bucket && (one.key.startsWith(other.key) || other.key.startsWith(one.key));
}

async function isThere(store: Store, uri: string): Promise<boolean> {
  const place = readPlace(uri);
  if ((await cutFetches(store)).some((cut) => concerns(cut.place, place))) return false;
  if ((await findObject(store, place)) !== undefined) return true;
  for await (const _ of objectsBelow(store, place)) return true;
  return false;
}

async function bring(s3: S3, store: Store, uri: string, tell: FetchSettings['tell']): Promise<void> {
  const objects: ListedObject[] = [];
  for await (const object of listObjects(s3, readPlace(uri))) if (!object.key.endsWith('/')) objects.push(object);
  if (objects.length === 0) return;
  const bytes = objects.reduce((sum, { size }) => sum + size, 0);
  tell(`fetching ${uri} from S3: ${sayCount(objects.length, 'object')}, ${sayCount(bytes, 'byte')}`);
  const { bucket, key } = readPlace(uri);
  const mark = join(store.folder, MARKS, createHash('sha256').update(uri).digest('hex'));
  await mkdir(dirname(mark), { recursive: true });
  await writeFile(mark, uri);
  await inParallel(objects, AT_ONCE, async (object) => {
    await writeObject(store, object, readObject(s3, object));
  });
  for (const cut of await cutFetches(store)) {
    if (cut.place.bucket === bucket && cut.place.key.startsWith(key)) await rm(cut.mark, { force: true });
  }
}
