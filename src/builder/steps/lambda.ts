import type { Input } from '../../aws/input.ts';
import type { Expr } from '../../definition/expr.ts';
import { type CacheOptions, type Step, defineStep, stepValue } from './define.ts';
import { type OutputName, type OutputValue, type Outputs, outputOf, outputParameters } from './outputs.ts';

/** What a function is called with: anything that JSON can say, with expressions inside. */
export interface LambdaArguments {
  readonly [name: string]: InputValue;
}

/** A value of JSON in which expressions may stand. */
export type InputValue =
  | Input<string>
  | Input<number>
  | Input<boolean>
  | Expr<unknown>
  | null
  | undefined
  | readonly InputValue[]
  | { readonly [name: string]: InputValue };

/** What a Lambda step is told beside the function's arguments. */
export interface LambdaOptions<O extends Outputs> extends CacheOptions {
  /** The function that is called. */
  readonly functionArn: Input<string>;
  /** What it gives back: the members of its answer that later steps read, with their types. */
  readonly outputs?: O | undefined;
}

/** A step that calls a Lambda function. */
export interface LambdaStep<O extends Outputs = Outputs> extends Step {
  readonly type: 'Lambda';
  /** A member of the function's answer. */
  output<Name extends OutputName<O>>(name: Name): OutputValue<O, Name>;
}

/** A step that calls a Lambda function and waits for its answer. */
export function lambda<const O extends Outputs = {}>(
  name: string,
  args: LambdaArguments,
  options: LambdaOptions<O>,
): LambdaStep<O> {
  const siblings = {
    FunctionArn: options.functionArn as string,
    OutputParameters: outputParameters(options.outputs),
  };
  const node = defineStep(lambda, { type: 'Lambda', siblings }, name, args, options);
  return stepValue<LambdaStep<O>>(node, { output: (output) => outputOf(node, output) });
}
