import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Json, JsonObject, StepDocument } from '../definition/document.ts';
import type { Link, RunEvent } from '../definition/events.ts';
import { isObject, jsonIn } from '../definition/expression.ts';
import { parse } from '../definition/parse.ts';
import { walkSteps } from '../definition/walk.ts';
import { EVENTS, type StepRecord, readStepRecord, stepFolder } from '../run/local/run-folder.ts';
import { metricSeries } from '../run/local/steps/metrics.ts';
import { listObjects } from '../run/local/store/listing.ts';
import { formatPlace, readPlace } from '../run/local/store/place.ts';
import { type Store, type StoredObject, findObject } from '../run/local/store/store.ts';
import type { Evaluation } from './evaluation.ts';
import { type Preview, preview } from './preview.ts';
import { OUTPUTS } from './story.ts';
import { type Trial, trialsIn } from './trials.ts';

/** What a run left on the disk for one step, as much of it as a page shows. */
export interface StepFiles {
  /** As they were given to the job. */
  readonly arguments?: Json;
  readonly logs: readonly LogTail[];
  readonly outputs: readonly OutputFiles[];
  readonly series: readonly Series[];
  readonly evaluations: readonly Evaluation[];
  /** The training jobs of a search for hyperparameters. */
  readonly trials: readonly Trial[];
}

/** The end of what a step wrote to one of its streams. */
export interface LogTail {
  readonly stream: 'stdout' | 'stderr';
  readonly lines: readonly string[];
  /** Whether there is more before it. */
  readonly isCut: boolean;
}

/** What lies at an output. */
export interface OutputFiles {
  readonly target: string;
  readonly objects: number;
  /** Whether there are more than were counted. */
  readonly isMore: boolean;
  readonly bytes: number;
  readonly previews: readonly Preview[];
}

/** The values of a metric in the order in which the log has them. */
interface Series {
  readonly name: string;
  readonly values: readonly number[];
}

/** What a page takes of a run folder. */
interface RunFiles {
  readonly definition: string;
  readonly events: readonly RunEvent[];
  readonly steps: ReadonlyMap<string, StepFiles>;
}

const TAIL_BYTES = 32_768;
const SERIES_BYTES = 4_194_304;
const FEW = { lines: 60, files: 3, rows: 10 };
/** A page of hundreds of steps says less of each, so that a browser still opens it at once. */
const FEWER = { lines: 15, files: 1, rows: 4 };
const MANY_STEPS = 100;
const COUNTED = 1000;

/** Reads of a run folder what a page shows; `store` is the one that the run wrote to. */
export async function readRunFolder(folder: string, store: Store): Promise<RunFiles> {
  const definition = await readFile(join(folder, 'definition.json'), 'utf8');
  const events = linesOf(await readFile(join(folder, EVENTS), 'utf8').catch(() => ''));
  const ends = new Map<string, readonly Link[]>();
  for (const event of events) {
    if (event.type === 'step-started') ends.set(event.step, []);
    if (event.type === 'step-ended') ends.set(event.step, event.outputs);
  }
  const amount = ends.size > MANY_STEPS ? FEWER : FEW;
  const { document } = parse(definition);
  const declared = new Map([...walkSteps(document ?? { Version: '', Steps: [] })].map(({ step }) => [step.Name, step]));
  const steps = new Map<string, StepFiles>();
  for (const [name, outputs] of ends) {
    const run = { path: folder };
    const read = await readStep(stepFolder(run, name), recordOf(run, name), outputs, store, amount);
    steps.set(name, { ...read, evaluations: await readEvaluations(declared.get(name), outputs, store) });
  }
  return { definition, events, steps };
}

function linesOf(text: string): RunEvent[] {
  return text.split('\n').flatMap((line) => {
    const event = line === '' ? undefined : jsonIn(line);
    // The last line of a run that was killed may be half a line.
    return isObject(event) && typeof event['type'] === 'string' ? [event as unknown as RunEvent] : [];
  });
}

/** What a step that was killed left half written tells nothing. */
function recordOf(folder: { readonly path: string }, step: string): StepRecord | undefined {
  try {
    return readStepRecord(folder, step);
  } catch {
    return undefined;
  }
}

async function readStep(
  folder: string,
  record: StepRecord | undefined,
  outputs: readonly Link[],
  store: Store,
  amount: typeof FEW,
): Promise<Omit<StepFiles, 'evaluations'>> {
  // A step whose result came from an earlier run was asked for something too, though no job was given it.
  const given =
    jsonIn(await readFile(join(folder, 'arguments.json'), 'utf8').catch(() => '')) ?? record?.asked?.['Arguments'];
  const logs: LogTail[] = [];
  for (const stream of ['stdout', 'stderr'] as const) {
    const tail = await tailOf(join(folder, stream), stream, amount.lines);
    if (tail !== undefined) logs.push(tail);
  }
  const made: OutputFiles[] = [];
  for (const { target } of outputs.slice(0, OUTPUTS)) {
    const files = await readOutput(target, store, amount);
    if (files !== undefined) made.push(files);
  }
  return {
    ...(given === undefined ? {} : { arguments: given }),
    logs,
    outputs: made,
    series: isObject(given) ? await seriesOf(folder, given) : [],
    trials: trialsIn(record?.properties),
  };
}

async function tailOf(path: string, stream: LogTail['stream'], count: number): Promise<LogTail | undefined> {
  const end = await endOf(path, TAIL_BYTES);
  if (end === undefined || end.text === '') return undefined;
  const lines = end.text.replace(/\n$/, '').split('\n');
  // What was cut begins in the middle of a line.
  const whole = end.isCut && lines.length > 1 ? lines.slice(1) : lines;
  return { stream, lines: whole.slice(-count), isCut: end.isCut || whole.length > count };
}

async function endOf(path: string, bytes: number): Promise<{ text: string; isCut: boolean } | undefined> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const { size } = await file.stat();
    const buffer = Buffer.alloc(Math.min(size, bytes));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, size - buffer.length);
    return { text: buffer.subarray(0, bytesRead).toString('utf8'), isCut: size > bytes };
  } finally {
    await file.close();
  }
}

async function seriesOf(folder: string, given: JsonObject): Promise<readonly Series[]> {
  if (!isObject(given['AlgorithmSpecification'])) return [];
  const texts = await Promise.all(['stdout', 'stderr'].map((stream) => endOf(join(folder, stream), SERIES_BYTES)));
  return metricSeries(
    given,
    texts.flatMap((end) => end?.text.split('\n') ?? []),
  );
}

async function readOutput(target: string, store: Store, amount: typeof FEW): Promise<OutputFiles | undefined> {
  if (!target.startsWith('s3://')) return undefined;
  const objects: StoredObject[] = [];
  let isMore = false;
  try {
    for await (const object of objectsAt(target, store)) {
      if (objects.length === COUNTED) {
        isMore = true;
        break;
      }
      objects.push(object);
    }
  } catch {
    // A place that cannot be one on this machine: the page says the rest.
    return undefined;
  }
  const previews: Preview[] = [];
  const base = target.replace(/\/$/, '');
  for (const object of objects.slice(0, amount.files)) {
    const uri = formatPlace(object);
    const name = uri.startsWith(`${base}/`) ? uri.slice(base.length + 1) : (uri.split('/').at(-1) ?? uri);
    const shown = await preview(object.path, { name, size: object.size, rows: amount.rows }).catch(() => undefined);
    if (shown !== undefined) previews.push(shown);
  }
  const bytes = objects.reduce((sum, { size }) => sum + size, 0);
  return { target, objects: objects.length, isMore, bytes, previews };
}

const EVALUATION = /(?:^|[/_-])(?:evaluation|metrics?|scores?|statistics|report)[^/]*\.json$/i;
const EVALUATION_BYTES = 1_048_576;
const EVALUATIONS = 8;

/** The property files of a step; of a step without them what is named like an evaluation. */
async function readEvaluations(
  step: StepDocument | undefined,
  outputs: readonly Link[],
  store: Store,
): Promise<readonly Evaluation[]> {
  const declared = step?.PropertyFiles ?? [];
  const found: Evaluation[] = [];
  for (const { title, target } of outputs) {
    const base = target.replace(/\/$/, '');
    const wanted = declared.filter(({ OutputName: output }) => output === title);
    const places = wanted.map((each) => ({ place: `${base}/${each.FilePath}`, propertyFile: each.PropertyFileName }));
    const all = declared.length > 0 ? places : [{ place: target, propertyFile: undefined }];
    for (const { place, propertyFile } of all) {
      let count = 0;
      try {
        for await (const object of objectsAt(place, store)) {
          if (count++ === COUNTED || found.length === EVALUATIONS) break;
          const file = formatPlace(object).slice(base.length + 1);
          if (object.size > EVALUATION_BYTES || (propertyFile === undefined && !EVALUATION.test(`/${file}`))) continue;
          const content = jsonIn(await readFile(object.path, 'utf8'));
          if (content !== undefined) found.push({ file, propertyFile, content });
        }
      } catch {
        // As for what lies there: a place that cannot be one on this machine.
      }
    }
  }
  return found;
}

async function* objectsAt(uri: string, store: Store): AsyncGenerator<StoredObject> {
  const place = readPlace(uri);
  const own = place.key === '' || place.key.endsWith('/') ? undefined : await findObject(store, place);
  if (own !== undefined) return yield own;
  const prefix = place.key === '' || place.key.endsWith('/') ? place.key : `${place.key}/`;
  yield* listObjects(store, { bucket: place.bucket, prefix });
}
