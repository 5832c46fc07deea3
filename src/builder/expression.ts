import { PipelineError } from '../definition/error.ts';
import { type Expr, NODE } from '../definition/expr.ts';
import { formatStepReference } from '../definition/reference.ts';
import type { ExpressionNode } from './node.ts';

const behaviour = Object.freeze({
  [Symbol.toPrimitive](): never {
    throw new PipelineError(
      'invalid',
      'expression-as-text',
      'An expression is known only later and cannot become text here',
      {
        fix: 'put `join` before the back-tick: join`s3://${bucket}/x`',
      },
    );
  },
  [Symbol.for('nodejs.util.inspect.custom')](this: Expr<unknown>): string {
    return `Expr(${labelOf(this[NODE] as ExpressionNode)})`;
  },
  toJSON(): never {
    throw new PipelineError('invalid', 'expression-as-json', 'An expression cannot be written as JSON by itself', {
      fix: 'give it to a step; emit() turns it into the JSON of the document',
    });
  },
});

/** What a debugger or a failing test shows of an expression. */
function labelOf(node: ExpressionNode): string {
  if (node.kind === 'property') return formatStepReference(node.step.name, node.path);
  if (node.kind === 'execution') return `Execution.${node.variable}`;
  return node.kind === 'parameter' ? `${node.type} parameter` : node.kind;
}

/** An author's value for a node. */
export function expression<T>(node: ExpressionNode): Expr<T> {
  return Object.freeze(expressionObject(node)) as Expr<T>;
}

/** The same, still open for further members. */
export function expressionObject(node: ExpressionNode): object {
  return { __proto__: behaviour, [NODE]: Object.freeze(node) };
}

/**
 * Gives a value the type that its place wants: the way out when the types know less than the author. Takes an expression
 * or any JSON.
 *
 * @example SubnetIds: unsafe<string[]>({ Get: 'Parameters.Subnets' })
 */
export function unsafe<T>(value: unknown): Expr<T> & T {
  return expression<T>({ kind: 'unsafe', value }) as Expr<T> & T;
}
