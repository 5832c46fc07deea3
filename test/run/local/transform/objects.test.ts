import { describe, expect, test } from 'vitest';

import { commonFolder, objectsOfPrefix } from '../../../../src/run/local/transform/objects.ts';

describe('the objects of a prefix', () => {
  const objects = ['test2/b.csv', 'test/', 'test/a.csv', 'test/deep/c.csv', 'testing.csv', 'other/d.csv'].map(
    (key) => ({
      uri: `s3://bucket/${key}`,
      size: key.endsWith('/') ? 0 : 9,
    }),
  );
  const outputs = (prefix: string) => objectsOfPrefix(prefix, objects).map(({ output }) => output);

  test('are those whose URI begins with its text', () => {
    expect(outputs('s3://bucket/test')).toEqual([
      'test/a.csv.out',
      'test/deep/c.csv.out',
      'test2/b.csv.out',
      'testing.csv.out',
    ]);
  });

  test('keep their folders below its last slash', () => {
    expect(outputs('s3://bucket/test/')).toEqual(['a.csv.out', 'deep/c.csv.out']);
    expect(outputs('s3://bucket/test/deep/c.csv')).toEqual(['c.csv.out']);
  });

  test('are those of the whole bucket, with or without the slash behind its name', () => {
    const all = ['other/d.csv.out', 'test/a.csv.out', 'test/deep/c.csv.out', 'test2/b.csv.out', 'testing.csv.out'];
    expect([outputs('s3://bucket'), outputs('s3://bucket/')]).toEqual([all, all]);
  });

  test('may be none', () => {
    expect(outputs('s3://bucket/nothing/')).toEqual([]);
  });
});

test.each([
  [['s3://b/in/a', 's3://b/in/c/d'], 's3://b/in/'],
  [['s3://b/in/a', 's3://b/inner/a'], 's3://b/'],
  [['s3://b/a'], 's3://b/'],
  [['s3://b/a', 's3://c/a'], 's3://'],
])('%j have in common the folder %s', (uris, folder) => {
  expect(commonFolder(uris)).toBe(folder);
});
