import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';

/** A file of this machine that stands for a function in AWS Lambda. */
export interface FunctionHandler {
  /** Python (`.py`) or JavaScript (`.js`, `.mjs`, `.cjs`). */
  readonly file: string;
  /** The function in it; `lambda_handler` in Python and `handler` in JavaScript when left out. */
  readonly handler?: string | undefined;
  /** As the function's own time-out. */
  readonly seconds?: number | undefined;
}

/** A command of this machine that answers the messages of Callback steps. */
export interface CallbackHandler {
  readonly command: readonly string[];
  readonly seconds?: number | undefined;
}

/** What stands on this machine for functions and for those who answer. */
export interface Handlers {
  /** By the name of the function, its ARN or the name of the step. */
  readonly functions: Readonly<Record<string, FunctionHandler>>;
  /** By the name of the step, or of the queue, or by its URL. */
  readonly callbacks: Readonly<Record<string, CallbackHandler>>;
}

export const NO_HANDLERS: Handlers = { functions: {}, callbacks: {} };

/** The file that stands for a function. */
export function functionFor({ functions }: Handlers, step: string, arn: string): FunctionHandler | undefined {
  return found(functions, [step, arn, functionName(arn)]);
}

/** The command that answers a step. */
export function callbackFor({ callbacks }: Handlers, step: string, queue: string): CallbackHandler | undefined {
  return found(callbacks, [step, queue, queue.slice(queue.lastIndexOf('/') + 1)]);
}

/** `arn:aws:lambda:region:account:function:name`, perhaps with a version behind it. */
export function functionName(arn: string): string {
  return /:function:([^:]+)/.exec(arn)?.[1] ?? arn;
}

/** The program behind a function, an answer or nothing, by content: a result of another one counts no more. */
export function identifyHandler(handlers: Handlers, step: string, name: string): string | undefined {
  const own = functionFor(handlers, step, name);
  if (own !== undefined) {
    const text = existsSync(own.file) ? readFileSync(own.file) : '';
    return `${own.handler ?? ''} ${createHash('sha256').update(text).digest('hex')}`;
  }
  return callbackFor(handlers, step, name)?.command.join(' ');
}

function found<T>(values: Readonly<Record<string, T>>, names: readonly string[]): T | undefined {
  const name = names.find((each) => Object.hasOwn(values, each));
  return name === undefined ? undefined : values[name];
}
