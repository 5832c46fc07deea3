import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { StepDocument } from '../../definition/document.ts';
import { isObject } from '../../definition/expression.ts';
import { firstDifference } from './differences.ts';
import { after } from './duration.ts';
import type { Before, Earlier } from './earlier.ts';
import { type Fingerprint, type Taking, contentBelow, fingerprintOf, keyOf } from './fingerprint.ts';
import { type RunFolder, type StepRecord, folderName, readJson, stepFolder, writeJson } from './run-folder.ts';
import { readPlace } from './store/place.ts';

/** What the cache made of a step, kept with the run for who asks why. */
interface CacheNote {
  readonly outcome: 'hit' | 'miss' | 'off';
  readonly why: string;
  /** The run whose result it is, or to which it was compared. */
  readonly run?: string;
  readonly key?: string;
  readonly fingerprint?: Fingerprint;
}

/** A result that later runs may use. */
interface CacheEntry {
  readonly version: 1;
  readonly key: string;
  readonly run: string;
  readonly ended: string;
  readonly fingerprint: Fingerprint;
  readonly record: StepRecord;
  /** What was at its outputs, by content. */
  readonly made: Readonly<Record<string, string>>;
}

/** How a run uses results of earlier ones. */
export interface CacheSettings {
  /** `cache` of a state folder. */
  readonly folder: string;
  readonly pipeline: string;
  /** As the document says of each step; or all that can be, or none. */
  readonly use: 'as-declared' | 'all' | 'none';
  readonly now: () => Date;
  readonly taking: (step: string) => Taking;
  readonly runFolder: RunFolder;
}

/** Types whose results the service keeps too. https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-caching.html */
const CACHED: ReadonlySet<string> = new Set([
  'Processing',
  'Training',
  'Tuning',
  'Transform',
  'Lambda',
  'Callback',
  'QualityCheck',
]);
const KEPT = 20;
const CACHE_NOTE = 'cache.json';

/** The results of earlier runs. */
interface Cache {
  readonly earlier: Earlier;
  readonly keepResult: (step: StepDocument, record: StepRecord) => Promise<void>;
  /** Writes down what was found, in a step's folder. */
  readonly note: (step: StepDocument) => void;
}

/** Opens the results that earlier runs of a pipeline have left. */
export function openCache(settings: CacheSettings): Cache {
  const notes = new Map<string, CacheNote>();
  const noted = (step: StepDocument, note: CacheNote): CacheNote => {
    notes.set(step.Name, note);
    return note;
  };
  return {
    earlier: async (step, asked) => {
      const off = whyOff(step, settings);
      if (off !== undefined) {
        noted(step, { outcome: 'off', why: off });
        return {};
      }
      const fingerprint = await fingerprintOf(await asked(), settings.taking(step.Name));
      const found = await lookUp(step, fingerprint, settings);
      noted(step, found.note);
      return found.before;
    },
    keepResult: async (step, record) => {
      const note = notes.get(step.Name);
      if (note?.fingerprint === undefined || note.key === undefined) return;
      const { store, run } = settings.taking(step.Name);
      const made: Record<string, string> = {};
      for (const uri of Object.keys(record.made ?? {})) {
        made[uri] = (await contentBelow(store, readPlace(uri))) ?? NOTHING;
      }
      const { key, fingerprint } = note;
      const folder = entriesFolder(settings, step);
      mkdirSync(folder, { recursive: true });
      const entry: CacheEntry = { version: 1, key, run, ended: record.ended, fingerprint, record, made };
      writeJson(join(folder, `${key}.json`), entry, run);
      for (const old of readEntries(folder).slice(KEPT)) rmSync(join(folder, `${old.key}.json`), { force: true });
    },
    note: (step) => {
      const note = notes.get(step.Name);
      if (note !== undefined) writeJson(join(stepFolder(settings.runFolder, step.Name), CACHE_NOTE), note);
    },
  };
}

const NOTHING = 'nothing';

function whyOff(step: StepDocument, { use }: CacheSettings): string | undefined {
  const { Type: type, CacheConfig: config } = step;
  if (!CACHED.has(type)) return `results of ${type} steps are never used again`;
  if (type === 'QualityCheck' && 'ModelPackageGroupName' in step && step.ModelPackageGroupName !== null) {
    return 'what it compares with is in the registry, and may be another since';
  }
  if (use === 'none') return 'the run was started with --no-cache';
  if (use === 'all' || config?.Enabled === true) return undefined;
  return 'the step has no CacheConfig that is enabled; --cache uses the results of all steps';
}

async function lookUp(
  step: StepDocument,
  fingerprint: Fingerprint,
  settings: CacheSettings,
): Promise<{ readonly note: CacheNote; readonly before: Before }> {
  const key = keyOf(fingerprint);
  const entries = readEntries(entriesFolder(settings, step));
  const entry = entries.find((each) => each.key === key);
  const miss = (why: string, run?: string) => ({
    note: { outcome: 'miss', why, ...(run === undefined ? {} : { run }), key, fingerprint } as const,
    before: { why: `runs: not from the cache, as ${why}` },
  });
  if (entry === undefined) {
    const [newest] = entries;
    if (newest === undefined) return miss('no earlier run has a result of it');
    const { asked, environment } = newest.fingerprint;
    const difference =
      firstDifference(asked, fingerprint.asked) ??
      firstDifference(environment, fingerprint.environment, 'the environment');
    return miss(`${difference ?? 'it differs'} (compared with run ${newest.run})`, newest.run);
  }
  const { run, record, ended } = entry;
  const limit = step.CacheConfig?.ExpireAfter;
  const end = limit === undefined ? undefined : after(new Date(ended), limit);
  if (end !== undefined && end <= settings.now()) return miss(`the result of run ${run} is older than ${limit}`, run);
  const { store } = settings.taking(step.Name);
  for (const [uri, content] of Object.entries(entry.made)) {
    const found = (await contentBelow(store, readPlace(uri))) ?? NOTHING;
    if (found !== content) return miss(`what run ${run} made at ${uri} is not there as it was`, run);
  }
  const reason = `as run ${run} made it`;
  return { note: { outcome: 'hit', why: reason, run, key, fingerprint }, before: { record, state: 'cached', reason } };
}

function entriesFolder({ folder, pipeline }: CacheSettings, step: StepDocument): string {
  return join(folder, folderName(pipeline), folderName(step.Name));
}

/** The newest first; what somebody has damaged is none. */
function readEntries(folder: string): CacheEntry[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder).flatMap((name): CacheEntry[] => {
    if (!name.endsWith('.json')) return [];
    try {
      const entry = JSON.parse(readFileSync(join(folder, name), 'utf8')) as unknown;
      return isEntry(entry) ? [entry] : [];
    } catch {
      return [];
    }
  });
  return entries.toSorted((a, b) => (a.ended < b.ended ? 1 : -1));
}

function isEntry(value: unknown): value is CacheEntry {
  if (!isObject(value) || value['version'] !== 1) return false;
  const isNamed = ['key', 'run', 'ended'].every((member) => typeof value[member] === 'string');
  return isNamed && ['fingerprint', 'record', 'made'].every((member) => isObject(value[member]));
}

/** What the cache made of a step of a run; undefined where nobody asked it. */
export function readCacheNote(folder: RunFolder, step: string): CacheNote | undefined {
  return readJson(join(stepFolder(folder, step), CACHE_NOTE)) as CacheNote | undefined;
}
