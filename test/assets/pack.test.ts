import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import * as fc from '../support/fast-check.ts';
import { packAsset, packedSize } from '../../src/assets/pack.ts';
import { readAsset } from '../../src/assets/read.ts';
import type { AssetContent } from '../../src/assets/read.ts';
import { ignoring } from '../../src/assets/ignore.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { bytesOf, runOver, treeOnDisk, writeTree } from './tree-on-disk.ts';
import type { Tree } from './tree-on-disk.ts';

const LONG_NAME = `${'a long folder name/'.repeat(12)}features.py`;

const SOURCES: Tree = {
  'train.py': 'print("train")\n',
  'empty.py': '',
  'run.sh': { content: '#!/bin/sh\n', executable: true },
  'lib/with space.py': 'x',
  'données/é🎉.txt': 'é\n',
  [LONG_NAME]: 'long',
  ['x'.repeat(100)]: 'exactly as long as the field',
  ['y'.repeat(101)]: 'one longer',
  'line\nbreak': 'odd',
  'block.bin': { content: new Uint8Array(512).fill(7) },
  'large.bin': { content: Uint8Array.from({ length: 300_000 }, (_, index) => index % 251) },
};

// As `tarfile` sees it: what a training image does with the bundle.
const LIST_WITH_TARFILE = `
import sys, tarfile, io, json, base64
def members(size):
  archive = tarfile.open(fileobj=io.BytesIO(sys.stdin.buffer.read(int(size))), mode='r:gz')
  return [dict(name=m.name, mode=m.mode, regular=m.isreg(), mtime=m.mtime, owner=[m.uid, m.gid, m.uname, m.gname],
    content=base64.b64encode(archive.extractfile(m).read()).decode()) for m in archive]
print(json.dumps([members(size) for size in sys.argv[1:]]))
`;

// The filter that newer releases of Python ask for; older ones do not know the word.
const UNPACK_WITH_TARFILE = `
import sys, tarfile
options = dict(filter='data') if hasattr(tarfile, 'data_filter') else {}
tarfile.open(fileobj=sys.stdin.buffer, mode='r|gz').extractall(sys.argv[1], **options)
`;

interface Member {
  readonly name: string;
  readonly mode: number;
  readonly regular: boolean;
  readonly mtime: number;
  readonly owner: readonly (string | number)[];
  readonly content: string;
}

/** What `tarfile` finds in the archive of each asset. */
async function listWithTarfile(...contents: readonly AssetContent[]): Promise<readonly (readonly Member[])[]> {
  const archives = await Promise.all(contents.map((content) => bytesOf(packAsset(content))));
  const sizes = archives.map(({ length }) => String(length));
  const listed = await runOver(onePiece(Buffer.concat(archives)), 'python3', '-c', LIST_WITH_TARFILE, ...sizes);
  return JSON.parse(listed.toString()) as Member[][];
}

async function* onePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** What an archive of this asset should hold, read back from the disk. */
function expectedOf(content: AssetContent): readonly Member[] {
  return content.files.map(({ name, path, mode }) => ({
    name,
    mode,
    regular: true,
    mtime: 0,
    owner: [0, 0, '', ''],
    content: readFileSync(path).toString('base64'),
  }));
}

describe('the bundle', () => {
  test('is read by Python’s tarfile: names, modes, contents, and nothing of the machine', async () => {
    const content = readAsset(treeOnDisk(SOURCES));
    expect(content.files).toHaveLength(Object.keys(SOURCES).length);
    expect(await listWithTarfile(content)).toEqual([expectedOf(content)]);
  });

  test('is unpacked by tar into the same asset', async () => {
    const content = readAsset(treeOnDisk(SOURCES));
    const unpacked = temporaryFolder();
    await runOver(packAsset(content), 'tar', '-xzf', '-', '-C', unpacked);
    expect(readAsset(unpacked).hash).toBe(content.hash);
  });

  test('is unpacked by tarfile into the same asset, as safely as that Python can', async () => {
    const content = readAsset(treeOnDisk(SOURCES));
    const unpacked = temporaryFolder();
    await runOver(packAsset(content), 'python3', '-c', UNPACK_WITH_TARFILE, unpacked);
    expect(readAsset(unpacked).hash).toBe(content.hash);
  });

  test('has the size that was foretold', async () => {
    const content = readAsset(treeOnDisk(SOURCES));
    expect((await bytesOf(packAsset(content))).length).toBe(packedSize(content));
  });

  test('is the same bytes for the same tree elsewhere, made in another order at another time', async () => {
    const here = treeOnDisk(SOURCES);
    const there = treeOnDisk(Object.fromEntries(Object.entries(SOURCES).toReversed()));
    utimesSync(join(there, 'train.py'), 1, 1);
    chmodSync(join(there, 'train.py'), 0o600);
    const bytes = await bytesOf(packAsset(readAsset(there)));
    expect(bytes.equals(await bytesOf(packAsset(readAsset(here))))).toBe(true);
  });

  test('is known to the byte', async () => {
    const bytes = await bytesOf(packAsset(readAsset(treeOnDisk(SOURCES))));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(
      'cd6a5d029dc781fc23fd7ab73050075a9f51853a3fadf891a63576ab2fb1ce0c',
    );
  });

  test('can be made again from the same content, for an upload that is tried twice', async () => {
    const content = readAsset(treeOnDisk(SOURCES));
    expect((await bytesOf(packAsset(content))).equals(await bytesOf(packAsset(content)))).toBe(true);
  });

  test('says of a file beyond 8 GiB how large it is, for which USTAR has no room', async () => {
    const path = join(treeOnDisk({ large: '' }), 'large');
    truncateSync(path, 9 * 2 ** 30);
    const hash = '0'.repeat(64);
    const content: AssetContent = {
      hash,
      kind: 'file',
      files: [{ name: 'large', path, mode: 0o644, size: 9 * 2 ** 30, hash }],
    };
    const program = `import sys, tarfile; m = tarfile.open(fileobj=sys.stdin.buffer, mode='r|gz').next(); print(m.name, m.size)`;
    const output = await runOver(beginning(packAsset(content), 4), 'python3', '-c', program);
    expect(output.toString()).toBe(`large ${9 * 2 ** 30}\n`);
  });

  test('gives back any names and contents', async () => {
    const ignored = ignoring();
    const part = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 60 })
      .filter((text) => !/[/\0]|^\.{1,2}$/.test(text) && !ignored(text, true));
    const file = fc.tuple(fc.array(part, { minLength: 1, maxLength: 4 }), fc.uint8Array({ maxLength: 1500 }));
    const files = fc.array(file, { minLength: 1, maxLength: 12 });
    await fc.assert(
      // Twenty trees to one start of Python.
      fc.asyncProperty(fc.array(files, { minLength: 20, maxLength: 20 }), async (trees) => {
        const contents = trees.map((files) => {
          // Each file in a folder of its own, so that no name is both a file's and a folder's.
          const tree = files.map(([parts, content], index) => [
            `${index}/${parts.join('/')}`,
            { content, executable: index % 2 === 1 },
          ]);
          return readAsset(writeTree(join(temporaryFolder(), 'src'), Object.fromEntries(tree) as Tree));
        });
        expect(contents.map((content) => content.files.length)).toEqual(trees.map((files) => files.length));
        expect(await listWithTarfile(...contents)).toEqual(contents.map(expectedOf));
      }),
      { numRuns: 1 },
    );
  });
});

async function* beginning(source: AsyncIterable<Uint8Array>, count: number): AsyncGenerator<Uint8Array> {
  let left = count;
  for await (const piece of source) {
    yield piece;
    left -= 1;
    if (left === 0) return;
  }
}

describe('a file that is not what was read ends in asset-changed:', () => {
  test.each<[string, (path: string) => void]>([
    ['it grew', (path) => appendFileSync(path, 'more')],
    ['it shrank', (path) => truncateSync(path, 1)],
    ['it has as many bytes, but others', (path) => writeFileSync(path, 'print("trial")\n')],
    ['it is gone', (path) => rmSync(path)],
  ])('%s', async (_, change) => {
    const folder = treeOnDisk(SOURCES);
    const content = readAsset(folder);
    const path = join(folder, 'train.py');
    change(path);
    await expect(bytesOf(packAsset(content))).rejects.toMatchObject({
      failure: 'failed',
      code: 'asset-changed',
      message: `The asset ${JSON.stringify(path)} changed after it was read`,
    });
  });

  test('it shrinks while it is packed', async () => {
    const path = join(treeOnDisk({ large: '' }), 'large');
    truncateSync(path, 2_000_000);
    const packing = packAsset(readAsset(path));
    await packing.next();
    await packing.next();
    truncateSync(path, 100_000);
    await expect(bytesOf(packing)).rejects.toMatchObject({ code: 'asset-changed' });
  });

  test('but a new time or a folder beside it is no change', async () => {
    const folder = treeOnDisk(SOURCES);
    const content = readAsset(folder);
    utimesSync(join(folder, 'train.py'), 1, 1);
    mkdirSync(join(folder, 'new'));
    expect(gunzipSync(await bytesOf(packAsset(content))).length).toBeGreaterThan(300_000);
  });
});
