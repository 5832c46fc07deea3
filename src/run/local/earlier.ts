import type { Json, JsonObject, PipelineDocument, StepDocument } from '../../definition/document.ts';
import { graphOf } from '../../definition/graph.ts';
import { firstDifference } from './differences.ts';
import { type RunFolder, type StepRecord, readStepRecord } from './run-folder.ts';
import { readPlace } from './store/place.ts';
import type { Store } from './store/store.ts';
import { objectsBelow } from './store/transfer.ts';

/** What stands in for running a step; or why it runs, where that is worth telling. */
export type Before =
  | { readonly record: StepRecord; readonly state: 'succeeded' | 'cached' | 'skipped'; readonly reason: string }
  | {
      readonly record?: undefined;
      /** Told at once. */
      readonly why?: string;
    };

/** Gives what a step is asked for, and fails as the step would; where that says the time, it is now unless told. */
type Asked = (at?: Date) => Promise<JsonObject>;

/** Looks for an earlier result of a step. */
export type Earlier = (step: StepDocument, asked: Asked) => Promise<Before>;

/** The first of these that has a result; the first reason to run is the one that is told. */
export function firstOf(...places: readonly Earlier[]): Earlier {
  return async (step, asked) => {
    let why: string | undefined;
    for (const place of places) {
      const before = await place(step, asked);
      if (before.record !== undefined) return before;
      why ??= before.why;
    }
    return why === undefined ? {} : { why };
  };
}

/** The results that a run had when it ended or was killed. */
export function resumption(document: PipelineDocument, folder: RunFolder, store: Store): Earlier {
  const needs = new Map<string, string[]>();
  for (const { step, needs: needed } of graphOf(document).edges) {
    needs.set(step, [...(needs.get(step) ?? []), needed]);
  }
  const again = new Set<string>();
  return async (step, asked) => {
    const record = readStepRecord(folder, step.Name);
    const why = await whyAgain(record, asked, { store, ran: needs.get(step.Name)?.find((name) => again.has(name)) });
    if (why === undefined) return { record: record!, state: 'succeeded', reason: 'was done before the run went on' };
    again.add(step.Name);
    // What had not ended well needs no explanation.
    return record?.state === 'succeeded' ? { why: `runs again: ${why}` } : {};
  };
}

async function whyAgain(
  record: StepRecord | undefined,
  asked: Asked,
  { store, ran }: { readonly store: Store; readonly ran: string | undefined },
): Promise<string | undefined> {
  if (record?.state !== 'succeeded') return 'it has not ended well before';
  if (ran !== undefined) return `${ran}, which it waits for, ran again`;
  let now: Json;
  try {
    // That it is later by now is nothing that was changed.
    now = await asked(record.started === undefined ? undefined : new Date(record.started));
  } catch {
    return 'what it is asked for is not known';
  }
  const difference = firstDifference(record.asked, now);
  if (difference !== undefined) return difference;
  const gone = await goneFrom(store, record.made ?? {});
  return gone === undefined ? undefined : `what it made at ${gone} is not there any more`;
}

/** Where there are fewer objects than a step has made. */
async function goneFrom(store: Store, made: Readonly<Record<string, number>>): Promise<string | undefined> {
  for (const [uri, count] of Object.entries(made)) if ((await countBelow(store, uri)) < count) return uri;
  return undefined;
}

/** How many objects a step has made at each of its outputs. */
export async function madeAt(store: Store, targets: readonly string[]): Promise<Record<string, number>> {
  const made: Record<string, number> = {};
  for (const target of targets) if (target.startsWith('s3://')) made[target] = await countBelow(store, target);
  return made;
}

async function countBelow(store: Store, uri: string): Promise<number> {
  let count = 0;
  for await (const _ of objectsBelow(store, readPlace(uri))) count++;
  return count;
}
