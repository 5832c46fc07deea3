import { sayCount } from '../definition/count.ts';
import type { Assembly } from '../definition/assembly.ts';
import { requireBucketHere } from '../s3/bucket.ts';
import { openS3 } from '../s3/client.ts';
import { type PublishedAsset, publishAssets } from '../s3/publish.ts';
import { nothingStarted } from './not-started.ts';
import type { Place } from './place.ts';

/** Where and how a run uploads. */
export interface PublishSettings extends Place {
  /** Undefined when the run needs none. */
  readonly bucket: string | undefined;
  /** Whether something beside the assets is written to the bucket. */
  readonly writesMore?: boolean;
  /** Encrypts what is uploaded. */
  readonly kmsKey?: string | undefined;
  /** The account that must own the bucket. */
  readonly expectedOwner?: string | undefined;
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
  readonly progress?: (message: string) => void;
}

/** Uploads what of a run's assets is missing in the bucket, and says so. */
export async function publishForRun(assembly: Assembly, settings: PublishSettings): Promise<readonly PublishedAsset[]> {
  const { region, profile, bucket, writesMore = false, kmsKey, expectedOwner, dryRun, signal, progress } = settings;
  if (bucket === undefined || (assembly.assets.length === 0 && !writesMore)) return [];
  const s3 = await openS3({ region, profile });
  try {
    const access = { kmsKeyId: kmsKey, expectedOwner, signal };
    if (assembly.assets.length === 0) await requireBucketHere(s3, bucket, access);
    const told = new Set<string>();
    const published = await publishAssets(
      assembly,
      { s3, bucket },
      {
        ...access,
        dryRun,
        progress: ({ uri }) => {
          if (told.has(uri)) return;
          told.add(uri);
          progress?.(`uploading ${uri}`);
        },
      },
    );
    const uploaded = published.filter(({ state }) => state === 'uploaded').length;
    if (uploaded > 0) progress?.(`uploaded ${sayCount(uploaded, 'asset')} to s3://${bucket}`);
    return published;
  } catch (error) {
    if (signal?.aborted === true) throw nothingStarted();
    throw error;
  } finally {
    s3.destroy();
  }
}
