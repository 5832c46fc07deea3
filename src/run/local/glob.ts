import { codeOf } from '../../definition/error.ts';
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/** Whether a path is a pattern: `*` within a name, `**` for folders at any depth, `?`, `[abc]`. */
export function hasPattern(path: string): boolean {
  return /[*?[]/.test(path);
}

/** The files that are like a pattern, each with its path below the folder where the pattern begins. */
export async function filesMatching(
  pattern: string,
): Promise<readonly { readonly name: string; readonly path: string }[]> {
  const parts = pattern.split(sep);
  const first = parts.findIndex((part) => hasPattern(part));
  const base = parts.slice(0, first).join(sep) || sep;
  const expression = expressionOf(parts.slice(first));
  const isDeep = parts.includes('**');
  const depth = isDeep ? Number.POSITIVE_INFINITY : parts.length - first;
  const found: { name: string; path: string }[] = [];
  const visit = async (folder: string, level: number): Promise<void> => {
    for (const entry of await entriesOf(folder)) {
      const path = join(folder, entry.name);
      const name = relative(base, path).split(sep).join('/');
      if (entry.isDirectory()) {
        if (level < depth) await visit(path, level + 1);
      } else if (expression.test(name)) {
        found.push({ name, path });
      }
    }
  };
  await visit(base, 1);
  return found.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function expressionOf(parts: readonly string[]): RegExp {
  const source = parts.map((part, index) => {
    const isLast = index === parts.length - 1;
    if (part === '**') return isLast ? '.*' : '(?:.*/)?';
    return partExpression(part) + (isLast ? '' : '/');
  });
  return new RegExp(`^${source.join('')}$`, 's');
}

function partExpression(part: string): string {
  // As in a shell, a name that begins with a dot is meant only by a pattern that does.
  const hidden = part.startsWith('.') ? '' : '(?!\\.)';
  return (
    hidden +
    part.replace(/\[!?[^\]]+\]|[*?]|[\\^$.+()|{}[\]]/g, (token) => {
      if (token === '*') return '[^/]*';
      if (token === '?') return '[^/]';
      if (token.startsWith('[') && token.length > 1)
        return `[${token.slice(1, -1).replace(/^!/, '^').replaceAll('\\', '\\\\')}]`;
      return `\\${token}`;
    })
  );
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(codeOf(error) ?? '')) return [];
    throw error;
  }
}
