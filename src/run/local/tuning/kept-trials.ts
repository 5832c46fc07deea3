import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../../definition/document.ts';
import type { Link } from '../../../definition/events.ts';
import { contentBelow } from '../fingerprint.ts';
import { writeJson } from '../run-folder.ts';
import type { Surroundings } from '../steps/step.ts';
import { readPlace } from '../store/place.ts';

/** Where a search writes down which of its jobs are over: a run that is killed and goes on need not train them again. */
export const KEPT_TRIALS = 'trials';

/** A job of a search that is over, with every value of the objective that it said on its way. */
export interface KeptTrial {
  readonly status: 'Completed' | 'Stopped' | 'Failed';
  readonly values: readonly number[];
  readonly started: string;
  readonly ended: string;
  readonly outputs: readonly Link[];
  readonly reason?: string;
}

/** The jobs of a search that were over when its runner was killed. */
export interface KeptTrials {
  readonly find: (job: string, given: JsonObject) => Promise<KeptTrial | undefined>;
  readonly keep: (job: string, given: JsonObject, trial: KeptTrial) => void;
}

/** Opens them; those that were asked for otherwise, or read what is another now, do not count. */
export async function openKeptTrials(
  folder: string,
  { store, obtain }: Pick<Surroundings, 'store' | 'obtain'>,
  read: readonly string[],
): Promise<KeptTrials> {
  const place = join(folder, KEPT_TRIALS);
  const contents: (string | undefined)[] = [];
  for (const uri of read) {
    await obtain(uri);
    contents.push(await contentBelow(store, readPlace(uri)));
  }
  mkdirSync(place, { recursive: true });
  const key = (given: JsonObject): string =>
    createHash('sha256')
      .update(JSON.stringify([given, contents]))
      .digest('hex');
  return {
    find: async (job, given) => {
      const file = join(place, `${job}.json`);
      if (!existsSync(file)) return undefined;
      const kept = JSON.parse(readFileSync(file, 'utf8')) as KeptTrial & { readonly key: string };
      if (kept.key !== key(given)) return undefined;
      for (const { target } of kept.outputs) {
        if (kept.status === 'Completed' && (await contentBelow(store, readPlace(target))) === undefined)
          return undefined;
      }
      return kept;
    },
    keep: (job, given, trial) => writeJson(join(place, `${job}.json`), { ...trial, key: key(given) }),
  };
}
