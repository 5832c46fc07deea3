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
  if (quoted) throw openQuote();
  columns.push(row.slice(begin));
  return columns;
}

/** AWS's page: "For CSV files, you cannot use embedded newline characters". A row that ends within quotes has one. */
export function refuseOpenQuotes(rows: readonly string[]): void {
  for (let record = 0; record < rows.length; record++) {
    const row = rows[record]!;
    let quotes = 0;
    for (let at = row.indexOf('"'); at >= 0; at = row.indexOf('"', at + 1)) quotes++;
    if (quotes % 2 === 1) throw openQuote(record);
  }
}

function openQuote(record = 0): RecordFault {
  return new RecordFault('csv-newline', 'the row ends within quotes: a value with a newline in it, or a lost quote', {
    record,
    fix: 'write values without newlines: DataProcessing works by line on text/csv',
  });
}
