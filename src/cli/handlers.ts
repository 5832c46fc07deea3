import { resolve } from 'node:path';
import { PipelineError } from '../definition/error.ts';
import type { CallbackHandler, FunctionHandler, Handlers } from '../run/local/handlers.ts';
import { readConfig } from './config.ts';

/** What stands for functions and for those who answer: of the flags, else of the configuration. */
export function handlersOf(
  args: { readonly function: readonly string[]; readonly callback: readonly string[] },
  cwd: string,
): Handlers {
  const { functions = {}, callbacks = {} } = readConfig(cwd);
  const configured = Object.entries(functions).map(([name, { file, handler, timeout }]) => {
    return [name, { file: resolve(cwd, file), handler, seconds: timeout }] as const;
  });
  const answered = Object.entries(callbacks).map(([name, { command, timeout }]) => {
    return [name, { command, seconds: timeout }] as const;
  });
  return {
    functions: Object.fromEntries([...configured, ...args.function.map((word) => functionIn(word, cwd))]),
    callbacks: Object.fromEntries([...answered, ...args.callback.map((word) => callbackIn(word))]),
  };
}

function functionIn(word: string, cwd: string): readonly [string, FunctionHandler] {
  const [name, value] = split(word, '--function', 'name=./handler.py:lambda_handler');
  const [, file = value, handler] = /^(.+\.(?:py|[cm]?js)):([\w$]+)$/.exec(value) ?? [];
  return [name, { file: resolve(cwd, file), handler }];
}

function callbackIn(word: string): readonly [string, CallbackHandler] {
  const [name, value] = split(word, '--callback', "'Step=python3 answer.py'");
  // Words as a shell has them, and no shell: what is in quotes is one word.
  const words = [...value.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '');
  return [name, { command: words }];
}

/** A name may hold colons and slashes, as ARNs and URLs do, and no equals sign. */
function split(word: string, flag: string, fix: string): readonly [string, string] {
  const equals = word.indexOf('=');
  if (equals > 0 && word.slice(equals + 1).trim() !== '') return [word.slice(0, equals), word.slice(equals + 1)];
  throw new PipelineError('usage', 'bad-value', `${flag} cannot be "${word}"`, { fix: `${flag} ${fix}` });
}
