import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

import type { PipelineDocument } from '../../src/definition/document.ts';
import { parse, readDocument } from '../../src/definition/parse.ts';
import { renderReport } from '../../src/report/render-report.ts';
import { LINES, LINES_EVENTS, LINES_FILES, ended, left, manySteps, ran, started, stepOf } from './told-run.ts';

const page = renderReport({ name: 'lines', document: LINES, events: LINES_EVENTS, files: LINES_FILES });

/** The text of an element by its id, without its tags. */
function textOf(id: string, html = page): string {
  const from = html.indexOf(`id="${id}"`);
  const to = html.slice(from).indexOf(id.startsWith('step-') ? '</article>' : '</section>');
  return html
    .slice(from, from + to)
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .replaceAll('&gt;', '>');
}

test('the page runs and loads nothing but what is in it', () => {
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)![1]!.replaceAll('&#39;', "'");
  const hashOf = (tag: string): string => {
    const inside = [...page.matchAll(new RegExp(`<${tag}>([^]*?)</${tag}>`, 'g'))].map((found) => found[1]!);
    expect(inside).toHaveLength(1);
    return createHash('sha256').update(inside[0]!).digest('base64');
  };
  expect(policy).toBe(
    `default-src 'none'; script-src 'sha256-${hashOf('script')}'; style-src 'sha256-${hashOf('style')}'; base-uri 'none'; form-action 'none'`,
  );
  expect(page).not.toMatch(/<[^>]*\s(?:on[a-z]+|style|src)=/i);
  expect(page).not.toMatch(/\shref="(?!#)/);
});

test('the same run makes the same bytes', () => {
  expect(renderReport({ name: 'lines', document: LINES, events: LINES_EVENTS, files: LINES_FILES })).toBe(page);
});

test('secrets are on it nowhere: neither their defaults nor what they became in arguments and logs', () => {
  expect(page).not.toContain('given-key-4711');
  expect(page).not.toContain('default-key-0815');
  expect(textOf('parameters')).toContain('ApiKey **** ****');
  expect(page).toContain('the key is ****');
});

test('of a text that was put together only the secret is hidden', () => {
  const ErrorMessage = { 'Std:Join': { On: ' ', Values: ['stopped because of', { Get: 'Parameters.Password' }] } };
  const document: PipelineDocument = {
    Version: '2020-12-01',
    Parameters: [{ Name: 'Password', Type: 'String' }],
    Steps: [stepOf('Stop', 'Fail', { ErrorMessage })],
  };
  const reason = 'stopped because of abc-12345';
  const events = [
    started({ Password: '****' }),
    ...ran('Stop', [0, 1], { state: 'failed', reason }),
    ended(1, 'failed'),
  ];
  const files = new Map([['Stop', left({ arguments: { ErrorMessage: reason } })]]);
  const shown = renderReport({ name: 'secret', document, events, files });
  expect(shown).not.toContain('abc-12345');
  expect(shown).toContain('stopped because of ****');
});

test('a step shows what it did, was given, wrote and made', () => {
  const prepare = textOf('step-1');
  expect(prepare).toContain('Took 3.0 s');
  expect(prepare).toContain('Job job-Prepare');
  expect(prepare).toContain('rows.csv 1.5 kB, first 2 lines');
  expect(prepare).toContain('1 1 a,b');
  expect(prepare).toContain('stdout last 2 lines');
  expect(prepare).toContain('Arguments, resolved');
});

test('metrics are plotted, and their last values told', () => {
  expect(page).toContain('loss of Fit: 6 values from 4 to 0.125');
  expect(textOf('metrics')).toContain('Predict metrics.mse.value 4.5');
});

test('a number that a condition asks for stands first, beside what is wanted of it', () => {
  const asked = { 'Std:JsonGet': { PropertyFile: { Get: 'Steps.Predict.PropertyFiles.E' }, Path: 'b.auc' } };
  const Conditions = [{ Type: 'GreaterThan', LeftValue: asked, RightValue: { Get: 'Parameters.Least' } }];
  const document: PipelineDocument = {
    Version: '2020-12-01',
    Steps: [stepOf('Predict', 'Processing', {}), stepOf('Decide', 'Condition', { Conditions })],
  };
  const events = [
    started(),
    ...ran('Predict', [0, 1]),
    ...ran('Decide', [1, 2], { facts: { outcome: false } }),
    ended(2),
  ];
  const given = { Conditions: [{ Type: 'GreaterThan', LeftValue: 0.5, RightValue: 0.75 }] };
  const content = { a: { auc: 0.25 }, b: { auc: 0.5 }, roc: { fpr: [0, 0.5, 1], tpr: [0, 0.75, 1] } };
  const evaluations = [{ file: 'e.json', propertyFile: 'E', content }];
  const files = new Map([
    ['Predict', left({ evaluations })],
    ['Decide', left({ arguments: given })],
  ]);
  const shown = renderReport({ name: 'asked', document, events, files });
  const text = textOf('metrics', shown);
  expect(text).toContain('Value Predict b.auc 0.5 wanted: > 0.75 Predict a.auc 0.25');
  expect(shown).toContain('roc.tpr against fpr of Predict: 3 values from 0 to 1');
  const decision = 'b.auc of Predict (0.5) > Least (0.75)';
  expect(textOf('results', shown)).toContain(`decision Decide ${decision} no`);
  expect(textOf('step-2', shown)).toContain(`${decision} Decided → no`);
});

test('what a run came to stands first: predictions with their first lines, what was measured', () => {
  const results = textOf('results');
  expect(results).toContain('predictions Predict');
  expect(results).toContain('metrics Predict mse 4.5');
  expect(results).not.toContain('rows.csv');
});

test('a failed run says first which step failed and why', () => {
  const { document, events } = manySteps(20);
  const failed = events.map((event) =>
    event.type === 'step-ended' && event.step === 'Customer-3'
      ? { ...event, state: 'failed' as const, reason: 'out of memory', tail: ['Killed'] }
      : event,
  );
  const overview = renderReport({ name: 'many', document, events: failed })
    .split('class="overview"')[1]!
    .slice(0, 3000);
  expect(overview.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')).toContain(
    'Customer-3 failed out of memory Killed',
  );
});

test('a reason that the end of the log says in full is not said twice', () => {
  const tail = ['Traceback:', '  in <module>', 'ValueError: abc'];
  const reason = ['it exited with 1', ...tail].join('\n');
  const [document] = [{ Version: '2020-12-01', Steps: [stepOf('Fit', 'Training', {})] }];
  const overview = (end: readonly string[]): string => {
    const events = [started(), ...ran('Fit', [0, 1], { state: 'failed', reason, tail: end }), ended(1, 'failed')];
    return renderReport({ name: 'failed', document, events }).split('class="failure"')[1]!.split('</div>')[0]!;
  };
  expect(overview(tail).split('ValueError: abc')).toHaveLength(2);
  expect(overview(tail.slice(1))).toContain('Traceback:');
});

test('of very many outputs the first are shown, and how many there are more', () => {
  const outputs = Array.from({ length: 45 }, (_, index) => ({ title: `model-${index}`, target: `s3://b/${index}` }));
  const document: PipelineDocument = { Version: '2020-12-01', Steps: [stepOf('Fit', 'Training', {})] };
  const events = [started(), ...ran('Fit', [0, 1], { outputs }), ended(1)];
  const step = textOf('step-1', renderReport({ name: 'many', document, events }));
  expect(step).toContain('model-39');
  expect(step).not.toContain('model-40');
  expect(step).toContain('and 5 outputs more');
});

test('a definition that was not run has its graph, its steps and its parameters', () => {
  const shown = renderReport({ name: 'lines', document: LINES });
  expect(shown).toContain('A definition of 6 steps; it was not run.');
  expect(textOf('step-1', shown)).toContain('Arguments, as declared');
  expect(shown).not.toContain('id="metrics"');
});

test('a pipeline without steps is a page too', () => {
  const shown = renderReport({ name: 'empty', document: { Version: '2020-12-01', Steps: [] } });
  expect(shown).toContain('This pipeline has no steps.');
});

describe('documents that AWS refuses', () => {
  const folder = new URL('../invalid/', import.meta.url);
  const cases = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => {
      const { document: given } = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as { document?: unknown };
      const { document } = readDocument(given);
      return document === undefined ? [] : [{ name, document }];
    });

  test('are many', () => expect(cases.length).toBeGreaterThan(40));

  test.each(cases)('$name can be looked at', ({ name, document }) => {
    expect(renderReport({ name, document })).toContain('</html>');
  });
});

const SHARED =
  process.env['SAGEMAKER_PIPELINES_SHARED'] ?? resolve(fileURLToPath(new URL('../../..', import.meta.url)), 'shared');
const FOLDERS = ['documents/valid', 'golden'].map((name) => join(SHARED, name));

describe.skipIf(!FOLDERS.every((folder) => existsSync(folder)))(
  'real documents (beside the repository, or SAGEMAKER_PIPELINES_SHARED)',
  () => {
    test('can all be looked at', () => {
      const texts = FOLDERS.flatMap((folder) =>
        readdirSync(folder, { recursive: true, encoding: 'utf8' })
          .filter((name) => name.endsWith('.json'))
          .map((name) => readFileSync(join(folder, name), 'utf8')),
      );
      const documents = texts.flatMap((text) => parse(text).document ?? []);
      expect(documents.length).toBeGreaterThan(20);
      for (const document of documents) expect(renderReport({ name: 'real', document })).toContain('</html>');
    });
  },
);
