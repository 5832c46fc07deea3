import { createReadStream, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Json } from '../../../definition/document.ts';
import { PipelineError } from '../../../definition/error.ts';
import { at } from '../steps/read.ts';
import { columnsOf } from '../transform/csv-row.ts';
import { type JsonText, readJson } from '../transform/json-text.ts';

/** How a dataset is written. */
export type DatasetFormat =
  | { readonly type: 'csv'; readonly hasHeader: boolean }
  | { readonly type: 'json'; readonly isLines: boolean };

/** The values of a record by column, as they are written; what is missing is not in it. */
export type Row = ReadonlyMap<string, string>;

/** Reads the variable `dataset_format` of a job; undefined for one that is read by AWS's image alone. */
export function formatOf(text: string): DatasetFormat | undefined {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
  const csv = at(value, 'csv');
  if (csv !== undefined) return { type: 'csv', hasHeader: at(csv, 'header') === true };
  const json = at(value, 'json');
  return json === undefined ? undefined : { type: 'json', isLines: at(json, 'lines') !== false };
}

/** The records of all files of a folder, file by file. */
export async function* rowsIn(folder: string, format: DatasetFormat, signal: AbortSignal): AsyncGenerator<Row> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
  for (const file of files) {
    const rows = format.type === 'csv' ? csvRows(file, format.hasHeader) : jsonRows(file, format.isLines);
    for await (const row of rows) {
      signal.throwIfAborted();
      yield row;
    }
  }
}

async function* csvRows(file: string, hasHeader: boolean): AsyncGenerator<Row> {
  let names: readonly string[] | undefined;
  for await (const line of linesOf(file, 'utf8')) {
    if (line === '') continue;
    const values = columnsOf(line).map(unquoted);
    if (hasHeader && names === undefined) {
      names = values;
      continue;
    }
    // As Spark names columns that have none.
    names ??= values.map((_, index) => `_c${index}`);
    if (values.length > names.length) {
      throw unreadable(file, `a row has ${values.length} values for ${names.length} columns`);
    }
    const row = new Map<string, string>();
    for (const [index, value] of values.entries()) if (value !== '') row.set(names[index]!, value);
    yield row;
  }
}

function unquoted(value: string): string {
  return /^".*"$/s.test(value) ? value.slice(1, -1).replaceAll('""', '"') : value;
}

async function* jsonRows(file: string, isLines: boolean): AsyncGenerator<Row> {
  if (!isLines) {
    const value = parsed(await readFile(file, 'latin1'), file);
    for (const record of Array.isArray(value) ? value : [value]) yield rowOf(record, file);
    return;
  }
  for await (const line of linesOf(file, 'latin1')) if (line.trim() !== '') yield rowOf(parsed(line, file), file);
}

function linesOf(file: string, encoding: 'utf8' | 'latin1'): AsyncIterable<string> {
  return createInterface({ input: createReadStream(file, encoding), crlfDelay: Infinity });
}

/** Read as bytes, and so that `1.0` stays what it is: a number of the other kind. */
function parsed(bytes: string, file: string): JsonText {
  try {
    return readJson(bytes);
  } catch (cause) {
    throw unreadable(file, (cause as Error).message);
  }
}

function rowOf(record: JsonText, file: string): Row {
  if (!(record instanceof Map)) throw unreadable(file, 'a record is no object');
  const row = new Map<string, string>();
  for (const [key, value] of record) {
    const name = textOf(`"${key}"`);
    if (typeof value !== 'string') {
      throw unreadable(file, `${name} is an object or a list, and a column has plain values`);
    }
    if (value !== 'null') row.set(name, value.startsWith('"') ? textOf(value) : value);
  }
  return row;
}

function textOf(quotedBytes: string): string {
  return JSON.parse(Buffer.from(quotedBytes, 'latin1').toString('utf8')) as string;
}

function unreadable(file: string, why: string): PipelineError {
  const name = file.slice(file.lastIndexOf('/') + 1);
  return new PipelineError('failed', 'bad-dataset', `${name} cannot be read as a dataset`, { detail: why });
}
