import { expect, test } from 'vitest';

import { captureManifests } from '../../../../src/run/local/transform/capture.ts';

test('data capture names the inputs and the outputs by the hour in which the job began', () => {
  let number = 0;
  expect(
    captureManifests({
      destination: 's3://bucket/capture/',
      began: new Date('2024-02-29T23:59:59.999Z'),
      identify: () => `id-${number++}`,
      input: { prefix: 's3://bucket/in/', names: ['a.csv', 'deep/b.csv'] },
      output: { prefix: 's3://bucket/out', names: ['a.csv.out', 'deep/b.csv.out'] },
    }),
  ).toEqual([
    {
      uri: 's3://bucket/capture/input/2024/02/29/23/id-0.json',
      body: '[{"prefix":"s3://bucket/in/"},"a.csv","deep/b.csv"]',
    },
    {
      uri: 's3://bucket/capture/output/2024/02/29/23/id-1.json',
      body: '[{"prefix":"s3://bucket/out/"},"a.csv.out","deep/b.csv.out"]',
    },
  ]);
});
