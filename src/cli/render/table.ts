/** A table under a title; nothing where there are no rows. */
export function sectionText(title: string, rows: readonly (readonly string[])[]): string {
  return rows.length === 0 ? '' : `${title}\n${tableText(rows, '  ')}`;
}

/** One long cell would push all the others of its column off the screen. */
const WIDEST = 48;

/** Rows as text, the columns as wide as their widest cell (which may be wider than any column), no blanks at the ends. */
export function tableText(rows: readonly (readonly string[])[], indent = ''): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries())
      widths[column] = Math.max(widths[column] ?? 0, cell.length > WIDEST ? 0 : cell.length);
  }
  const line = (row: readonly string[]): string => row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ');
  return rows.map((row) => `${indent}${line(row).trimEnd()}\n`).join('');
}
