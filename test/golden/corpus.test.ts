import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  type Json,
  type PipelineDocument,
  bind,
  check,
  cyclesOf,
  graphOf,
  orderOf,
  parse,
  toJson,
  walkExpressions,
  walkSteps,
} from 'sagemaker-pipelines';
import { RESERVED_PARAMETERS } from '../../src/definition/bind.ts';
import { formatPath } from '../../src/definition/path.ts';
import { formatStepReference, parseReference } from '../../src/definition/reference.ts';
import { firstDifference } from './difference.ts';

const SHARED =
  process.env['SAGEMAKER_PIPELINES_SHARED'] ?? resolve(fileURLToPath(new URL('../../..', import.meta.url)), 'shared');
const [VALID, INVALID, GOLDEN] = ['documents/valid', 'documents/invalid', 'golden'].map((name) => join(SHARED, name));
const isHere = [VALID, INVALID, GOLDEN].every((folder) => existsSync(folder!));

/** The errors that documents of the corpus deserve, as its index says too. */
const DESERVED: Readonly<Record<string, readonly string[]>> = {
  // A test of AWS's names a step at the top level and one in a branch alike.
  'sdk2u-depends-on-condition-or-upstream-delayed-returns.json': ['duplicate-step'],
};

interface File {
  readonly name: string;
  readonly text: string;
}

describe.skipIf(!isHere)('the corpus of real documents (beside the repository, or SAGEMAKER_PIPELINES_SHARED)', () => {
  const files = isHere ? [...filesIn(VALID!), ...filesIn(GOLDEN!)] : [];
  const documents = files.flatMap(({ name, text }) => {
    const { document } = parse(text);
    return document === undefined ? [] : [{ name, text, document }];
  });

  test('is there as a whole', () => {
    expect(files.length).toBeGreaterThan(250);
  });

  test('is read without a diagnostic', () => {
    expect(found(files, ({ text }) => parse(text).diagnostics.map(({ message }) => message))).toEqual({});
  });

  test('is written as it was read', () => {
    const differences = found(documents, ({ text, document }) => {
      const difference = firstDifference(JSON.parse(text) as Json, JSON.parse(toJson(document)) as Json);
      return difference === undefined ? [] : [difference];
    });
    expect(differences).toEqual({});
  });

  test('refers to steps in texts that are understood and written back as they were', () => {
    const references = documents.flatMap(({ document }) => referencesIn(document));
    const misread = references.filter((text) => {
      const reference = parseReference(text);
      return reference.root !== 'Steps' || formatStepReference(reference.step, reference.path) !== text;
    });
    expect(references.length).toBeGreaterThan(300);
    expect(misread).toEqual([]);
  });

  test('has graphs without cycles and without edges into nothing, in which every step has its turn', () => {
    const broken = found(documents, ({ document }) => {
      const graph = graphOf(document);
      return [
        ...graph.dangling.map(({ step, needs, path }) => `${step} needs ${needs} at ${formatPath(path)}`),
        ...cyclesOf(graph).map((cycle) => cycle.join(' → ')),
        ...(orderOf(graph).length === new Set(stepNames(document)).size ? [] : ['the order leaves steps out']),
      ];
    });
    expect(broken).toEqual({});
  });

  test('is the same document after it is bound to no account', () => {
    expect(documents.filter(({ document }) => bind(document, {}) !== document)).toEqual([]);
  });

  test('is the same document after it is bound to an account, where it does not ask for one', () => {
    const indifferent = documents.filter(
      ({ text }) => !RESERVED_PARAMETERS.some((name) => text.includes(`Parameters.${name}`)),
    );
    const account = { bucket: 'a-bucket', roleArn: 'arn:aws:iam::111122223333:role/a-role' };
    expect(indifferent.length).toBeGreaterThan(250);
    expect(indifferent.filter(({ document }) => bind(document, account) !== document)).toEqual([]);
  });

  test('is checked without an error that it does not deserve', () => {
    const errors = found(documents, ({ document }) =>
      check(document)
        .filter(({ severity }) => severity === 'error')
        .map(({ code }) => code),
    );
    expect(errors).toEqual(DESERVED);
  });

  test('is checked without a word of warning', () => {
    const warnings = found(documents, ({ document }) =>
      check(document)
        .filter(({ severity }) => severity !== 'error')
        .map(({ message }) => message),
    );
    expect(warnings).toEqual({});
  });
});

describe.skipIf(!isHere)('the corpus of broken documents', () => {
  test.each(isHere ? filesIn(INVALID!) : [])('$name is read and checked without an exception', ({ text }) => {
    const { document, diagnostics } = parse(text);
    const faults = document === undefined ? diagnostics : check(document);
    expect(document !== undefined || diagnostics.length > 0).toBe(true);
    expect(faults.filter(({ path }) => path === undefined)).toEqual([]);
  });
});

function filesIn(folder: string): File[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
}

/** What is wrong with which file. */
function found<F extends File>(
  files: readonly F[],
  faultsOf: (file: F) => readonly string[],
): Readonly<Record<string, readonly string[]>> {
  const entries = files.map((file) => [file.name, faultsOf(file)] as const);
  return Object.fromEntries(entries.filter(([, faults]) => faults.length > 0));
}

function stepNames(document: PipelineDocument): string[] {
  return [...walkSteps(document)].map(({ step }) => step.Name);
}

function referencesIn(document: PipelineDocument): string[] {
  return document.Steps.flatMap((step, index) =>
    [...walkExpressions(step as unknown as Json, { parent: undefined, key: index })].flatMap(({ expression }) => {
      const text = expression['Get'];
      return typeof text === 'string' && text.startsWith('Steps.') ? [text] : [];
    }),
  );
}
