import { packAsset, packedSize, readAssetFile } from '../assets/pack.ts';
import { type AssetContent, type AssetFile, readAsset } from '../assets/read.ts';
import { changed } from '../assets/fault.ts';
import type { Assembly, AssetReference } from '../definition/assembly.ts';
import type { WriteAccess } from './access.ts';
import { requireBucketHere } from './bucket.ts';
import type { S3 } from './client.ts';
import { headObject } from './head.ts';
import { listObjects } from './list.ts';
import { inParallel } from './parallel.ts';
import { upload } from './upload.ts';
import { formatS3Uri } from './uri.ts';

/** Where assets go: the artefact bucket of an account. */
interface PublishTarget {
  readonly s3: S3;
  readonly bucket: string;
}

/** How assets are published. */
interface PublishOptions extends WriteAccess {
  /** Say what would be uploaded and write nothing. */
  readonly dryRun?: boolean | undefined;
  /** How many objects are on their way at a time. */
  readonly parallel?: number | undefined;
  readonly progress?: ((progress: PublishProgress) => void) | undefined;
}

/** An object of an asset that is on its way. */
interface PublishProgress {
  readonly uri: string;
  /** What S3 has of it. */
  readonly bytes: number;
  readonly of: number;
}

/** An asset and what was done about it. */
export interface PublishedAsset {
  readonly asset: AssetReference;
  /** Of the object, or of the folder. */
  readonly uri: string;
  /** `missing` is what a dry run would upload. */
  readonly state: 'uploaded' | 'there' | 'missing';
  readonly objects: readonly PublishedObject[];
}

/** An object of an asset. */
interface PublishedObject {
  readonly key: string;
  readonly size: number;
  readonly state: 'uploaded' | 'there' | 'missing';
}

interface Upload {
  readonly key: string;
  readonly size: number;
  readonly content: () => AsyncIterable<Uint8Array>;
}

const PARALLEL_OBJECTS = 4;

/**
 * Uploads the files and folders that a document names, as far as they are not there. Their keys come from their content,
 * so that what is there is what is meant, and whoever published at the same time wrote the same.
 *
 * @example await publishAssets(assembly, { s3, bucket: 'artefacts' })
 */
export async function publishAssets(
  assembly: Pick<Assembly, 'assets'>,
  { s3, bucket }: PublishTarget,
  options: PublishOptions = {},
): Promise<readonly PublishedAsset[]> {
  if (assembly.assets.length === 0) return [];
  await requireBucketHere(s3, bucket, options);
  const { parallel = PARALLEL_OBJECTS, dryRun = false, progress, ...access } = options;
  const states = new Map<string, PublishedObject['state']>();
  const wanted = assembly.assets.map((asset) => ({ asset, uploads: uploadsOf(asset) }));
  const missing: Upload[] = [];
  await inParallel(
    wanted,
    parallel,
    async ({ asset, uploads }, signal) => {
      const there = await sizesThere(s3, bucket, asset, { ...access, signal });
      for (const one of uploads) {
        const isThere = there.get(one.key) === one.size;
        states.set(one.key, isThere ? 'there' : 'missing');
        if (!isThere) missing.push(one);
      }
    },
    options.signal,
  );
  if (!dryRun) {
    const send = async ({ key, size, content }: Upload, signal: AbortSignal): Promise<void> => {
      const uri = formatS3Uri({ bucket, key });
      await upload(s3, { bucket, key }, content, {
        ...access,
        signal,
        resume: true,
        progress: (bytes) => progress?.({ uri, bytes, of: size }),
      });
      states.set(key, 'uploaded');
    };
    await inParallel(missing, parallel, send, options.signal);
  }
  return wanted.map(({ asset, uploads }) => {
    const objects = uploads.map(({ key, size }) => ({ key, size, state: states.get(key)! }));
    const state = objects.find((one) => one.state !== 'there')?.state ?? 'there';
    return { asset, uri: formatS3Uri({ bucket, key: asset.key }), state, objects };
  });
}

/** The objects that an asset is stored as. */
function uploadsOf(asset: AssetReference): Upload[] {
  const content = contentOf(asset);
  if (asset.packaging === 'archive') {
    return [{ key: asset.key, size: packedSize(content), content: () => packAsset(content) }];
  }
  const one = (file: AssetFile, key: string): Upload => ({ key, size: file.size, content: () => readAssetFile(file) });
  if (asset.packaging === 'folder') return content.files.map((file) => one(file, `${asset.key}${file.name}`));
  return content.files.map((file) => one(file, asset.key));
}

/** What is on this machine now, which must be what the document names. */
function contentOf({ path, hash, ignore }: AssetReference): AssetContent {
  const content = readAsset(path, { ignore });
  if (content.hash !== hash) throw changed(path, `the definition names ${hash}, and it is ${content.hash} now`);
  return content;
}

async function sizesThere(
  s3: S3,
  bucket: string,
  { packaging, key }: AssetReference,
  access: WriteAccess,
): Promise<ReadonlyMap<string, number>> {
  if (packaging === 'folder') {
    const there = new Map<string, number>();
    for await (const object of listObjects(s3, { bucket, key }, access)) there.set(object.key, object.size);
    return there;
  }
  // Without the right to list, S3 says of an object that is not there that it may not be looked at: the upload tells.
  const head = await headObject(s3, { bucket, key }, access);
  return new Map(head.state === 'there' ? [[key, head.size]] : []);
}
