import type { ListedObject } from '../manifest.ts';

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
  const folder = folderOf(prefix);
  return [...objects]
    .filter(({ uri, size }) => uri.startsWith(prefix) && !isFolderMark(uri, size))
    .map(({ uri }) => ({ uri, output: `${uri.slice(folder.length)}.out` }))
    .toSorted((a, b) => (a.uri < b.uri ? -1 : 1));
}

/** A prefix up to its last slash; a bucket has one behind it also where none is written. */
export function folderOf(prefix: string): string {
  return /^s3:\/\/[^/]*$/.test(prefix) ? `${prefix}/` : prefix.slice(0, prefix.lastIndexOf('/') + 1);
}

/** The folder that all of these are in, or below; `s3://` where even their buckets differ. */
export function commonFolder(uris: readonly string[]): string {
  let folder = folderOf(uris[0] ?? 's3://');
  while (!uris.every((uri) => uri.startsWith(folder)))
    folder = folder.slice(0, folder.lastIndexOf('/', folder.length - 2) + 1);
  return folder;
}

/** What a console writes for a folder: nothing, under a name that ends in a slash. */
function isFolderMark(uri: string, size: number): boolean {
  return size === 0 && uri.endsWith('/');
}

/** The objects of a `ManifestFile`: an output has the name that the manifest gives its object. */
export function objectsOfManifest(listed: readonly ListedObject[]): readonly ObjectPlace[] {
  return listed.map(({ uri, name }) => ({ uri, output: `${name}.out` }));
}
