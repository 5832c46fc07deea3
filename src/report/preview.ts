import { open } from 'node:fs/promises';
import type { Json } from '../definition/document.ts';
import { isObject, jsonIn } from '../definition/expression.ts';
import { columnsOf } from '../run/local/transform/csv-row.ts';

/** The beginning of a file: rows of cells, lines of text, or nothing that can be read. */
export interface Preview {
  readonly name: string;
  readonly size: number;
  readonly rows?: readonly (readonly string[])[];
  /** What the cells of a row are, where the file says so: the keys of JSON Lines. */
  readonly columns?: readonly string[];
  readonly lines?: readonly string[];
  /** Whether the file goes on. */
  readonly isCut: boolean;
}

const BYTES = 65_536;
const COLUMNS = 24;
const LINE = 400;
const CELL = 120;

/** Reads the beginning of a file. */
export async function preview(
  path: string,
  { name, size, rows: count }: { readonly name: string; readonly size: number; readonly rows: number },
): Promise<Preview> {
  const file = await open(path);
  const buffer = Buffer.alloc(Math.min(size, BYTES));
  try {
    await file.read(buffer, 0, buffer.length, 0);
  } finally {
    await file.close();
  }
  const text = textOf(buffer, size > BYTES);
  if (text === undefined) return { name, size, isCut: false };
  const json = size <= BYTES && /^\s*[[{]/.test(text) ? jsonIn(text) : undefined;
  if (json !== undefined) {
    const lines = JSON.stringify(json, null, 2).split('\n');
    const shown = lines.slice(0, count * 4).map((line) => cut(line, LINE));
    return { name, size, lines: shown, isCut: lines.length > shown.length };
  }
  const all = text.replace(/\n$/, '').split(/\r?\n/);
  const isCut = size > BYTES || all.length > count;
  const lines = all.slice(0, count);
  const records = recordsOf(lines);
  if (records !== undefined) return { name, size, isCut, ...records };
  const rows = isTable(name, lines) ? lines.map(cellsOf) : [];
  const width = Math.max(...rows.map(({ length }) => length), 0);
  if (rows.length > 0 && width > 0) return { name, size, isCut, rows: rows.map((row) => row.slice(0, COLUMNS)) };
  return { name, size, isCut, lines: lines.map((line) => cut(line, LINE)) };
}

/** Text, or undefined for what is none; a letter that the cut went through is left out. */
function textOf(buffer: Buffer, isCut: boolean): string | undefined {
  if (buffer.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(buffer, { stream: isCut });
  } catch {
    return undefined;
  }
}

/** JSON Lines as rows: objects whose keys together are a few columns. */
function recordsOf(lines: readonly string[]): Pick<Preview, 'columns' | 'rows'> | undefined {
  if (!lines[0]?.startsWith('{')) return undefined;
  const records = lines.map((line) => jsonIn(line)).filter((record) => isObject(record));
  const columns = [...new Set(records.flatMap((record) => Object.keys(record)))];
  if (records.length < lines.length || columns.length > COLUMNS) return undefined;
  const cellOf = (value: Json | undefined): string =>
    value === undefined ? '' : cut(typeof value === 'string' ? value : JSON.stringify(value), CELL);
  const rows = records.map((record) => columns.map((column) => cellOf(record[column])));
  return { columns: columns.map((column) => cut(column, CELL)), rows };
}

function isTable(name: string, lines: readonly string[]): boolean {
  if (/\.(?:csv|tsv)(?:\.out)?$/i.test(name)) return true;
  const [first, second] = lines;
  if (first === undefined || /^\s*[[{]/.test(first)) return false;
  const commas = (line: string): number => line.split(',').length;
  return commas(first) > 1 && (second === undefined || commas(first) === commas(second));
}

function cellsOf(line: string): string[] {
  try {
    return columnsOf(line).map((cell) => {
      const bare = /^"(.*)"$/s.test(cell) ? cell.slice(1, -1).replaceAll('""', '"') : cell;
      return cut(bare, CELL);
    });
  } catch {
    return [cut(line, LINE)];
  }
}

function cut(text: string, room: number): string {
  return text.length > room ? `${text.slice(0, room)}…` : text;
}
