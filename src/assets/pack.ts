import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { PipelineError } from '../definition/error.ts';
import { changed, isAbsence, unreadable } from './fault.ts';
import { gzipStored, gzipStoredSize } from './gzip.ts';
import type { AssetContent, AssetFile } from './read.ts';
import { tarEnd, tarHeader, tarPadding, tarSize } from './tar.ts';

const CHUNK = 1 << 18;

/**
 * The bytes of an asset's `sourcedir.tar.gz`, the same on every machine. Ends in `asset-changed` rather than in an
 * archive whose content is not what the hash says.
 *
 * @example await pipeline(packAsset(readAsset('src')), createWriteStream('sourcedir.tar.gz'))
 */
export function packAsset(content: AssetContent): AsyncGenerator<Uint8Array, void, undefined> {
  return gzipStored(tar(content.files));
}

/** How many bytes `packAsset` yields. */
export function packedSize(content: AssetContent): number {
  return gzipStoredSize(tarSize(content.files));
}

/**
 * Regular files only. Readers make the folders that names imply, and an entry for a folder would add nothing but a mode
 * and a time to be set on it.
 */
async function* tar(files: readonly AssetFile[]): AsyncGenerator<Uint8Array, void, undefined> {
  const buffer = Buffer.allocUnsafe(CHUNK);
  for (const file of files) {
    yield tarHeader(file);
    yield* readAssetFile(file, buffer);
    yield tarPadding(file.size);
  }
  yield tarEnd();
}

/**
 * A file's bytes, each piece in the same buffer: it is good until the next one is asked for. Ends in `asset-changed`
 * when they are not those that were hashed.
 */
export async function* readAssetFile(
  file: AssetFile,
  buffer = Buffer.allocUnsafe(CHUNK),
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    const handle = await open(file.path);
    try {
      const { size } = await handle.stat();
      if (size !== file.size) throw changed(file.path, `it had ${file.size} bytes and has ${size}`);
      const hash = createHash('sha256');
      for (let left = file.size; left > 0;) {
        const { bytesRead } = await handle.read(buffer, 0, Math.min(left, buffer.length));
        if (bytesRead === 0) throw changed(file.path, `it had ${file.size} bytes and has ${file.size - left}`);
        const piece = buffer.subarray(0, bytesRead);
        hash.update(piece);
        yield piece;
        left -= bytesRead;
      }
      if (hash.digest('hex') !== file.hash) throw changed(file.path, 'its content is another one');
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof PipelineError) throw error;
    throw isAbsence(error) ? changed(file.path, 'it is gone') : unreadable(file.path, error);
  }
}
