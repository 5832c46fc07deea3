import { afterAll, beforeAll, expect, test } from 'vitest';
import figures from './budget.json' with { type: 'json' };
import { temporaryFolder } from '../support/temporary-folder.ts';
import { compile, makeConsumer } from './consumer.ts';

const ALLOWED_GROWTH = 1.25;

const consumer = temporaryFolder(afterAll);
beforeAll(() => makeConsumer(consumer));

test.each([
  { subject: 'pipelines', files: ['pipelines/**/*.ts'] },
  { subject: 'forms', files: ['forms.ts'] },
] as const)(
  'what an author pays in instantiations stays near what is recorded: $subject',
  async ({ subject, files }) => {
    const recorded = figures.recorded[subject];

    // One checker: several would each work out what they share.
    const { instantiations, faults } = await compile(consumer, { files, flags: { checkers: 1 } });

    expect(faults).toEqual([]);
    const grown = `${files[0]} took ${recorded} instantiations and now takes ${instantiations}, over a quarter more. If it says more than it did, write "${subject}": ${instantiations} under "recorded" in test/types/budget.json; else a type has become dearer.`;
    expect(instantiations, grown).toBeLessThanOrEqual(recorded * ALLOWED_GROWTH);
    expect(instantiations, 'the budget of test/types/budget.json is spent').toBeLessThanOrEqual(figures.budget);
  },
);
