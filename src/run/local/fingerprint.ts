import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Json, JsonObject } from '../../definition/document.ts';
import { isObject } from '../../definition/expression.ts';
import { readManifest } from './manifest.ts';
import { type Registry, findModel } from './registry.ts';
import { type Place, readPlace } from './store/place.ts';
import { type Store, type StoredObject, needObject, readObject } from './store/store.ts';
import { objectsBelow } from './store/transfer.ts';

/** What two steps have in common when one can do for the other, readable, so that differences can be told. */
export interface Fingerprint {
  /** The request; what it names in S3 to be read is there by its content, and what belongs to one run alone by a word. */
  readonly asked: Json;
  /** What stands in for images and functions. */
  readonly environment: Json;
}

/** What a fingerprint is taken with. */
export interface Taking {
  readonly store: Store;
  readonly registry: Registry;
  readonly run: string;
  readonly job: string;
  /** Sees to it that what is below a place is here, where it may be read from S3. */
  readonly obtain: (s3Uri: string) => Promise<void>;
  /** What stands on this machine for an image, a function or a queue. */
  readonly identify: (image: string) => Promise<Json>;
}

/** Members whose places are written to: their content is what a step makes, not what it is made of. */
const WRITTEN: ReadonlySet<string> = new Set([
  'ProcessingOutputConfig',
  'OutputDataConfig',
  'TransformOutput',
  'CheckpointConfig',
  'TensorBoardOutputConfig',
]);
/** Members that change no byte of what a step makes. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set(['RoleArn', 'Tags', 'ExperimentConfig', 'StoppingCondition']);

/** Members whose own members an author has named: what they are called says nothing. */
const NAMED_BY_AUTHOR: ReadonlySet<string> = new Set(['Environment', 'HyperParameters', 'StaticHyperParameters']);
/** Types of step whose arguments an author has named. */
const SENT_AS_GIVEN: readonly unknown[] = ['Lambda', 'Callback'];

/** Members that name what is read before the work begins. */
const PLACES: ReadonlySet<string> = new Set([
  'S3Uri',
  'ModelDataUrl',
  'SuppliedBaselineConstraints',
  'SuppliedBaselineStatistics',
]);
/** Members for which something of this machine stands. */
const STOOD_FOR = /Image(Uri)?$|^FunctionArn$|^SqsQueueUrl$/;

/** What a value is a part of: of what is read, of where something is written to, or of what an author has named. */
type Within = 'read' | 'written' | 'named';

type Walk = (value: Json, within: Within, name?: string) => Promise<Json>;

/** Takes the fingerprint of what a step is asked for. */
export async function fingerprintOf(asked: JsonObject, taking: Taking): Promise<Fingerprint> {
  const images = new Set<string>();
  const isSent = SENT_AS_GIVEN.includes(asked['Type']);
  const insideOf = (key: string, within: Within): Within => {
    if (within !== 'read') return within;
    if (NAMED_BY_AUTHOR.has(key) || (isSent && key === 'Arguments')) return 'named';
    return WRITTEN.has(key) ? 'written' : within;
  };
  const walk: Walk = async (value, within, name) => {
    if (typeof value === 'string') {
      return within === 'written' ? withoutRun(value, taking) : await readText(value, taking, PLACES.has(name ?? ''));
    }
    if (Array.isArray(value)) {
      const members: Json[] = [];
      for (const member of value as readonly Json[]) members.push(await walk(member, within));
      return members;
    }
    if (!isObject(value)) return value;
    const members: [string, Json][] = [];
    for (const [key, member] of Object.entries(value)) {
      const isOurs = within !== 'named';
      if (isOurs && WITHOUT_EFFECT.has(key)) continue;
      if (isOurs && typeof member === 'string' && STOOD_FOR.test(key)) images.add(member);
      const isModel = isOurs && key === 'ModelName' && typeof member === 'string';
      const isManifest = key === 'S3Uri' && value['S3DataType'] === 'ManifestFile' && typeof member === 'string';
      if (isModel) members.push([key, await modelOf(member, taking, walk)]);
      else if (isManifest) members.push([key, await listedContent(member, taking)]);
      else members.push([key, await walk(member, insideOf(key, within), key)]);
    }
    return Object.fromEntries(members);
  };
  const read = await walk(asked, 'read');
  const environment: [string, Json][] = [];
  for (const image of [...images].toSorted()) environment.push([image, await taking.identify(image)]);
  return { asked: read, environment: Object.fromEntries(environment) };
}

/** The name of a model is new with every run; what is in it counts. */
async function modelOf(name: string, { registry }: Taking, walk: Walk): Promise<Json> {
  const model = findModel(registry, name);
  if (!isObject(model)) return name;
  const { PrimaryContainer: primary = null, Containers: several = null } = model;
  return await walk([primary, several], 'read');
}

function withoutRun(text: string, { run, job }: Pick<Taking, 'run' | 'job'>): string {
  return text.replaceAll(job, '<job>').replaceAll(run, '<run>');
}

/** A place by what is there; hyperparameters of frameworks have theirs in quotes. */
async function readText(text: string, taking: Taking, isRead: boolean): Promise<Json> {
  const [, uri] = /^"?(s3:\/\/[^"]+)"?$/.exec(text) ?? [];
  if (uri === undefined) return withoutRun(text, taking);
  let place: Place;
  try {
    place = readPlace(uri);
    // Elsewhere a place may be one that a program writes to.
    if (isRead) await taking.obtain(uri);
  } catch {
    return withoutRun(text, taking);
  }
  const content = await contentBelow(taking.store, place);
  return content ?? withoutRun(text, taking);
}

/** What a manifest lists, by names and bytes; one that cannot be read is told of by the step that reads it. */
async function listedContent(uri: string, taking: Taking): Promise<Json> {
  const hash = createHash('sha256');
  try {
    for (const { uri: listed, name } of await readManifest(uri, taking)) {
      hash.update(`${name}\n${await digestOf(await needObject(taking.store, readPlace(listed)))}\n`);
    }
  } catch {
    return withoutRun(uri, taking);
  }
  return `a manifest of the content ${hash.digest('hex')}`;
}

/** A digest of all that is below a place, by names and bytes; undefined where there is nothing. */
export async function contentBelow(store: Store, place: Place): Promise<string | undefined> {
  const hash = createHash('sha256');
  let count = 0;
  for await (const { object, name } of objectsBelow(store, place)) {
    // A single object is the same whatever it is called: only its place differs from run to run.
    hash.update(`${object.key === place.key ? '' : name}\n${await digestOf(object)}\n`);
    count++;
  }
  const objects = count === 1 ? 'an object' : `${count} objects`;
  return count === 0 ? undefined : `${objects} with the content ${hash.digest('hex')}`;
}

const SMALL = 1 << 20;

async function digestOf(object: StoredObject): Promise<string> {
  const hash = createHash('sha256');
  if (object.size <= SMALL) hash.update(await readFile(object.path));
  else for await (const chunk of readObject(object)) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}

/** The key of a fingerprint. */
export function keyOf(fingerprint: Fingerprint): string {
  return createHash('sha256')
    .update(canonical(fingerprint as unknown as Json))
    .digest('hex');
}

/** JSON in which the order of members says nothing. */
function canonical(value: Json): string {
  return JSON.stringify(value, (_, member: Json) =>
    isObject(member) ? Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1))) : member,
  );
}
