import { PipelineError } from '../definition/error.ts';

/** Whether an entry stays out of an asset, by its name relative to the asset's folder, with `/` between the parts. */
export type Ignored = (name: string, isFolder: boolean) => boolean;

// What tools leave beside a script: never wanted in a container, and different on every machine, so the hash would be too.
const ALWAYS = [
  '__pycache__',
  '*.pyc',
  '*.pyo',
  '.DS_Store',
  'Thumbs.db',
  '.git',
  '.hg',
  '.svn',
  '.ipynb_checkpoints',
  '.pytest_cache',
  '.mypy_cache',
  '.ruff_cache',
  '.venv',
  'node_modules',
  '*.egg-info',
];

type Part = readonly string[];

interface Rule {
  readonly parts: readonly Part[];
  readonly foldersOnly: boolean;
}

const ANY_DEPTH: Part = ['**'];

/**
 * What is left out: caches, version control and environments always, and what the patterns say.
 *
 * - `*` stands for any characters but `/`, `?` for one of them, `**` between slashes for any number of folders;
 *   every other character stands for itself, brackets and backslashes too.
 * - A pattern with a slash at its start or inside is anchored at the asset's folder, any other is met at every depth.
 * - A slash at the end: folders only. A folder that is left out takes everything in it along.
 * - There is no negation.
 *
 * @example ignoring(['*.csv', '/data', 'notes/**', 'tests/'])
 */
export function ignoring(patterns: readonly string[] = []): Ignored {
  const rules = [...ALWAYS, ...patterns].map(compile);
  return (name, isFolder) => {
    const parts = name.split('/').map(characters);
    return rules.some((rule) => (isFolder || !rule.foldersOnly) && matches(rule.parts, parts, ANY_DEPTH, matchesPart));
  };
}

function compile(pattern: string): Rule {
  const foldersOnly = pattern.endsWith('/');
  // Names arrive in NFC, whichever form the file system keeps.
  const body = (foldersOnly ? pattern.slice(0, -1) : pattern).normalize('NFC');
  const words = (body.startsWith('/') ? body.slice(1) : body).split('/');
  if (body.startsWith('!')) {
    throw badPattern(pattern, 'there is no negation', 'name what to leave out; what no pattern names stays in');
  }
  if (words.some((word) => word === '' || word === '.' || word === '..')) {
    throw badPattern(pattern, 'it can never match', 'write a name, or a path from the asset\'s folder: "data/*.csv"');
  }
  const parts = words.map((word) => (word === '**' ? ANY_DEPTH : characters(word)));
  if (!body.includes('/')) parts.unshift(ANY_DEPTH);
  // `data/**` is what is in `data`, not a file of that name.
  if (parts.at(-1) === ANY_DEPTH) parts.push(['*']);
  return { parts, foldersOnly };
}

/** By code point, so that `?` stands for an emoji as well. */
function characters(text: string): Part {
  return Array.from(text);
}

function badPattern(pattern: string, why: string, fix: string): PipelineError {
  return new PipelineError('invalid', 'asset-pattern', `Cannot ignore ${JSON.stringify(pattern)}: ${why}`, { fix });
}

function matchesPart(pattern: Part, part: Part): boolean {
  return matches(pattern, part, '*', (wanted, character) => wanted === '?' || wanted === character);
}

/**
 * Whether a pattern is the whole of a text. Only the last star met is ever widened: it can make up for whatever an
 * earlier one would take, so that the work is at most the product of the two lengths, for any pattern.
 */
function matches<P, T>(
  pattern: readonly P[],
  text: readonly T[],
  star: P,
  isMatch: (wanted: P, item: T) => boolean,
): boolean {
  let next = 0;
  let at = 0;
  let afterStar: number | undefined;
  let starEnd = 0;
  while (at < text.length) {
    if (next < pattern.length && pattern[next] === star) {
      next += 1;
      afterStar = next;
      starEnd = at;
    } else if (next < pattern.length && isMatch(pattern[next]!, text[at]!)) {
      next += 1;
      at += 1;
    } else if (afterStar !== undefined) {
      starEnd += 1;
      at = starEnd;
      next = afterStar;
    } else {
      return false;
    }
  }
  return pattern.slice(next).every((rest) => rest === star);
}
