import { describe, expect, test } from 'vitest';

import { objectsOfManifest, objectsOfPrefix } from '../../../../src/run/local/transform/objects.ts';

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

  test('may be none', () => {
    expect(outputs('s3://bucket/nothing/')).toEqual([]);
  });
});

describe('the objects of a manifest', () => {
  test('are a prefix and names below it', () => {
    expect(objectsOfManifest('[{"prefix": "s3://b/some/"}, "a.csv", "deep/a.csv"]')).toEqual([
      { uri: 's3://b/some/a.csv', output: 'a.csv.out' },
      { uri: 's3://b/some/deep/a.csv', output: 'deep/a.csv.out' },
    ]);
  });

  test('or whole URIs', () => {
    expect(objectsOfManifest('["s3://b/x/a.csv", "s3://c/a.csv"]')).toEqual([
      { uri: 's3://b/x/a.csv', output: 'x/a.csv.out' },
      { uri: 's3://c/a.csv', output: 'a.csv.out' },
    ]);
  });

  test.each([
    '',
    '{}',
    '[]',
    '[{}]',
    '[1]',
    '[{"prefix": 1}]',
    '[{"prefix": "s3://b/"}, 1]',
    '[{"prefix": "s3://b/"}, ""]',
    '["a.csv"]',
    '["s3://b"]',
  ])('are not in %j', (text) => {
    expect(() => objectsOfManifest(text)).toThrow('the manifest cannot be read');
  });
});
