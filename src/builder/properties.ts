import { PipelineError } from '../definition/error.ts';
import { type Expr, NODE } from '../definition/expr.ts';
import type { Segment } from '../definition/reference.ts';
import { expression } from './expression.ts';
import type { PropertyNode, StepNode } from './node.ts';

/**
 * The properties of a finished step, typed by T. Every member is an expression and has members of its own; lists have
 * `at`, maps have `get`. What is asked for is not looked up: the types know the members, `check` knows the rest.
 */
export function propertiesOf<T>(step: StepNode): T {
  return property(step, []) as T;
}

/** The expression for one property by its path. */
export function property(step: StepNode, path: readonly Segment[]): object {
  return new Proxy(expression<unknown>({ kind: 'property', step, path: Object.freeze(path) }), MEMBERS);
}

// One handler for all: every step has a proxy, whether or not it is ever asked for anything.
const MEMBERS: ProxyHandler<Expr<unknown>> = {
  get(target, name) {
    if (typeof name === 'symbol' || name in target) return Reflect.get(target, name) as unknown;
    const { step, path } = target[NODE] as PropertyNode;
    if (name === 'at') return (indexOrName: number | string) => property(step, [...path, element(indexOrName)]);
    if (name === 'get') return (key: string) => property(step, [...path, { key }]);
    // AWS's members begin with a capital; test runners and `await` ask for others, and are told that there is none.
    return /^[A-Z]/.test(name) ? property(step, [...path, { member: name }]) : undefined;
  },
  set(target, name) {
    const { step } = target[NODE] as PropertyNode;
    throw new PipelineError(
      'invalid',
      'property-assigned',
      `${String(name)} of step ${step.name} cannot be set: it is read`,
    );
  },
};

function element(indexOrName: number | string): Segment {
  return typeof indexOrName === 'number' ? { index: indexOrName } : { key: indexOrName };
}
