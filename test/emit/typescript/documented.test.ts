import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'sagemaker-pipelines';
import { toTypeScript } from '../../../src/emit/typescript/pipeline.ts';
import { emittedBy } from './imported.ts';

test('the module that the documentation shows is the one that an import writes', () => {
  const page = readFileSync(new URL('../../../docs/coming-from-python.md', import.meta.url), 'utf8');
  const shown = /```ts\n(import .*?)```/s.exec(page)?.[1];
  expect(shown).toBeDefined();
  const { document } = parse(JSON.stringify(emittedBy(shown!)));
  expect(toTypeScript(document!, { name: 'churn' }).text).toBe(shown);
});
