import { describe, expect, test } from 'vitest';
import { check } from 'sagemaker-pipelines';
import { CODES } from '../../src/check/codes.ts';
import { invalidCases, rulesPage } from './rules-page.ts';

const cases = invalidCases();

describe('a document with faults', () => {
  test.each(cases)('$name is told exactly that', ({ document, diagnostics }) => {
    // As JSON has them: what is not said is not there.
    expect(JSON.parse(JSON.stringify(check(document)))).toEqual(diagnostics);
  });

  test('is there for every rule, and for nothing else', () => {
    const shown = new Set(cases.flatMap(({ diagnostics }) => diagnostics.map(({ code }) => code)));
    // A document of a megabyte is made by the test of documents.
    expect([...shown, 'too-large'].toSorted()).toEqual(Object.keys(CODES).toSorted());
    const codes = Object.keys(CODES);
    expect(cases.filter(({ name }) => !codes.some((code) => name.startsWith(code)))).toEqual([]);
  });
});

test('docs/rules.md is what the rules say', async () => {
  await expect(rulesPage(cases)).toMatchFileSnapshot('../../docs/rules.md');
});
