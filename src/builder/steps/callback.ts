import type { Input } from '../../aws/input.ts';
import { type CacheOptions, type Step, defineStep, stepValue } from './define.ts';
import type { LambdaArguments } from './lambda.ts';
import { type OutputName, type OutputValue, type Outputs, outputOf, outputParameters } from './outputs.ts';

/** What a Callback step is told beside the message's arguments. */
export interface CallbackOptions<O extends Outputs> extends CacheOptions {
  /** The queue that gets the message; a standard one. */
  readonly sqsQueueUrl: Input<string>;
  /** What the one who answers gives back, with the types. */
  readonly outputs?: O | undefined;
}

/** A step that waits for somebody's answer. */
export interface CallbackStep<O extends Outputs = Outputs> extends Step {
  readonly type: 'Callback';
  /** A value of the answer. */
  output<Name extends OutputName<O>>(name: Name): OutputValue<O, Name>;
}

/** A step that puts a message with a token into a queue and waits until somebody answers with that token. */
export function callback<const O extends Outputs = {}>(
  name: string,
  args: LambdaArguments,
  options: CallbackOptions<O>,
): CallbackStep<O> {
  const siblings = {
    SqsQueueUrl: options.sqsQueueUrl as string,
    OutputParameters: outputParameters(options.outputs),
  };
  const node = defineStep(callback, { type: 'Callback', siblings }, name, args, options);
  return stepValue<CallbackStep<O>>(node, { output: (output) => outputOf(node, output) });
}
