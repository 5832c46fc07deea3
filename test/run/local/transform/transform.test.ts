import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';

import { echo, stubModel } from './model-server.ts';
import { BY_LINE, runJob } from './run-job.ts';

const ROWS = Array.from({ length: 60_000 }, (_, row) => `${row},${row / 7},"a ""quoted"" name, ${row}"\n`).join('');

describe('a CSV through a container that echoes', () => {
  test.each([0, 1, 2, 6, 100])('comes back byte for byte with MaxPayloadInMB %i', async (MaxPayloadInMB) => {
    const model = await stubModel(echo);
    const { files, failures } = await runJob({
      request: { ...BY_LINE, MaxPayloadInMB },
      objects: { 'in.csv': ROWS },
      containers: [model],
    });
    expect(failures).toEqual([]);
    expect(files['in.csv.out'] === ROWS).toBe(true);
  });

  test('comes back byte for byte record by record', async () => {
    const model = await stubModel(echo);
    const some = ROWS.slice(0, ROWS.indexOf('\n500,') + 1);
    const { files, requests } = await runJob({
      request: { ...BY_LINE, BatchStrategy: 'SingleRecord' },
      objects: { 'in.csv': some },
      containers: [model],
      piece: 1000,
    });
    expect(files['in.csv.out']).toBe(some);
    expect(requests).toBe(500);
  });

  test('comes back byte for byte from gzip', async () => {
    const model = await stubModel(echo);
    const { files } = await runJob({
      request: {
        ...BY_LINE,
        TransformInput: { ...BY_LINE.TransformInput, CompressionType: 'Gzip' },
        MaxPayloadInMB: 1,
      },
      objects: { 'in.csv.gz': gzipSync(ROWS) },
      containers: [model],
    });
    expect(files['in.csv.gz.out'] === ROWS).toBe(true);
  });
});

test('an object that is not split is one request, whatever its bytes', async () => {
  const model = await stubModel(echo);
  const image = randomBytes(300_000);
  const { bytes, requests } = await runJob({
    request: { TransformInput: { ContentType: 'application/x-image' } },
    objects: { '0.png': image, '1.png': image.subarray(1) },
    containers: [model],
  });
  expect(bytes['0.png.out']!.equals(image)).toBe(true);
  expect(bytes['1.png.out']!.equals(image.subarray(1))).toBe(true);
  expect(requests).toBe(2);
});
