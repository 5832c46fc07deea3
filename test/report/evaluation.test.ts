import { expect, test } from 'vitest';

import { findingsIn } from '../../src/report/evaluation.ts';

test('numbers are found by the keys that lead to them, elements of lists by their names', () => {
  const { measures } = findingsIn({ mse: { value: 4.5 }, features: [{ name: 'age', psi: 0.5 }, { psi: 0.25 }] });
  expect(measures.map(({ path, value }) => [path.join('.'), value])).toEqual([
    ['mse.value', 4.5],
    ['features.age.psi', 0.5],
    ['features.1.psi', 0.25],
  ]);
});

test('a list of numbers is a curve, two that belong together are one along the other', () => {
  const curve = { false_positive_rates: [0, 0.1, 1], true_positive_rates: [0, 0.9, 1], thresholds: [2, 1, 0] };
  const { curves, measures } = findingsIn({ roc: curve, loss: [3, 2, 1], pair: [1, 2] });
  expect(curves.map(({ path, across, up }) => [path.join('.'), across?.name, up.name])).toEqual([
    ['roc', 'false_positive_rates', 'true_positive_rates'],
    ['loss', undefined, 'loss'],
  ]);
  expect(measures.map(({ path }) => path.join('.'))).toEqual(['pair.0', 'pair.1']);
});

test('a confusion matrix is one as a list of lists and as objects; one with holes is none', () => {
  const asObjects = { confusion_matrix: { a: { b: 2, a: 1 }, b: { a: 3, b: 4 } } };
  const rows = [
    [1, 2],
    [3, 4],
  ];
  expect(findingsIn(asObjects).confusions).toEqual([{ path: ['confusion_matrix'], labels: ['a', 'b'], rows }]);
  expect(findingsIn({ confusion: rows }).confusions).toEqual([{ path: ['confusion'], labels: ['0', '1'], rows }]);
  expect(findingsIn({ confusion: [[1], [3, 4]] }).confusions).toEqual([]);
  expect(findingsIn({ confusion: 'none' }).confusions).toEqual([]);
});

test('what goes too deep is left out', () => {
  const deep = JSON.parse(`${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`) as never;
  expect(findingsIn({ deep, top: 1 }).measures).toEqual([{ path: ['top'], value: 1 }]);
});
