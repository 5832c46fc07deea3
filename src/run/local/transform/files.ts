import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

import type { ObjectSink } from './assemble.ts';
import { lengthOf } from './pieces.ts';

const PIECE = 1024 * 1024;

/** A file as an object of the input. */
export function readFile(path: string): AsyncIterable<Uint8Array> {
  return createReadStream(path, { highWaterMark: PIECE });
}

/** A file as an output: written beside its place under a name of its own, and moved there when it is whole. */
export async function writeFile(path: string, unique: (digits: number) => string): Promise<ObjectSink> {
  await mkdir(dirname(path), { recursive: true });
  const unfinished = `${path}.${unique(8)}.part`;
  const file = await open(unfinished, 'wx');
  return {
    write: (pieces) => writeWhole(file, pieces),
    commit: async () => {
      await file.close();
      await rename(unfinished, path);
    },
    abandon: async () => {
      // It may be closed already, when moving it was what went wrong.
      await file.close().catch(() => {});
      await rm(unfinished, { force: true });
    },
  };
}

async function writeWhole(file: FileHandle, pieces: readonly Uint8Array[]): Promise<void> {
  const { bytesWritten } = await file.writev([...pieces]);
  const length = lengthOf(pieces);
  // A disk that is nearly full takes a part.
  if (bytesWritten < length) await file.writeFile(Buffer.concat(pieces).subarray(bytesWritten));
}
