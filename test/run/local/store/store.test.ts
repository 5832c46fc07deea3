import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import * as fc from '../../../support/fast-check.ts';
import { listBuckets, listObjects } from '../../../../src/run/local/store/listing.ts';
import { readPlace } from '../../../../src/run/local/store/place.ts';
import {
  type Mount,
  type Store,
  deleteObject,
  findObject,
  needObject,
  openStore,
  putFile,
  readObject,
  readObjectText,
  writeObject,
} from '../../../../src/run/local/store/store.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

function newStore(mounts: readonly Mount[] = [], folder = join(temporaryFolder(), 'store')): Store {
  let count = 0;
  return openStore(folder, (digits) => (count++).toString(16).padStart(digits, '0'), mounts);
}

const at = (key: string) => ({ bucket: 'b', key });

async function keysIn(store: Store, prefix = '', after?: string): Promise<string[]> {
  const keys: string[] = [];
  const listing = { bucket: 'b', prefix, ...(after === undefined ? {} : { after }) };
  for await (const { key } of listObjects(store, listing)) keys.push(key);
  return keys;
}

async function textAt(store: Store, key: string): Promise<string | undefined> {
  const object = await findObject(store, at(key));
  return object && (await readObjectText(object));
}

describe('an object', () => {
  test('is a file of its name in the folder of its bucket', async () => {
    const store = newStore();
    await writeObject(store, readPlace('s3://b/data/tr äin.csv'), '1,2\n');
    expect(readFileSync(join(store.folder, 'b/data/tr äin.csv'), 'utf8')).toBe('1,2\n');
  });

  test('is read in parts', async () => {
    const store = newStore();
    await writeObject(store, at('x'), '0123456789');
    expect(await text(readObject(await needObject(store, at('x')), { start: 2, end: 4 }))).toBe('234');
  });

  test('stays as it was when writing it fails half way, and leaves nothing behind', async () => {
    const store = newStore();
    await writeObject(store, at('x'), 'old');
    const broken = (async function* () {
      yield Buffer.from('ne');
      throw new Error('the disk is full');
    })();
    await expect(writeObject(store, at('x'), broken)).rejects.toThrow('the disk is full');
    expect(await textAt(store, 'x')).toBe('old');
    expect(readdirSync(join(store.folder, '.incoming'))).toEqual([]);
  });

  test('that is not there is named in the error, with what to do', async () => {
    await expect(needObject(newStore(), at('none'))).rejects.toMatchObject({
      code: 'no-such-object',
      message: 'There is nothing at s3://b/none',
      fix: '--map s3://b/none=./FILE, or --fetch to read it from S3',
    });
  });

  test('takes the place of a file that is moved in', async () => {
    const store = newStore();
    const file = join(temporaryFolder(), 'made');
    writeFileSync(file, 'made');
    await putFile(store, at('out/made'), file, { move: true });
    expect({ left: existsSync(file), is: await textAt(store, 'out/made') }).toEqual({ left: false, is: 'made' });
  });

  test.each(['../x', 'a/../../x', './a', 'a/.', '..'])(
    'whose key would leave its folder is refused: %s',
    async (key) => {
      await expect(writeObject(newStore(), at(key), 'x')).rejects.toMatchObject({ code: 'key-escapes' });
    },
  );

  test.each(['s3://../x', 's3:///x', 's3://.incoming/x', 'http://b/x', '/x', 's3://b c/x'])(
    'is in a bucket that can be one: not %s',
    (uri) => {
      expect(() => readPlace(uri)).toThrow(/is no (S3 URI|name of a bucket)/);
    },
  );

  test('written a hundred times at once is one of the hundred', async () => {
    const store = newStore();
    const names = Array.from({ length: 100 }, (_, index) => `a/${index}`);
    await Promise.all(names.flatMap((name) => [writeObject(store, at(name), name), writeObject(store, at('a'), name)]));
    expect(names).toContain(await textAt(store, 'a'));
    expect((await keysIn(store)).length).toBe(101);
  });
});

describe('keys that a disk cannot hold', () => {
  test('have paths that a reader can guess', async () => {
    const store = newStore();
    for (const key of ['a', 'a/b', 'c//d', 'e/', '100%.csv']) await writeObject(store, at(key), key);
    const paths = await Promise.all(
      ['a', 'a/b', 'c//d', 'e/', '100%.csv'].map(async (key) => (await findObject(store, at(key)))?.path),
    );
    expect(paths.map((path) => path?.slice(store.folder.length))).toEqual([
      '/b/a%object',
      '/b/a/b',
      '/b/c/%empty/d',
      '/b/e/%empty',
      '/b/100%25.csv',
    ]);
  });

  test('all come back as they were, in the order of their bytes, whatever stands beside them', async () => {
    // Every character of Unicode, as fast-check's own arbitrary has it too, which makes a table of all of them first.
    const character = fc
      .oneof(fc.integer({ min: 0, max: 0xd7ff }), fc.integer({ min: 0xe000, max: 0x10ffff }))
      .map((code) => String.fromCodePoint(code));
    const part = fc.oneof(
      fc.constantFrom('', 'a', 'b', '%', '%object', '%empty', '%more', '%25', 'é', '\u{1F600}', '\uFFFD', ' ', 'a.b'),
      fc.string({ unit: character, maxLength: 3 }),
      fc.constantFrom('x'.repeat(200), 'x'.repeat(201), 'x'.repeat(450), 'ä'.repeat(150)),
    );
    const key = fc
      .array(part, { minLength: 1, maxLength: 4 })
      .map((parts) => parts.join('/'))
      .filter((text) => text !== '' && Buffer.byteLength(text) <= 1024)
      .filter((text) => !text.split('/').some((name) => name === '.' || name === '..'));
    const run = fc.asyncProperty(fc.uniqueArray(key, { minLength: 1, maxLength: 12 }), async (keys) => {
      const store = newStore(
        [],
        join(
          temporaryFolder((remove) => cleanups.push(remove)),
          'store',
        ),
      );
      for (const each of keys) await writeObject(store, at(each), each);
      expect(await Promise.all(keys.map((each) => textAt(store, each)))).toEqual(keys);
      const inOrder = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      expect(await keysIn(store)).toEqual(inOrder);
      const middle = inOrder[Math.floor(inOrder.length / 2)]!;
      expect(await keysIn(store, '', middle)).toEqual(inOrder.slice(inOrder.indexOf(middle) + 1));
      const prefix = middle.slice(0, Math.ceil(middle.length / 2));
      expect(await keysIn(store, prefix)).toEqual(inOrder.filter((each) => each.startsWith(prefix)));
      for (const each of keys) await deleteObject(store, at(each));
      expect(await listBuckets(store)).toEqual([]);
    });
    const cleanups: (() => void)[] = [];
    try {
      await fc.assert(run, { numRuns: 150 });
    } finally {
      for (const remove of cleanups) remove();
    }
  });
});

describe('a folder that stands for a part of S3', () => {
  test('is read and written in place, and hides what the store has there', async () => {
    const data = join(temporaryFolder(), 'data');
    mkdirSync(join(data, 'sub'), { recursive: true });
    writeFileSync(join(data, '100%.csv'), 'mine');
    writeFileSync(join(data, 'sub/x'), 'x');
    symlinkSync('..', join(data, 'sub/around'));
    const bare = newStore();
    await writeObject(bare, at('in/hidden'), 'hidden');
    await writeObject(bare, at('inner'), 'shown');
    const store = newStore([{ place: at('in/'), path: data, readOnly: false }], bare.folder);
    expect(await keysIn(store, 'in')).toEqual(['in/100%.csv', 'in/sub/x', 'inner']);
    expect(await textAt(store, 'in/100%.csv')).toBe('mine');
    await writeObject(store, at('in/new/y'), 'y');
    expect(readFileSync(join(data, 'new/y'), 'utf8')).toBe('y');
  });

  test('that a parameter names is not written', async () => {
    const file = join(temporaryFolder(), 'abalone.csv');
    writeFileSync(file, 'data');
    const store = newStore([{ place: at('Input/abalone.csv'), path: file, readOnly: true }]);
    expect(await keysIn(store, 'Input/')).toEqual(['Input/abalone.csv']);
    await expect(writeObject(store, at('Input/abalone.csv'), 'x')).rejects.toMatchObject({ code: 'read-only' });
    await expect(deleteObject(store, at('Input/abalone.csv'))).rejects.toMatchObject({ code: 'read-only' });
  });
});
