import type { Json } from '../definition/document.ts';
import { elementsOf, isExpression, isObject } from '../definition/expression.ts';
import { sayNumber } from './figures.ts';
import type { StepFiles } from './read-run-folder.ts';
import type { StoryStep } from './story.ts';

/** One comparison of a Condition step: what the document asks, and what it was when the run came there. */
export interface Comparison {
  /** What is compared, as a reader calls it: `roc_auc of Evaluate`. */
  readonly asked: string;
  readonly operator: string;
  readonly wanted: string;
  /** Undefined when the run did not come there. */
  readonly value: Json | undefined;
  readonly limit: Json | undefined;
  /** The number of an evaluation that it reads. */
  readonly measure: { readonly step: string; readonly path: readonly string[] } | undefined;
  /** It stands below a Not: it is the other way round. */
  readonly isNegated: boolean;
}

const OPERATORS: Readonly<Record<string, string>> = {
  Equals: '=',
  NotEquals: '≠',
  GreaterThan: '>',
  GreaterThanOrEqualTo: '≥',
  LessThan: '<',
  LessThanOrEqualTo: '≤',
  In: 'one of',
};

/** What a Condition step compares; several of them must all hold, those of an Or one of them. */
export function comparisonsOf({ type, document }: StoryStep, files: StepFiles | undefined): Comparison[] {
  const found: Comparison[] = [];
  const look = (asked: Json | undefined, given: Json | undefined, isNegated: boolean): void => {
    if (Array.isArray(asked)) {
      const list = elementsOf(given);
      for (const [index, each] of (asked as readonly Json[]).entries()) look(each, list[index], isNegated);
    } else if (isObject(asked)) {
      const now = isObject(given) ? given : {};
      const operator = typeof asked['Type'] === 'string' ? OPERATORS[asked['Type']] : undefined;
      if (operator === undefined) {
        look(asked['Condition'], now['Condition'], isNegated !== (asked['Type'] === 'Not'));
        look(asked['Conditions'], now['Conditions'], isNegated);
        return;
      }
      const [left, right] = operator === 'one of' ? (['QueryValue', 'Values'] as const) : SIDES;
      found.push({
        asked: sayOperand(asked[left]),
        operator,
        wanted: sayOperand(asked[right]),
        value: now[left],
        limit: now[right],
        measure: measureOf(asked[left]),
        isNegated,
      });
    }
  };
  if (type !== 'Condition' || !isObject(document.Arguments)) return found;
  look(document.Arguments['Conditions'], isObject(files?.arguments) ? files.arguments['Conditions'] : undefined, false);
  return found;
}

const SIDES = ['LeftValue', 'RightValue'] as const;

/** A comparison as a sentence with what its sides were. */
export function sayComparison({ asked, operator, wanted, value, limit, isNegated }: Comparison): string {
  const side = (words: string, now: Json | undefined): string => {
    const text = now === undefined ? '' : sayOperand(now);
    return text === '' || text === words ? words : `${words} (${text})`;
  };
  return `${isNegated ? 'not: ' : ''}${side(asked, value)} ${operator} ${side(wanted, limit)}`;
}

function sayOperand(value: Json | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return sayNumber(value);
  if (Array.isArray(value)) return (value as readonly Json[]).map(sayOperand).join(', ');
  if (!isExpression(value)) return typeof value === 'string' ? value : JSON.stringify(value);
  const measure = measureOf(value);
  if (measure !== undefined) return `${measure.path.join('.')} of ${measure.step}`;
  if (typeof value['Get'] === 'string') return value['Get'].replace(/^(?:Parameters|Steps)\./, '');
  return JSON.stringify(value);
}

function measureOf(value: Json | undefined): Comparison['measure'] {
  const body = isObject(value) ? value['Std:JsonGet'] : undefined;
  if (!isObject(body) || typeof body['Path'] !== 'string') return undefined;
  const step = /"Steps\.([^.[\]"]+)/.exec(JSON.stringify(body))?.[1];
  if (step === undefined) return undefined;
  return { step, path: body['Path'].split(/[.[\]'"]+/).filter((key) => key !== '' && key !== '$') };
}
