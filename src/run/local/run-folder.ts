import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Json, JsonObject } from '../../definition/document.ts';
import type { Link, RunEvent } from '../../definition/events.ts';
import { isObject, jsonIn } from '../../definition/expression.ts';
import type { Chosen } from '../chosen-steps.ts';

/**
 * Everything about a run, in files that are whole at any moment: `run.json`, `definition.json`, `events.ndjson`, the mark
 * of who runs it, and for each step `steps/<name>/` with `arguments.json`, `stdout`, `stderr` and, once it has ended,
 * `result.json`.
 */
export interface RunFolder {
  readonly path: string;
}

/** Which steps run, and whose results stand in for the others. */
export interface LocalSelection extends Chosen {
  /** The name of a run; the newest of the pipeline that has ended when left out. */
  readonly source?: string | undefined;
}

/** What is written down before anything happens. */
export interface RunRecord {
  readonly version: 1;
  readonly run: string;
  readonly pipeline: string;
  readonly started: string;
  /** With secrets masked. */
  readonly parameters: Readonly<Record<string, Json>>;
  /** What the one who started it gave, as it was written: with secrets masked too. */
  readonly given: Readonly<Record<string, Json>>;
  /** What it was started for; left out where that was all steps. */
  readonly selection?: LocalSelection;
}

/** How a step ended, with all that steps behind it can refer to. */
export interface StepRecord {
  readonly state: 'succeeded' | 'failed' | 'stopped' | 'skipped';
  readonly reason?: string;
  /** What AWS would describe it as. */
  readonly properties?: Json;
  readonly outputs?: readonly Link[];
  readonly facts?: Readonly<Record<string, Json>>;
  /** What it was asked for, when every expression in it was replaced. */
  readonly asked?: JsonObject;
  /** How many objects there were at each of its outputs. */
  readonly made?: Readonly<Record<string, number>>;
  readonly job?: string;
  readonly started?: string;
  readonly seconds?: number;
  readonly ended: string;
}

export const RUNS = 'runs';
export const EVENTS = 'events.ndjson';
export const RUN_RECORD = 'run.json';
const RESULT = 'result.json';
const ARGUMENTS = 'arguments.json';

export function createRunFolder(stateFolder: string, record: RunRecord, definition: string): RunFolder {
  const path = join(stateFolder, RUNS, record.run);
  mkdirSync(join(path, 'steps'), { recursive: true });
  // Data and models do not belong into a repository, and nobody should have to say so in every project.
  const ignoring = join(stateFolder, '.gitignore');
  if (!existsSync(ignoring)) writeFileSync(ignoring, '*\n');
  writeWhole(join(path, 'definition.json'), definition);
  writeWhole(join(path, RUN_RECORD), `${JSON.stringify(record, null, 2)}\n`);
  return { path };
}

/** Opens the folder of a run that is to go on: what a kill has left half written is taken away. */
export function reopenRunFolder(stateFolder: string, run: string, definition: string): RunFolder {
  const path = join(stateFolder, RUNS, run);
  const events = join(path, EVENTS);
  if (existsSync(events)) truncateSync(events, readFileSync(events).lastIndexOf('\n') + 1);
  mkdirSync(join(path, 'steps'), { recursive: true });
  writeWhole(join(path, 'definition.json'), definition);
  return { path };
}

/** How a step of a run ended; undefined for one that has not, and where that cannot be read any more. */
export function readStepRecord(folder: RunFolder, step: string): StepRecord | undefined {
  const path = join(stepFolder(folder, step), RESULT);
  const record = existsSync(path) ? jsonIn(readFileSync(path, 'utf8')) : undefined;
  return isObject(record) ? (record as unknown as StepRecord) : undefined;
}

/** Keeps what a step is asked for, in its folder. */
export function writeArguments(folder: string, given: JsonObject): void {
  writeJson(join(folder, ARGUMENTS), given);
}

/** What a step was asked for; undefined for one that was not begun. */
export function readArguments(folder: string): JsonObject | undefined {
  return readJson(join(folder, ARGUMENTS)) as JsonObject | undefined;
}

/** Makes a step's folder anew, but for what is to stay. */
export function freshStepFolder(folder: RunFolder, step: string, stays: readonly string[] = []): string {
  const path = stepFolder(folder, step);
  if (!existsSync(path)) mkdirSync(path);
  for (const name of readdirSync(path)) if (!stays.includes(name)) removeFolder(join(path, name));
  return path;
}

export function writeStepRecord(folder: RunFolder, step: string, record: StepRecord): void {
  writeJson(join(stepFolder(folder, step), RESULT), record);
}

/** Events are appended one line at a time: after a kill there are all but perhaps the last. */
export function appendEvent({ path }: RunFolder, event: RunEvent): void {
  appendFileSync(join(path, EVENTS), `${JSON.stringify(event)}\n`);
}

export function stepFolder({ path }: RunFolder, step: string): string {
  return join(path, 'steps', folderName(step));
}

/** Names from anywhere become names of folders; those that AWS takes stay as they are. */
export function folderName(step: string): string {
  const name = step.replace(/[^A-Za-z0-9_-]/gu, (character) => encodeURIComponent(character).replaceAll('.', '%2E'));
  return name === '' ? '%' : name;
}

/**
 * Writes a file so that there is at every moment the old one, none, or the new one. Of a file that other runs write too,
 * `writer` is a text that no other has at this moment: of two with one unfinished file, the second to rename it finds none.
 */
export function writeWhole(path: string, text: string, writer?: string): void {
  const unfinished = `${path}${writer === undefined ? '' : `.${writer}`}.unfinished`;
  writeFileSync(unfinished, text);
  renameSync(unfinished, path);
}

export function writeJson(path: string, value: object, writer?: string): void {
  writeWhole(path, `${JSON.stringify(value, null, 2)}\n`, writer);
}

/** What `writeJson` has written; undefined where it has not. */
export function readJson(path: string): unknown {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}

/** What a job writes, line by line, and the last lines of it. */
export interface StepLog {
  readonly write: (stream: 'stdout' | 'stderr', line: string) => void;
  readonly tail: () => readonly string[];
  readonly close: () => void;
}

const TAIL = 20;

export function openStepLog(folder: string, keep: (action: () => void) => void): StepLog {
  const files = new Map<string, number>();
  const tail: string[] = [];
  return {
    write: (stream, line) => {
      keep(() => {
        let file = files.get(stream);
        if (file === undefined) files.set(stream, (file = openSync(join(folder, stream), 'a')));
        writeSync(file, `${line}\n`);
      });
      tail.push(line);
      if (tail.length > TAIL) tail.shift();
    },
    tail: () => [...tail],
    close: () => {
      for (const file of files.values()) closeSync(file);
      files.clear();
    },
  };
}

/** Removes a file, or a folder with all that is in it, also while what has just ended still writes there. */
export function removeFolder(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 3 });
}
