/** A table under a title; nothing where there are no rows. */
export function sectionText(title: string, rows: readonly (readonly string[])[]): string {
  return rows.length === 0 ? '' : `${title}\n${tableText(rows, '  ')}`;
}

/** Rows as text, the columns as wide as their widest cell and no blanks at the ends of lines. */
export function tableText(rows: readonly (readonly string[])[], indent = ''): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  }
  const line = (row: readonly string[]): string => row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ');
  return rows.map((row) => `${indent}${line(row).trimEnd()}\n`).join('');
}
