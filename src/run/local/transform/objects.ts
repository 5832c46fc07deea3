import { TransformFault } from './fault.ts';

/** An object of the input and where its answers go, below the job's output path. */
export interface ObjectPlace {
  /** `s3://bucket/key` */
  readonly uri: string;
  readonly output: string;
}

/**
 * The objects of an `S3Prefix`, in order: every one whose URI begins with it as text, so that `…/test` means `…/test2` too.
 * An output's name is what follows the prefix's last slash, so that one object keeps its name and a folder its folders.
 *
 * The API reference's example drops a folder on the way, against the rest of its page; jobs write whole relative paths.
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_TransformOutput.html
 */
export function objectsOfPrefix(
  prefix: string,
  objects: Iterable<{ readonly uri: string; readonly size: number }>,
): readonly ObjectPlace[] {
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  return [...objects]
    .filter(({ uri, size }) => uri.startsWith(prefix) && !isFolderMark(uri, size))
    .map(({ uri }) => ({ uri, output: `${uri.slice(folder.length)}.out` }))
    .toSorted((a, b) => (a.uri < b.uri ? -1 : 1));
}

/** What a console writes for a folder: nothing, under a name that ends in a slash. */
function isFolderMark(uri: string, size: number): boolean {
  return size === 0 && uri.endsWith('/');
}

/**
 * The objects of a `ManifestFile`: a prefix and names below it, or whole URIs.
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_TransformS3DataSource.html
 */
export function objectsOfManifest(text: string): readonly ObjectPlace[] {
  const [first, ...rest] = entriesOf(text);
  if (typeof first === 'string') return [first, ...rest].map((uri, index) => wholeUri(uri, index));
  const prefix = first?.prefix;
  if (prefix === undefined) throw broken('it is empty');
  return rest.map((name, index) => {
    if (typeof name !== 'string' || name === '') throw broken(`entry ${index + 1} is not the name of an object`);
    return { uri: `${prefix}${name}`, output: `${name.replace(/^\/+/, '')}.out` };
  });
}

function wholeUri(uri: unknown, index: number): ObjectPlace {
  const key = typeof uri === 'string' ? /^s3:\/\/[^/]+\/(.+)$/.exec(uri)?.[1] : undefined;
  if (key === undefined) throw broken(`entry ${index} is not an s3:// URI, and there is no {"prefix": …} before it`);
  return { uri: uri as string, output: `${key}.out` };
}

function entriesOf(text: string): readonly (string | { readonly prefix?: string })[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw broken(error instanceof Error ? error.message : 'it is not JSON');
  }
  if (!Array.isArray(value)) throw broken('it is not a list');
  const [first] = value as readonly unknown[];
  const isPrefix = typeof first === 'object' && first !== null && 'prefix' in first && typeof first.prefix === 'string';
  if (first !== undefined && typeof first !== 'string' && !isPrefix) {
    throw broken('its first entry is neither {"prefix": "s3://…"} nor a URI');
  }
  return value as readonly (string | { readonly prefix?: string })[];
}

function broken(why: string): TransformFault {
  return new TransformFault('manifest', `the manifest cannot be read: ${why}`, {
    fix: 'write [{"prefix": "s3://bucket/folder/"}, "name-1", "folder/name-2"]',
  });
}
