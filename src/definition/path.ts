/** A place inside a JSON value. Linked, so that a walk of a large document makes one small object a node. */
export interface Path {
  readonly parent: Path | undefined;
  readonly key: string | number;
}

/** The place of a member or an element inside `parent`; at the root, `parent` is undefined. */
export function child(parent: Path | undefined, key: string | number): Path {
  return { parent, key };
}

const PLAIN_KEY = /^[A-Za-z_][\w:-]*$/;

/** A path as text: `Steps[1].Arguments.Environment['a key']`. */
export function formatPath(path: Path | undefined): string {
  const keys: (string | number)[] = [];
  for (let at = path; at !== undefined; at = at.parent) keys.push(at.key);
  let text = '';
  for (const key of keys.toReversed()) {
    if (typeof key === 'number') text += `[${key}]`;
    else if (PLAIN_KEY.test(key)) text += text === '' ? key : `.${key}`;
    else text += `['${escapeKey(key)}']`;
  }
  return text;
}

/** A key as it stands between single quotes. */
export function escapeKey(key: string): string {
  return key.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
}
