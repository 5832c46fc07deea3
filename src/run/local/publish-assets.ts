import { packAsset } from '../../assets/pack.ts';
import { readAsset } from '../../assets/read.ts';
import type { AssetReference } from '../../definition/assembly.ts';
import { PipelineError } from '../../definition/error.ts';
import { type Store, findObject, putFile, writeObject } from './store/store.ts';

/** Puts the assets of a document where it says they are; what is there already has the same content by its name. */
export async function publishAssets(
  assets: readonly AssetReference[],
  { bucket, store }: { readonly bucket: string; readonly store: Store },
): Promise<void> {
  for (const asset of assets) {
    const { path, packaging, key, hash, ignore } = asset;
    const content = readAsset(path, ignore === undefined ? {} : { ignore });
    if (content.hash !== hash) {
      throw new PipelineError('failed', 'asset-changed', `${path} changed after the pipeline was read`, {
        fix: 'run this again once nothing writes to it any more',
      });
    }
    if (packaging === 'archive') {
      if ((await findObject(store, { bucket, key })) === undefined) {
        await writeObject(store, { bucket, key }, packAsset(content));
      }
      continue;
    }
    for (const file of content.files) {
      const place = { bucket, key: packaging === 'folder' ? key + file.name : key };
      if ((await findObject(store, place)) === undefined) await putFile(store, place, file.path);
    }
  }
}
