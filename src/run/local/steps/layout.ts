import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import type { Json, JsonObject } from '../../../definition/document.ts';
import { PipelineError } from '../../../definition/error.ts';
import { readManifest } from '../manifest.ts';
import { objectsBelow, copyObject, copyOut } from '../store/transfer.ts';
import { formatPlace, readPlace } from '../store/place.ts';
import { findObject, needObject } from '../store/store.ts';
import type { PlannedStep, StepWork } from './step.ts';

const ROOT = '/opt/ml';

/** Where a path that a job knows is in the folder that it has as `/opt/ml`; undefined for one outside. */
function inJob(folder: string, localPath: string): string | undefined {
  const normal = posix.normalize(localPath);
  if (!localPath.startsWith('/') || !normal.startsWith(`${ROOT}/`)) return undefined;
  return join(folder, ...normal.slice(ROOT.length + 1).split('/'));
}

/** As `inJob`, where nothing but a path within will do. */
export function needInJob(folder: string, localPath: string): string {
  const path = inJob(folder, localPath);
  if (path !== undefined) return path;
  throw new PipelineError('failed', 'path-outside-opt-ml', `${localPath} is not below ${ROOT}`, { fix: FIX });
}

const FIX = `give a path below ${ROOT}/processing`;

/** A job on this machine has `/opt/ml` and nothing else of its container's disk. */
export function reportOutside(localPath: Json | undefined, below: string, { step, report }: PlannedStep): void {
  if (typeof localPath !== 'string' || inJob('/', localPath) !== undefined) return;
  report('error', 'path-outside-opt-ml', `${step.Name} puts files at ${localPath}, which is not below ${ROOT}`, {
    below,
    detail: `on this machine a job has ${ROOT} for itself and nothing else`,
    fix: FIX,
  });
}

export function writeConfig(folder: string, name: string, value: Json): void {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(value));
}

/** What of S3 a job reads, as its request says it. */
interface JobInput {
  readonly uri: string;
  readonly dataType: string;
}

/** Copies what a job reads into a folder of its own; without a single object the service starts no job. */
export async function download(work: StepWork, { uri, dataType }: JobInput, folder: string): Promise<number> {
  mkdirSync(folder, { recursive: true });
  if (dataType === 'ManifestFile') return await copyManifest(work, uri, folder);
  await work.obtain(uri);
  const count = await copyOut(work.store, readPlace(uri), folder);
  if (count > 0) return count;
  throw new PipelineError('failed', 'no-input', `There are no objects at ${uri}`, {
    detail: 'neither in the store of this project nor in a folder that stands for it',
    fix: `--map ${uri}=./FOLDER, or --fetch to read them from S3`,
  });
}

async function copyManifest(work: StepWork, uri: string, folder: string): Promise<number> {
  const listed = await readManifest(uri, work);
  for (const each of listed) await copyObject(await needObject(work.store, readPlace(each.uri)), folder, each.name);
  return listed.length;
}

/** The one archive or file that a URI names, or what is below it. */
export async function firstBelow(work: StepWork, uri: string): Promise<string | undefined> {
  const place = readPlace(uri);
  const object = await findObject(work.store, place);
  if (object !== undefined) return formatPlace(object);
  for await (const found of objectsBelow(work.store, place)) return formatPlace(found.object);
  return undefined;
}

/** How many machines a step asks for; here there is one. */
export function reportInstances(count: number | undefined, below: string, { step, report }: PlannedStep): void {
  if (count === undefined || count <= 1) return;
  report('warning', 'one-instance', `${step.Name} asks for ${count} instances and gets one`, {
    below,
    detail: 'its only host, algo-1, gets all the data',
  });
}

/** Members of a request that change nothing on this machine. */
export function reportIgnored(
  given: JsonObject,
  members: Readonly<Record<string, string>>,
  planned: PlannedStep,
): void {
  const found = Object.keys(members).filter((name) => isSet(given[name]));
  if (found.length === 0) return;
  const what = [...new Set(found.map((name) => members[name]!))].join('; ');
  planned.report('note', 'not-on-this-machine', `${planned.step.Name}: ${found.join(', ')} change nothing here`, {
    detail: what,
  });
}

function isSet(value: Json | undefined): boolean {
  return value !== undefined && value !== null && value !== false;
}
