import { mkdirSync } from 'node:fs';
import type { JsonObject } from '../../../definition/document.ts';
import { readPlace } from '../store/place.ts';
import { findObject } from '../store/store.ts';
import { copyOut } from '../store/transfer.ts';
import { unpack } from '../unpack.ts';
import { modelDataOf, needData } from './model.ts';
import type { StepWork } from './step.ts';

/** Puts a container's model where the container has it as `/opt/ml/model`: an archive unpacked, a prefix as it is. */
export async function layModel(work: StepWork, container: JsonObject, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const uri = modelDataOf(container);
  if (uri === undefined) return;
  await needData(work, container);
  const object = await findObject(work.store, readPlace(uri));
  const isPrefix = uri.endsWith('/') || object === undefined;
  if (isPrefix) await copyOut(work.store, readPlace(uri), folder);
  else await unpack(object.path, folder);
}
