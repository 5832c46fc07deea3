import type { ParameterValue } from '../definition/document.ts';
import type { Expr, Widen } from '../definition/expr.ts';

declare const CONDITION: unique symbol;

/** A comparison for a Condition step: AWS's JSON, with expressions for operands. */
export interface Condition {
  readonly [CONDITION]: true;
  readonly Type: string;
}

/** What a T can be compared with. */
type Operand<T> = T | Expr<Widen<T>>;

type Order = '>' | '>=' | '<' | '<=';
type Membership = 'in' | 'not in';

type RightOf<T, Operator> = Operator extends Membership
  ? readonly Operand<T>[]
  : Operator extends Order
    ? [T] extends [number]
      ? Operand<T>
      : 'only numbers have an order'
    : Operand<T>;

const KINDS = {
  '==': 'Equals',
  '>': 'GreaterThan',
  '>=': 'GreaterThanOrEqualTo',
  '<': 'LessThan',
  '<=': 'LessThanOrEqualTo',
  '!=': 'Equals',
  in: 'In',
  'not in': 'In',
} as const;

/**
 * Compares a value that is known when the execution gets there. Several conditions in one step must all hold.
 *
 * @example when(auc, '>=', MinimumAuc)
 * @example when(Stage, 'in', ['dev', 'test'])
 */
export function when<
  T extends ParameterValue,
  // Spelt out, since a message about a wrong operator shows the list only when it has no name.
  const Operator extends '==' | '!=' | '>' | '>=' | '<' | '<=' | 'in' | 'not in',
>(left: Expr<T>, operator: Operator, right: NoInfer<RightOf<T, Operator>>): Condition {
  const negated = operator === '!=' || operator === 'not in';
  const members = operator === 'in' || operator === 'not in';
  const sides = members ? { QueryValue: left, Values: right } : { LeftValue: left, RightValue: right };
  const holds = condition({ Type: KINDS[operator], ...sides });
  return negated ? not(holds) : holds;
}

/** Holds when the condition does not. */
export function not(inner: Condition): Condition {
  return condition({ Type: 'Not', Condition: inner });
}

/** Holds when one of the conditions does. */
export function or(...conditions: readonly Condition[]): Condition {
  return condition({ Type: 'Or', Conditions: conditions });
}

function condition(json: { readonly Type: string; readonly [member: string]: unknown }): Condition {
  return Object.freeze(json) as unknown as Condition;
}
