import type { Json } from '../../../definition/document.ts';
import { isObject } from '../../../definition/expression.ts';
import { CONDITION_TYPES, allHold } from '../expressions/conditions.ts';
import { at } from './read.ts';
import type { StepKind } from './step.ts';

/** A Condition step: which of its branches is taken. The steps in them are steps of the run like any other. */
export const condition: StepKind = {
  inspect: ({ given, step, report }) => {
    for (const type of typesIn(at(given, 'Conditions'))) {
      if (CONDITION_TYPES.includes(type)) continue;
      report('error', 'condition-not-supported', `${step.Name} has a condition of the type ${type}`, {
        below: 'Arguments.Conditions',
        detail: `known are: ${CONDITION_TYPES.join(', ')}`,
      });
    }
  },
  run: ({ given }) => {
    const outcome = allHold(given['Conditions']);
    return Promise.resolve({ properties: { Outcome: outcome }, outputs: [], facts: { outcome } });
  },
};

function typesIn(conditions: Json | undefined): string[] {
  const types: string[] = [];
  const open: Json[] = [conditions ?? null];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (Array.isArray(next)) open.push(...(next as readonly Json[]));
    if (!isObject(next)) continue;
    types.push(typeof next['Type'] === 'string' ? next['Type'] : JSON.stringify(next['Type']));
    open.push(next['Condition'] ?? null, next['Conditions'] ?? null);
  }
  return types;
}
