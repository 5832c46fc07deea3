import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { compile, makeConsumer } from './consumer.ts';
import { disagreement, markersIn } from './markers.ts';

const consumer = temporaryFolder(afterAll);
beforeAll(() => makeConsumer(consumer));

describe('what must not compile', () => {
  test('every mistake of mistakes.ts is an error that begins as announced, and nothing else is one', async () => {
    const mistakes = readFileSync(join(import.meta.dirname, 'mistakes.ts'), 'utf8');

    const { faults } = await compile(consumer, { files: ['mistakes.ts'] });

    expect(disagreement(mistakes, faults)).toEqual({ compiles: [], saysOtherwise: [], notAnnounced: [] });
    expect(markersIn(mistakes).size).toBeGreaterThanOrEqual(40);
  });
});

describe('what must compile', () => {
  test.each([{ exactOptionalPropertyTypes: true }, { exactOptionalPropertyTypes: false }])(
    'every form of forms.ts does, with %o',
    async (flags) => {
      expect((await compile(consumer, { files: ['forms.ts'], flags })).faults).toEqual([]);
    },
  );

  test('an author can publish declarations of what the forms export', async () => {
    const flags = { noEmit: false, declaration: true, emitDeclarationOnly: true, outDir: 'out' };

    expect((await compile(consumer, { files: ['forms.ts'], flags })).faults).toEqual([]);
  });

  test('what compiles also builds: no form throws', async () => {
    const { all } = await import('./forms.ts');

    expect(all.map(({ name }) => name)).toEqual(['full', 'forms', 'batch-inference', 'serial-inference']);
  });
});
