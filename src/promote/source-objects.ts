import { createHash } from 'node:crypto';
import { PipelineError } from '../definition/error.ts';
import { headObject } from '../s3/head.ts';
import { listObjects } from '../s3/list.ts';
import { type S3Location, below, formatS3Uri, parseS3Uri } from '../s3/uri.ts';
import type { Account } from './account.ts';
import type { Reach } from './package-contents.ts';

/** Something in S3 that a package names. */
export interface ObjectReference {
  readonly uri: string;
  /** The member that names it: `InferenceSpecification.Containers[0].ModelDataUrl`. */
  readonly where: string;
  readonly reach: Reach;
  readonly required: boolean;
}

/** One object that the target has to hold. */
export interface ObjectCopy {
  readonly from: S3Location;
  readonly to: S3Location;
  readonly bytes: number;
  /** Of the source, so that an object that changes under way is noticed. */
  readonly etag: string;
}

/** What a reference becomes in the target, and what has to be copied for that. */
export interface LocatedReference extends ObjectReference {
  /** Undefined when nothing is stored under it: the text stays as it is. */
  readonly target: string | undefined;
  readonly copies: readonly ObjectCopy[];
}

/** How many digits of a digest are in a key: two different files of one version never share a place. */
const DIGITS = 16;
const AT_ONCE = 8;

/** Finds every object that the references name, and says where in the target it belongs. */
export async function locateObjects(
  source: Account,
  references: readonly ObjectReference[],
  base: S3Location,
): Promise<LocatedReference[]> {
  const located = new Map<string, Promise<Found>>();
  const answers: LocatedReference[] = [];
  for (let start = 0; start < references.length; start += AT_ONCE) {
    const some = references.slice(start, start + AT_ONCE).map(async (reference) => {
      const name = `${reference.reach} ${reference.uri}`;
      const found = located.get(name) ?? locate(source, reference, base);
      located.set(name, found);
      return { ...reference, ...orGone(await found, reference, source) };
    });
    answers.push(...(await Promise.all(some)));
  }
  return answers;
}

type Found = Pick<LocatedReference, 'target' | 'copies'>;

const NOTHING: Found = { target: undefined, copies: [] };

function orGone(found: Found, { uri, where, required }: ObjectReference, source: Account): Found {
  if (found.target !== undefined || !required) return found;
  throw new PipelineError('failed', 'artefact-gone', `${uri} is gone, and the package needs it`, {
    detail: `${where} names it; account ${source.id} has nothing there`,
    fix: 'restore it, or choose another version of the model',
  });
}

async function locate(source: Account, { uri, where, reach }: ObjectReference, base: S3Location): Promise<Found> {
  const from = parseS3Uri(uri, where);
  return reach === 'object' ? locateObject(source, from, base) : locatePrefix(source, from, base);
}

async function locateObject(source: Account, from: S3Location, base: S3Location): Promise<Found> {
  const head = await headObject(source.s3, from);
  if (head.state === 'absent') return NOTHING;
  if (head.state === 'denied') throw head.error;
  const name = from.key.slice(from.key.lastIndexOf('/') + 1);
  const to = below(below(base, digest(`${head.etag} ${head.size}`)), name);
  return { target: formatS3Uri(to), copies: [{ from, to, bytes: head.size, etag: head.etag }] };
}

/** A prefix of keys is matched as text, so that what follows its last slash stays part of the names. */
async function locatePrefix(source: Account, from: S3Location, base: S3Location): Promise<Found> {
  const folder = from.key.slice(0, from.key.lastIndexOf('/') + 1);
  const objects: { readonly name: string; readonly bytes: number; readonly etag: string }[] = [];
  for await (const { key, size, etag } of listObjects(source.s3, from)) {
    objects.push({ name: key.slice(folder.length), bytes: size, etag });
  }
  if (objects.length === 0) return NOTHING;
  const place = below(base, digest(objects.map(({ name, bytes, etag }) => `${etag} ${bytes} ${name}\n`).join('')));
  const copies = objects.map(({ name, bytes, etag }) => ({
    from: { bucket: from.bucket, key: folder + name },
    to: { bucket: place.bucket, key: `${place.key}/${name}` },
    bytes,
    etag,
  }));
  return { target: `${formatS3Uri(place)}/${from.key.slice(folder.length)}`, copies };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, DIGITS);
}
