import { describe, expect, test } from 'vitest';
import { originOf } from '../../src/definition/assembly.ts';
import { formatDiagnostic } from '../../src/definition/diagnostic.ts';
import { didYouMean, nearest } from '../../src/definition/suggest.ts';

describe('formatDiagnostic', () => {
  test('says what, where, why and how to mend in four lines', () => {
    const text = formatDiagnostic(
      {
        code: 'unknown-output',
        severity: 'error',
        message: 'Predict reads output "inferense" of step PrepareData',
        path: 'Steps[1].Arguments.TransformInput.DataSource.S3DataSource.S3Uri',
        at: '/project/pipelines/batch_inference/pipeline.ts:21',
        detail: 'PrepareData declares: inference',
        fix: 'did you mean "inference"?',
      },
      (file) => file.replace('/project/', ''),
    );
    expect(text).toBe(
      [
        'error[unknown-output]  Predict reads output "inferense" of step PrepareData',
        '  at pipelines/batch_inference/pipeline.ts:21  (Steps[1].Arguments.TransformInput.DataSource.S3DataSource.S3Uri)',
        '  PrepareData declares: inference',
        '  fix: did you mean "inference"?',
      ].join('\n'),
    );
  });

  test('leaves out what is not known', () => {
    expect(formatDiagnostic({ code: 'cycle', severity: 'warning', message: 'Round', path: 'Steps[0]' })).toBe(
      'warning[cycle]  Round\n  at Steps[0]',
    );
  });
});

describe('originOf', () => {
  const origins = { 'Steps[1]': 'p.ts:4', 'Steps[1].Arguments.IfSteps[0]': 'p.ts:9', 'Parameters[0]': 'p.ts:1' };

  test('finds the line of the nearest thing around a path', () => {
    expect(originOf(origins, 'Steps[1].Arguments.IfSteps[0].Arguments.ErrorMessage')).toBe('p.ts:9');
    expect(originOf(origins, 'Steps[1].Arguments.IfSteps[1]')).toBe('p.ts:4');
    expect(originOf(origins, 'Parameters[0]')).toBe('p.ts:1');
  });

  test('does not take step 10 for step 1', () => {
    expect(originOf(origins, 'Steps[10].Name')).toBeUndefined();
  });
});

describe('nearest', () => {
  test.each([
    ['inferense', 'inference'],
    ['INFERENCE', 'inference'],
    ['trian', 'train'],
    ['tst', 'test'],
  ])('takes %s for %s', (name, expected) => {
    expect(nearest(name, ['train', 'test', 'inference'])).toBe(expected);
  });

  test('keeps quiet when nothing is near', () => {
    expect(nearest('predictions', ['train', 'test'])).toBeUndefined();
    expect(didYouMean('x', [])).toBeUndefined();
  });
});
