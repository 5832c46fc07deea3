import type { Diagnostic } from '../definition/diagnostic.ts';
import { isObject } from '../definition/expression.ts';

/** A file that stands for a function of AWS Lambda, as the configuration has it. */
export interface FunctionSetting {
  readonly file: string;
  readonly handler?: string;
  /** Seconds. */
  readonly timeout?: number;
}

/** A command that answers Callback steps, as the configuration has it. */
export interface CallbackSetting {
  readonly command: readonly string[];
  /** Seconds. */
  readonly timeout?: number;
}

const EXAMPLES = {
  functions: '"functions": { "my-function": { "file": "./handler.py", "handler": "lambda_handler", "timeout": 60 } }',
  callbacks: '"callbacks": { "StepName": { "command": ["python3", "answer.py"], "timeout": 3600 } }',
} as const;

type Kind = 'text' | 'texts' | 'seconds';

const MEMBERS: Readonly<Record<keyof typeof EXAMPLES, Readonly<Record<string, Kind>>>> = {
  functions: { file: 'text', handler: 'text', timeout: 'seconds' },
  callbacks: { command: 'texts', timeout: 'seconds' },
};

/** What is wrong with the settings `functions` and `callbacks`. */
export function handlerSettingFaults(member: keyof typeof EXAMPLES, setting: unknown, at: string): Diagnostic[] {
  const known = MEMBERS[member];
  const [needed = ''] = Object.keys(known);
  const fault = (message: string): Diagnostic => {
    return { code: 'bad-setting', severity: 'error', message, at, fix: EXAMPLES[member] };
  };
  if (!isObject(setting)) return [fault(`The setting "${member}" must be an object`)];
  return Object.entries(setting).flatMap(([name, value]) => {
    if (!isObject(value)) return [fault(`"${name}" in the setting "${member}" must be an object`)];
    const faults = Object.entries(value).flatMap(([own, each]) => {
      const kind = Object.hasOwn(known, own) ? known[own] : undefined;
      return kind !== undefined && isOf(kind, each) ? [] : [fault(`"${own}" of "${name}" in "${member}" is not right`)];
    });
    return value[needed] === undefined ? [...faults, fault(`"${name}" in "${member}" has no ${needed}`)] : faults;
  });
}

function isOf(kind: Kind, value: unknown): boolean {
  if (kind === 'seconds') return typeof value === 'number' && value > 0;
  if (kind === 'text') return typeof value === 'string' && value !== '';
  return Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string');
}
