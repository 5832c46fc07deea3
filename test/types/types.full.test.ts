import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { compile, makeConsumer } from './consumer.ts';

const consumer = temporaryFolder(afterAll);
beforeAll(() => makeConsumer(consumer));

test.each([{ exactOptionalPropertyTypes: true }, { exactOptionalPropertyTypes: false }])(
  'every form compiles with TypeScript 5.9, the oldest that authors may have, with %o',
  async (flags) => {
    expect((await compile(consumer, { compiler: 'typescript-5', files: ['forms.ts'], flags })).faults).toEqual([]);
  },
);

test('every mistake is an error in TypeScript 5.9 too', async () => {
  const mistakes = await compile(consumer, { files: ['mistakes.ts'] });
  const older = await compile(consumer, { compiler: 'typescript-5', files: ['mistakes.ts'] });

  expect(older.faults.map(({ line }) => line)).toEqual(mistakes.faults.map(({ line }) => line));
});

test('the declarations of the library hold by themselves, without skipLibCheck', async () => {
  expect((await compile(consumer, { files: ['forms.ts'], flags: { skipLibCheck: false } })).faults).toEqual([]);
});
