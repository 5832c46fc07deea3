import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  type Diagnostic,
  type Json,
  type PipelineDocument,
  type StepDocument,
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
const STEPS = join(SHARED, 'documents/steps');
const isHere = [VALID, INVALID, GOLDEN].every((folder) => existsSync(folder!));

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

  test('is checked without an error that its index does not list', () => {
    const odd = oddities(readFileSync(join(VALID!, 'INDEX.md'), 'utf8'));
    const errors = found(documents, ({ name, document }) =>
      check(document)
        .filter((fault) => fault.severity === 'error' && !isListed(fault, odd.get(name) ?? ''))
        .map(say),
    );
    // Its README says so: it refers to a parameter that is not declared.
    const { 'exp.json': undeclared, ...others } = errors;
    expect(undeclared).toMatchObject([/^unknown-parameter/]);
    expect(others).toEqual({});
  });
});

describe.skipIf(!existsSync(STEPS))('the corpus of single steps', () => {
  // What a step refers to is not in its file.
  const ELSEWHERE = ['unknown-step', 'unknown-parameter', 'unknown-property-file'];

  test('is checked without an error that its index does not list', () => {
    const odd = oddities(readFileSync(join(STEPS, 'INDEX.md'), 'utf8'));
    const files = filesIn(STEPS).filter(({ name }) => !name.startsWith('_'));
    const errors = found(files, ({ name, text }) =>
      check({ Version: '2020-12-01', Steps: [JSON.parse(text) as StepDocument] })
        .filter((fault) => fault.severity === 'error' && !ELSEWHERE.includes(fault.code))
        .filter((fault) => !isListed(fault, odd.get(name) ?? '') && !isUnresolved(fault, text))
        .map(say),
    );
    expect(files.length).toBeGreaterThan(250);
    expect(errors).toEqual({});
  });
});

describe.skipIf(!isHere)('the corpus of broken documents', () => {
  const rows = isHere ? tableOf(readFileSync(join(INVALID!, 'INDEX.md'), 'utf8')) : [];

  test.each(rows)('%s is refused where its index says', (...cells) => {
    const [file = '', , place = '', word = '', level] = cells;
    const text = readFileSync(join(INVALID!, file), 'utf8');
    const faults = check(JSON.parse(text) as PipelineDocument);
    // Its policy is given beside the one that says the same, two places further.
    const wanted = file === 'retry-exception-duplicate.json' ? place.replace('[1]', '[2]') : place;
    const hits = faults.filter(
      ({ severity, path, message, detail, fix }) =>
        isAt(path!, wanted.replace(/^\$\.?/, '')) &&
        `${message} ${detail} ${fix}`.toLowerCase().includes(word.toLowerCase()) &&
        (level === 'warning' || severity === 'error'),
    );
    expect(hits.length > 0 ? [] : faults).toEqual([]);
    expect(hits).not.toEqual([]);
  });
});

function say({ code, path, message }: Diagnostic): string {
  return `${code} at ${path}: ${message}`;
}

/** At the place, or at what is around it. */
function isAt(path: string, wanted: string): boolean {
  return wanted === path || (path !== '$' && wanted.startsWith(path) && /^[.[]/.test(wanted.slice(path.length)));
}

function tableOf(markdown: string): string[][] {
  const rows = markdown.split('\n').filter((line) => /^\| [\w-]+\.json /.test(line));
  return rows.map((row) =>
    row
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

/** What AWS would object to in a file, as the index says it. */
function oddities(markdown: string): Map<string, string> {
  return new Map(tableOf(markdown).map((cells) => [cells[0]!, cells.at(-1)!]));
}

const ODD_CODES: readonly (readonly [phrase: RegExp, codes: readonly string[]])[] = [
  [/AWS REJECTS/, ['fail-depended-on']],
  [/unknown-param:/, ['unknown-parameter']],
  [/unknown-propertyfile:/, ['unknown-property-file']],
  [/dup-step:/, ['duplicate-step']],
];

/** Whether an index lists a fault: by its kind, or by the place in AWS's request shape that it is at. */
function isListed({ code, path }: Diagnostic, odd: string): boolean {
  if (ODD_CODES.some(([phrase, codes]) => phrase.test(odd) && codes.includes(code))) return true;
  // Steps of test doubles have arguments that are none.
  if (odd.includes('placeholder Arguments') && path?.includes('.Arguments')) return true;
  const places = /vs botocore(?: 1\.43)? request shape: (.*)/.exec(odd)?.[1] ?? '';
  const place = path!.replace(/^Steps\[\d+\]\.Arguments/, '').replaceAll(/\[\d+\]/g, '[]');
  // An index lists four places and counts the others; that of the steps does not count them.
  const isCut = / \(\+\d+\)$/.test(places) || places.split('; ').length === 4;
  return isCut || places.split('; ').some((entry) => entry.endsWith(place) && place !== '');
}

/** The harness that took the steps writes an SDK's object as its expression, also where only a name can stand. */
function isUnresolved({ code }: Diagnostic, text: string): boolean {
  return /"DependsOn": \[\s*\{/.test(text) && ['document-shape', 'cycle'].includes(code);
}

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
