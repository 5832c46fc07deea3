import { expect, test } from 'vitest';

import { selectedSteps } from '../../../src/run/sagemaker/selection.ts';
import { assembly, step } from './still-world.ts';

const { definition } = assembly({
  Steps: [step('A'), step('B', 'Training', ['A']), step('C', 'Transform', ['B']), step('D', 'Processing', ['A'])],
});

test('nothing said is everything', () => {
  expect(selectedSteps(definition, {})).toBeUndefined();
});

test('from a step means it and all that come after it, in the order of the document', () => {
  expect(selectedSteps(definition, { from: 'B' })).toEqual(['B', 'C']);
  expect(selectedSteps(definition, { from: 'A' })).toEqual(['A', 'B', 'C', 'D']);
  expect(selectedSteps(definition, { from: 'D' })).toEqual(['D']);
});

test('only means what it names, together with what follows another', () => {
  expect(selectedSteps(definition, { only: ['D', 'A'] })).toEqual(['A', 'D']);
  expect(selectedSteps(definition, { only: ['A'], from: 'C' })).toEqual(['A', 'C']);
  expect(selectedSteps(definition, { only: ['C'], from: 'B' })).toEqual(['B', 'C']);
});

test('AWS takes fifty', () => {
  const many = assembly({
    Steps: Array.from({ length: 51 }, (_, index) => step(`S${index}`, 'Processing', index === 0 ? [] : ['S0'])),
  });
  expect(() => selectedSteps(many.definition, { from: 'S0' })).toThrow('51 steps are selected; AWS takes 50');
});
