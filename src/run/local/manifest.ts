import { PipelineError } from '../../definition/error.ts';
import { isObject } from '../../definition/expression.ts';
import { readPlace } from './store/place.ts';
import { type Store, needObject, readObjectText } from './store/store.ts';

/** An object that a manifest lists, and its name below the manifest's prefix. */
export interface ListedObject {
  readonly uri: string;
  readonly name: string;
}

/** Where manifests and what they list are read. */
export interface ManifestReading {
  readonly store: Store;
  readonly obtain: (s3Uri: string) => Promise<void>;
}

/** The objects of the `ManifestFile` at a URI, which are here afterwards where they can be had. */
export async function readManifest(uri: string, { store, obtain }: ManifestReading): Promise<readonly ListedObject[]> {
  await obtain(uri);
  const listed = listedIn(uri, await readObjectText(await needObject(store, readPlace(uri))));
  for (const each of listed) await obtain(each.uri);
  return listed;
}

/**
 * What the text of a manifest lists: a prefix and names below it, or whole URIs, whose names are their keys.
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3DataSource.html
 */
export function listedIn(uri: string, text: string): readonly ListedObject[] {
  const [first, ...rest] = elementsIn(uri, text);
  if (isObject(first) && typeof first['prefix'] === 'string') {
    const prefix = first['prefix'];
    if (rest.length === 0) throw broken(uri, 'it names nothing after its prefix');
    return rest.map((name, index) => {
      if (typeof name !== 'string' || name === '')
        throw broken(uri, `element ${index + 2} is not the name of an object`);
      return { uri: `${prefix}${name}`, name: name.replace(/^\/+/, '') };
    });
  }
  if (first === undefined) throw broken(uri, 'it is empty');
  if (typeof first !== 'string') throw broken(uri, 'its first element is neither {"prefix": "s3://…"} nor a URI');
  return [first, ...rest].map((each, index) => {
    const key = typeof each === 'string' ? /^s3:\/\/[^/]+\/(.+)$/.exec(each)?.[1] : undefined;
    if (key === undefined)
      throw broken(uri, `element ${index + 1} is not an s3:// URI, and there is no {"prefix": …} before it`);
    return { uri: each as string, name: key };
  });
}

function elementsIn(uri: string, text: string): readonly unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw broken(uri, (error as Error).message);
  }
  if (!Array.isArray(value)) throw broken(uri, 'it is not a list');
  return value as readonly unknown[];
}

function broken(uri: string, why: string): PipelineError {
  return new PipelineError('failed', 'bad-manifest', `${uri} is no manifest`, {
    detail: why,
    fix: 'write [{"prefix": "s3://bucket/folder/"}, "name-1", "folder/name-2"]',
  });
}
