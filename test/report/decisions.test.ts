import { expect, test } from 'vitest';

import { comparisonsOf, sayComparison } from '../../src/report/decisions.ts';
import { tellStory } from '../../src/report/story.ts';
import { left, stepOf } from './told-run.ts';

const auc = { 'Std:JsonGet': { PropertyFile: { Get: 'Steps.Evaluate.PropertyFiles.Result' }, Path: "$.model['auc']" } };
const Conditions = [
  { Type: 'GreaterThanOrEqualTo', LeftValue: auc, RightValue: { Get: 'Parameters.Least' } },
  { Type: 'Not', Condition: { Type: 'In', QueryValue: { Get: 'Parameters.Stage' }, Values: ['a', 'b'] } },
];
const [step] = tellStory({ Version: '2020-12-01', Steps: [stepOf('Decide', 'Condition', { Conditions })] }).steps;

test('a decision is said as the document asks it', () => {
  expect(comparisonsOf(step!, undefined).map(sayComparison)).toEqual([
    'model.auc of Evaluate ≥ Least',
    'not: Stage one of a, b',
  ]);
});

test('a decision of a run is said with what its sides were', () => {
  const given = [
    { Type: 'GreaterThanOrEqualTo', LeftValue: 0.8125, RightValue: 0.75 },
    { Type: 'Not', Condition: { Type: 'In', QueryValue: 'c', Values: ['a', 'b'] } },
  ];
  expect(comparisonsOf(step!, left({ arguments: { Conditions: given } })).map(sayComparison)).toEqual([
    'model.auc of Evaluate (0.8125) ≥ Least (0.75)',
    'not: Stage (c) one of a, b',
  ]);
});

test('what is no condition, or none that is known, is passed over', () => {
  const odd = stepOf('Odd', 'Condition', { Conditions: ['x', { Type: 'Or' }, { Type: 'New', LeftValue: 1 }, null] });
  const steps = [odd, stepOf('Bare', 'Condition', {}), stepOf('Other', 'Training', { Conditions })];
  const told = tellStory({ Version: '2020-12-01', Steps: steps }).steps;
  expect(told.flatMap((each) => comparisonsOf(each, undefined))).toEqual([]);
});
