import type { Expr } from '../definition/expr.ts';
import type { Input } from '../aws/input.ts';
import { expression } from './expression.ts';

/** What can be put into a text. */
export type Piece = Input<string | number | boolean>;

/**
 * Texts put together by the service. As a tag it is a template literal in which expressions may stand; with a separator
 * it is AWS's `Std:Join` as written. What is known already becomes plain text.
 *
 * @example join`s3://${bucket}/${execution.PipelineExecutionId}`
 * @example join('/', prefix, 'predictions')
 */
export function join(templateOrSeparator: TemplateStringsArray | string, ...values: readonly Piece[]): Expr<string> {
  // One signature for both forms: with overloads every mistake would read "No overload matches this call".
  if (typeof templateOrSeparator === 'string')
    return expression({ kind: 'join', separator: templateOrSeparator, values: Object.freeze([...values]) });
  const pieces: unknown[] = [];
  for (const [index, text] of templateOrSeparator.entries()) {
    pieces.push(text);
    if (index < values.length) pieces.push(values[index]);
  }
  return expression({ kind: 'join', separator: '', values: Object.freeze(pieces) });
}

/**
 * A text as a JSON string, quotes included: what SageMaker's script mode wants of a hyperparameter.
 *
 * @example HyperParameters: { sagemaker_program: quoted('train.py') }
 */
export function quoted(text: Input<string>): Expr<string> {
  return expression({ kind: 'quoted', text });
}
