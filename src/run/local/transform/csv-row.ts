import { RecordFault } from './fault.ts';

/**
 * The columns of a row, each as it is written, quotes and all: CSV is text, and nothing in it is typed or written anew.
 * https://www.rfc-editor.org/rfc/rfc4180
 */
export function columnsOf(row: string): string[] {
  if (!row.includes('"')) return row.split(',');
  const columns: string[] = [];
  let begin = 0;
  let quoted = false;
  for (let at = 0; at < row.length; at++) {
    const code = row.charCodeAt(at);
    // A doubled quote closes and opens again.
    if (code === 34) quoted = !quoted;
    else if (code === 44 && !quoted) {
      columns.push(row.slice(begin, at));
      begin = at + 1;
    }
  }
  if (quoted) throw openQuote(0);
  columns.push(row.slice(begin));
  return columns;
}

/** Where a row goes on after so many columns; 0 when it has no more than these. */
export function afterColumns(row: string, columns: number): number {
  refuseOpenQuote(row);
  let at = 0;
  for (let left = columns; left > 0; left--) {
    const comma = endOfColumn(row, at);
    if (comma < 0) return 0;
    at = comma + 1;
  }
  return at;
}

/** The comma behind the column that begins here; -1 behind the last. */
function endOfColumn(row: string, begin: number): number {
  const comma = row.indexOf(',', begin);
  let open = row.indexOf('"', begin);
  if (open < 0 || comma < open) return comma;
  for (;;) {
    const close = row.indexOf('"', open + 1);
    const end = row.indexOf(',', close);
    open = row.indexOf('"', close + 1);
    if (open < 0 || end < open) return end;
  }
}

/** AWS's page: "For CSV files, you cannot use embedded newline characters". A row that ends within quotes has one. */
export function refuseOpenQuotes(rows: readonly string[]): void {
  for (let record = 0; record < rows.length; record++) refuseOpenQuote(rows[record]!, record);
}

function refuseOpenQuote(row: string, record = 0): void {
  let quotes = 0;
  for (let at = row.indexOf('"'); at >= 0; at = row.indexOf('"', at + 1)) quotes++;
  if (quotes % 2 === 1) throw openQuote(record);
}

function openQuote(record: number): RecordFault {
  return new RecordFault('csv-newline', 'the row ends within quotes: a value with a newline in it, or a lost quote', {
    record,
    fix: 'write values without newlines: DataProcessing works by line on text/csv',
  });
}
