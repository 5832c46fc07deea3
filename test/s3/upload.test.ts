import { expect, test } from 'vitest';

import { headObject } from '../../src/s3/head.ts';
import { upload } from '../../src/s3/upload.ts';
import { describeWithPython } from '../support/python-environment.ts';
import { expectNoUploads, generated, hashOf, hashOfObject, s3OnMoto } from './s3-on-moto.ts';

const MIB = 2 ** 20;

describeWithPython('an upload', () => {
  const there = s3OnMoto();

  test.each([
    ['empty', 0, 1],
    ['short', 12, 1],
    ['of exactly one part', 16 * MIB, 1],
    ['one byte longer than a part', 16 * MIB + 1, 2],
    ['of exactly two parts', 32 * MIB, 2],
    ['long', 50_000_000, 3],
  ])('%s arrives as it is', async (name, size, parts) => {
    const to = { bucket: 'models', key: `a folder/ü+${name}.bin` };
    const told: number[] = [];
    const written = await upload(there.s3, to, generated(size), { progress: (bytes) => told.push(bytes) });
    expect(written).toMatchObject({ state: 'written', size });
    expect(await headObject(there.s3, to)).toMatchObject({ state: 'there', size });
    expect(await hashOfObject(there.s3, to)).toBe(await hashOf(generated(size)));
    expect(told.at(-1) ?? 0).toBe(size);
    expect(told.length).toBe(size === 0 ? 0 : parts);
    await expectNoUploads(there.s3, 'models');
  });
});
