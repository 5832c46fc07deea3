import { describe, expect, test } from 'vitest';
import * as fc from '../support/fast-check.ts';
import { ignoring } from '../../src/assets/ignore.ts';
import { faultOf } from './tree-on-disk.ts';

/** Which of these names stay in; a name with a slash at its end is a folder's. */
function kept(patterns: readonly string[], ...names: string[]): string[] {
  const ignored = ignoring(patterns);
  return names.filter((name) => !ignored(name.replace(/\/$/, ''), name.endsWith('/')));
}

test.each([
  ['__pycache__/'],
  ['train.pyc'],
  ['train.pyo'],
  ['.DS_Store'],
  ['Thumbs.db'],
  ['.git/'],
  ['.git'],
  ['.hg/'],
  ['.svn/'],
  ['.ipynb_checkpoints/'],
  ['.pytest_cache/'],
  ['.mypy_cache/'],
  ['.ruff_cache/'],
  ['.venv/'],
  ['node_modules/'],
  ['census.egg-info/'],
])('%s is always left out, at any depth', (name) => {
  expect(kept([], name, `lib/deep/${name}`)).toEqual([]);
});

test('nothing else is left out unasked, hidden files included', () => {
  const names = ['.env', '.gitignore', 'git/', 'train.py', 'pyc', 'venv/', 'lib/requirements.txt'];
  expect(kept([], ...names)).toEqual(names);
});

describe('a pattern', () => {
  test('without a slash is met at every depth', () => {
    expect(kept(['*.csv'], 'a.csv', 'data/a.csv', 'data/deep/a.csv', 'a.csv.gz')).toEqual(['a.csv.gz']);
  });

  test('with a slash at its start is anchored at the folder', () => {
    expect(kept(['/data'], 'data', 'lib/data')).toEqual(['lib/data']);
  });

  test('with a slash inside is anchored at the folder', () => {
    expect(kept(['data/*.csv'], 'data/a.csv', 'lib/data/a.csv', 'data/deep/a.csv')).toEqual([
      'lib/data/a.csv',
      'data/deep/a.csv',
    ]);
  });

  test('with a slash at its end means folders only, at every depth', () => {
    expect(kept(['tests/'], 'tests/', 'lib/tests/', 'tests')).toEqual(['tests']);
  });

  test('has ? for one character, an emoji being one', () => {
    expect(kept(['v?.txt'], 'v1.txt', 'v🎉.txt', 'v.txt', 'v12.txt')).toEqual(['v.txt', 'v12.txt']);
  });

  test('has ** for any number of folders, none included', () => {
    expect(kept(['lib/**/x.py'], 'lib/x.py', 'lib/a/x.py', 'lib/a/b/x.py', 'x.py')).toEqual(['x.py']);
  });

  test('with ** at its end means what is inside, not the folder itself', () => {
    expect(kept(['notes/**'], 'notes/', 'notes/a', 'notes/a/b')).toEqual(['notes/']);
  });

  test('takes every other character for itself', () => {
    expect(kept(['[ab].py', 'x.y', 'a\\b', '#todo'], '[ab].py', 'a.py', 'xzy', 'a\\b', '#todo')).toEqual([
      'a.py',
      'xzy',
    ]);
  });

  test('is told apart by case', () => {
    expect(kept(['Data'], 'data', 'Data')).toEqual(['data']);
  });

  test('matches a composed name, however the pattern composes it', () => {
    expect(kept(['caf\u0065\u0301'], 'caf\u00e9')).toEqual([]);
  });
});

test.each([['!keep.csv'], [''], ['/'], ['//'], ['./data'], ['../data'], ['data//x'], ['data/./x']])(
  'the pattern %j is refused, since it could only disappoint',
  (pattern) => {
    const fault = faultOf(() => ignoring([pattern]));
    expect(fault).toMatchObject({ failure: 'invalid', code: 'asset-pattern' });
    expect(fault.message).toContain(JSON.stringify(pattern));
    expect(fault.fix).toBeTruthy();
  },
);

test('a pattern of many stars ends in good time, where backtracking would never', () => {
  expect(kept([`${'*a'.repeat(300)}b`], 'a'.repeat(3000))).toHaveLength(1);
  expect(kept([`${'**/a/'.repeat(100)}b`], 'a/'.repeat(500).slice(0, -1))).toHaveLength(1);
});

test('matching agrees with the definition of * ? and **, written out as a recursion', () => {
  const part = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), minLength: 1, maxLength: 5 });
  const pattern = fc.array(fc.oneof(part, fc.constant('**')), { minLength: 1, maxLength: 4 });
  const name = fc.array(fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 4 }), {
    minLength: 1,
    maxLength: 5,
  });
  fc.assert(
    fc.property(pattern, name, (words, parts) => {
      const ignored = ignoring([`/${words.join('/')}`]);
      expect(ignored(parts.join('/'), false)).toBe(pathMatches(words, parts));
    }),
    { numRuns: 3000 },
  );
});

function pathMatches(words: readonly string[], parts: readonly string[]): boolean {
  const [word, ...rest] = words;
  if (word === undefined) return parts.length === 0;
  if (word === '**' && rest.length === 0) return parts.length > 0;
  if (word === '**') return parts.some((_, skip) => pathMatches(rest, parts.slice(skip)));
  return parts.length > 0 && textMatches(word, parts[0]!) && pathMatches(rest, parts.slice(1));
}

function textMatches(word: string, text: string): boolean {
  if (word === '') return text === '';
  if (word.startsWith('*'))
    return textMatches(word.slice(1), text) || (text !== '' && textMatches(word, text.slice(1)));
  return text !== '' && (word[0] === '?' || word[0] === text[0]) && textMatches(word.slice(1), text.slice(1));
}
