/** So many of something: `1 file`, `3 files`. */
export function sayCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** The first of several and how many there are beside them: `A, B and 3 more`. */
export function sayFirst(names: readonly string[], most: number, separator = ', '): string {
  const more = names.length > most ? ` and ${names.length - most} more` : '';
  return names.slice(0, most).join(separator) + more;
}
