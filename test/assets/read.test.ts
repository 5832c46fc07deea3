import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import * as fc from '../support/fast-check.ts';
import { readAsset } from '../../src/assets/read.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { faultOf, treeOnDisk, writeTree } from './tree-on-disk.ts';
import type { Tree } from './tree-on-disk.ts';

const SOURCES: Tree = {
  'train.py': 'print("train")\n',
  'lib/features.py': 'COLUMNS = 3\n',
  'run.sh': { content: '#!/bin/sh\n', executable: true },
};

describe('what is read', () => {
  test('a folder is its files, each with its name, place, mode, size and hash', () => {
    const folder = treeOnDisk(SOURCES);
    expect(readAsset(folder)).toMatchObject({
      kind: 'folder',
      files: [
        { name: 'lib/features.py', path: join(folder, 'lib', 'features.py'), mode: 0o644, size: 12 },
        { name: 'run.sh', path: join(folder, 'run.sh'), mode: 0o755, size: 10 },
        { name: 'train.py', path: join(folder, 'train.py'), mode: 0o644, size: 15 },
      ],
    });
  });

  test('a single file is one file, by its base name', () => {
    const path = join(treeOnDisk(SOURCES), 'lib/features.py');
    expect(readAsset(path)).toMatchObject({ kind: 'file', files: [{ name: 'features.py', path, size: 12 }] });
  });

  test('a relative path is taken from the working directory, and the files have absolute ones', () => {
    const folder = treeOnDisk(SOURCES);
    expect(readAsset(relative(process.cwd(), folder))).toEqual(readAsset(folder));
  });

  test('files stand in the order of code points, not of UTF-16 or of a language', () => {
    const names = ['a/b', 'B', 'a-b', 'a', '\u{1F389}', '\uFF01', 'é', 'z'];
    const folder = treeOnDisk(Object.fromEntries(names.filter((name) => name !== 'a').map((name) => [name, ''])));
    expect(readAsset(folder).files.map((file) => file.name)).toEqual([
      'B',
      'a-b',
      'a/b',
      'z',
      'é',
      '\uFF01',
      '\u{1F389}',
    ]);
  });

  test('what is ignored is left out, with all that is in it', () => {
    const folder = treeOnDisk({
      ...SOURCES,
      '__pycache__/train.cpython-311.pyc': '',
      'data/a.csv': '',
      'data/b/c': '',
    });
    expect(readAsset(folder, { ignore: ['data/'] }).hash).toBe(readAsset(treeOnDisk(SOURCES)).hash);
  });

  test('a file that is named outright is read, even one of a kind that is ignored in folders', () => {
    const path = join(treeOnDisk({ 'model.pyc': 'code' }), 'model.pyc');
    expect(readAsset(path, { ignore: ['*'] }).files).toHaveLength(1);
  });
});

describe('the hash', () => {
  test('of a known tree is a known one, for else every published asset would get another name', () => {
    const folder = treeOnDisk({ ...SOURCES, 'données/é.txt': 'é\n', empty: '' });
    expect(readAsset(folder).hash).toBe('18f6a75c2cb14fbe9240256932f1c193c5829cc230226a5b3ac07b90a81d9ee4');
  });

  test('is the same for the same tree elsewhere, made in another order at another time', () => {
    const here = treeOnDisk(SOURCES);
    const there = treeOnDisk(Object.fromEntries(Object.entries(SOURCES).toReversed()));
    utimesSync(join(there, 'train.py'), 1, 1);
    utimesSync(there, 1, 1);
    expect(readAsset(there).hash).toBe(readAsset(here).hash);
  });

  test('knows of modes only whether the owner may execute', () => {
    const folder = treeOnDisk({ 'run.sh': 'x' });
    const path = join(folder, 'run.sh');
    const hashOfMode = (mode: number): string => {
      chmodSync(path, mode);
      return readAsset(folder).hash;
    };
    expect([0o600, 0o664, 0o655].map(hashOfMode)).toEqual(Array(3).fill(hashOfMode(0o644)));
    expect([0o700, 0o744, 0o777].map(hashOfMode)).toEqual(Array(3).fill(hashOfMode(0o755)));
    expect(hashOfMode(0o644)).not.toBe(hashOfMode(0o755));
  });

  test('of a name is that of its composed form, which is what Linux has where macOS may decompose', () => {
    const composed = treeOnDisk({ 'caf\u00e9.py': 'x' });
    const decomposed = treeOnDisk({ 'caf\u0065\u0301.py': 'x' });
    expect(readAsset(decomposed).hash).toBe(readAsset(composed).hash);
    expect(readAsset(decomposed).files[0]!.name).toBe('caf\u00e9.py');
    expect(readFileSync(readAsset(decomposed).files[0]!.path, 'utf8')).toBe('x');
  });

  test('of a file and of a folder that holds only that file are one: the packaging is in the key', () => {
    const folder = treeOnDisk({ 'train.py': 'x' });
    expect(readAsset(join(folder, 'train.py')).hash).toBe(readAsset(folder).hash);
  });

  test('of a file larger than a chunk covers every byte', () => {
    const folder = treeOnDisk({ large: '' });
    const path = join(folder, 'large');
    truncateSync(path, (1 << 20) + 1);
    const zeros = readAsset(path);
    expect(zeros.files[0]!.size).toBe((1 << 20) + 1);
    writeFileSync(path, '\u0001', { flag: 'r+' });
    const first = readAsset(path);
    truncateSync(path, 1 << 20);
    writeFileSync(path, '\u0001', { flag: 'a' });
    const both = readAsset(path);
    expect(new Set([zeros.hash, first.hash, both.hash]).size).toBe(3);
  });

  test('is one for two trees exactly when they are the same tree, whatever their names imitate', () => {
    // Few names and contents, so that equal and nearly equal trees are frequent; some are pieces of the framing.
    const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    const name = fc.constantFrom(
      'a',
      'b',
      'ab',
      'b/a',
      'c/b/a',
      '1\na',
      `a644 ${empty}\nb`,
      `a644 ${empty} 1\nb`,
      `644 ${empty} 1\na`,
      '\n',
    );
    const file = fc.record({ content: fc.constantFrom('', 'a', 'ab', `644 ${empty} 1\na`), executable: fc.boolean() });
    const tree = fc.dictionary(name, file, { minKeys: 1, maxKeys: 3 }).filter(isPossible);
    const plain = { content: '', executable: false };
    // What would be one if the framing left out, or put behind the name, how long the name is.
    const imitations = [`a644 ${empty}\nb`, `a644 ${empty} 1\nb`].map((imitation): Tree => ({ [imitation]: plain }));
    const examples = [{ a: plain, b: plain }, ...imitations].map((one): [Tree] => [one]);
    const folder = temporaryFolder();
    const read = (files: Tree): string => {
      const { hash } = readAsset(writeTree(join(folder, 'tree'), files));
      rmSync(join(folder, 'tree'), { recursive: true });
      return hash;
    };
    const canonical = (files: Tree): string =>
      JSON.stringify(Object.entries(files).toSorted(([a], [b]) => (a < b ? -1 : 1)));
    // Every tree is compared with every one before it.
    const hashes = new Map<string, string>();
    const trees = new Map<string, string>();
    fc.assert(
      fc.property(tree, (one) => {
        const [hash, name] = [read(one), canonical(one)];
        expect(hashes.get(name) ?? hash).toBe(hash);
        expect(trees.get(hash) ?? name).toBe(name);
        hashes.set(name, hash);
        trees.set(hash, name);
      }),
      { numRuns: 600, examples },
    );
    expect(trees.size).toBeGreaterThan(200);
    expect(trees.size).toBeLessThan(600);
  });
});

/** No name is both a file's and a folder's. */
function isPossible(tree: Tree): boolean {
  const names = Object.keys(tree);
  return !names.some((name) => names.some((other) => other.startsWith(`${name}/`)));
}

describe('a link', () => {
  test('to a file or a folder inside is followed', () => {
    const folder = treeOnDisk({ 'real/a.py': 'a', 'b.py': 'b' });
    symlinkSync('b.py', join(folder, 'link.py'));
    symlinkSync(join(folder, 'real'), join(folder, 'link'));
    const copied = treeOnDisk({ 'real/a.py': 'a', 'b.py': 'b', 'link.py': 'b', 'link/a.py': 'a' });
    expect(readAsset(folder).hash).toBe(readAsset(copied).hash);
  });

  test('may be the asset itself: a file has the name that was given, a folder is what it leads to', () => {
    const folder = treeOnDisk({ 'v2/train_v2.py': 'x' });
    symlinkSync('v2/train_v2.py', join(folder, 'train.py'));
    symlinkSync('v2', join(folder, 'latest'));
    expect(readAsset(join(folder, 'train.py')).files).toMatchObject([{ name: 'train.py', size: 1 }]);
    expect(readAsset(join(folder, 'latest')).hash).toBe(readAsset(join(folder, 'v2')).hash);
  });

  test.each([
    ['asset-link-outside', 'an existing file outside', '../secret'],
    ['asset-link-outside', 'a folder whose name begins as the asset’s', '../src-other'],
    ['asset-link-outside', 'the folder above', '..'],
    ['asset-link-dangling', 'nothing', 'nothing'],
    ['asset-link-dangling', 'something below a file', 'a.py/b'],
    ['asset-link-loop', 'itself', 'link'],
    ['asset-link-loop', 'the folder it is in', '.'],
    ['asset-link-loop', 'a folder that leads back to it', 'deep'],
  ])('is refused with %s when it leads to %s', (code, _, target) => {
    const folder = treeOnDisk({ 'a.py': 'a' });
    writeTree(dirname(folder), { secret: 's', 'src-other/x': 'x' });
    mkdirSync(join(folder, 'deep'));
    symlinkSync('..', join(folder, 'deep', 'link'));
    symlinkSync(target, join(folder, 'link'));
    const fault = faultOf(() => readAsset(folder, { ignore: target === 'deep' ? [] : ['deep'] }));
    expect(fault).toMatchObject({ failure: 'invalid', code });
    expect(fault.message).toContain(`${folder}/${target === 'deep' ? 'deep/link' : 'link'}`);
    expect(fault.fix).toBeTruthy();
  });

  test('that is ignored may lead anywhere', () => {
    const folder = treeOnDisk({ 'a.py': 'a' });
    symlinkSync('/nowhere', join(folder, 'dangling'));
    symlinkSync('..', join(folder, 'parent'));
    expect(readAsset(folder, { ignore: ['dangling', 'parent/'] }).files).toHaveLength(1);
  });
});

describe('what cannot be read is refused:', () => {
  test('a path that leads nowhere, with the name that may have been meant', () => {
    const folder = treeOnDisk({ 'preprocess.py': '' });
    const given = join(folder, 'preproces.py');
    const fault = faultOf(() => readAsset(given));
    expect(fault).toMatchObject({ failure: 'invalid', code: 'asset-missing', fix: 'did you mean "preprocess.py"?' });
    expect(fault.message).toBe(`The asset "${given}" does not exist`);
    expect(faultOf(() => readAsset('no/such/folder'))).toMatchObject({
      code: 'asset-missing',
      message: 'The asset "no/such/folder" does not exist',
      fix: 'give the path of a file or a folder',
    });
  });

  test('an empty path, which would be the working directory', () => {
    expect(faultOf(() => readAsset('')).code).toBe('asset-missing');
  });

  test('a dangling link and a link to itself, given as the asset', () => {
    const folder = temporaryFolder();
    symlinkSync('nothing', join(folder, 'dangling'));
    symlinkSync('itself', join(folder, 'itself'));
    expect(faultOf(() => readAsset(join(folder, 'dangling'))).code).toBe('asset-link-dangling');
    expect(faultOf(() => readAsset(join(folder, 'itself'))).code).toBe('asset-link-loop');
  });

  test('a pipe, a socket or a device', () => {
    const folder = treeOnDisk({ 'a.py': '' });
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    const fault = faultOf(() => readAsset(folder));
    expect(fault).toMatchObject({ failure: 'invalid', code: 'asset-unsupported' });
    expect(fault.message).toBe(`The asset "${folder}/pipe" is neither a file nor a folder`);
    expect(faultOf(() => readAsset('/dev/null')).code).toBe('asset-unsupported');
  });

  test('a folder without files, and one whose files are all ignored', () => {
    const folder = treeOnDisk({ '__pycache__/a.pyc': '' });
    mkdirSync(join(folder, 'empty'));
    expect(faultOf(() => readAsset(folder))).toMatchObject({ failure: 'invalid', code: 'asset-empty' });
    expect(faultOf(() => readAsset(join(folder, 'empty'))).code).toBe('asset-empty');
  });

  test.each(['secret.txt', 'secret'])('what this user may not read: %s', (name) => {
    const folder = treeOnDisk({ 'secret.txt': '', 'secret/a': '' });
    chmodSync(dirname(folder), 0o755);
    chmodSync(join(folder, name), 0);
    // Before the folder is removed, which needs to look into it.
    onTestFinished(() => chmodSync(join(folder, name), 0o700));
    const given = name === 'secret' ? folder : join(folder, name);
    const fault = withoutPrivilege(() =>
      faultOf(() => readAsset(given, { ignore: name === 'secret' ? ['*.txt'] : [] })),
    );
    expect(fault).toMatchObject({ failure: 'invalid', code: 'asset-unreadable' });
    expect(fault.message).toContain(basename(name));
    expect(fault.detail).toContain('EACCES');
    expect(fault.cause).toBeInstanceOf(Error);
  });

  test('two names that are one once their characters are composed', () => {
    const folder = treeOnDisk({ 'lib/\u00e9': '1', 'lib/\u0065\u0301': '2' });
    expect(faultOf(() => readAsset(folder))).toMatchObject({ failure: 'invalid', code: 'asset-name' });
  });

  test('a name that is not UTF-8', () => {
    const folder = treeOnDisk({ 'a.py': '' });
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.from([0xe9])]), 'latin-1');
    expect(faultOf(() => readAsset(folder))).toMatchObject({ failure: 'invalid', code: 'asset-name' });
  });
});

/** Root may read everything; as nobody it may not. */
function withoutPrivilege<T>(call: () => T): T {
  if (process.geteuid?.() !== 0) return call();
  process.seteuid!(65534);
  try {
    return call();
  } finally {
    process.seteuid!(0);
  }
}
