import type { Json, JsonObject } from '../../definition/document.ts';
import { isObject } from '../../definition/expression.ts';
import { type Code, type Entry, list, memberName, object, stringLiteral, text } from './code.ts';
import { scalarText } from './expressions.ts';

/** `CacheConfig` as the option `cache`; undefined where that cannot say it. */
export function writeCache(config: Json): Code | undefined {
  if (!isObject(config)) return undefined;
  const { Enabled: enabled, ExpireAfter: after } = config;
  const size = Object.keys(config).length;
  if (size === 1 && typeof enabled === 'boolean') return text(String(enabled));
  const found = typeof after === 'string' ? /^P(?:(\d+)(D)|T(\d+)([HMS]))$/.exec(after) : null;
  if (found === null || enabled !== true || size !== 2) return undefined;
  return stringLiteral(`${found[1] ?? found[3]!}${(found[2] ?? found[4]!).toLowerCase()}`);
}

const CALL_EXCEPTIONS = ['Step.SERVICE_FAULT', 'Step.THROTTLING'];
const JOB_EXCEPTIONS = [
  ...CALL_EXCEPTIONS,
  'SageMaker.JOB_INTERNAL_ERROR',
  'SageMaker.CAPACITY_ERROR',
  'SageMaker.RESOURCE_LIMIT',
];

/** `RetryPolicies` as the option `retry`; undefined where that cannot say them. */
export function writeRetries(policies: Json, of: 'job' | 'call'): Code | undefined {
  if (!Array.isArray(policies) || policies.length === 0) return undefined;
  const written = (policies as Json[]).map((policy) => (isObject(policy) ? writeRetry(policy, of) : undefined));
  const all = written.filter((policy) => policy !== undefined);
  if (all.length < written.length) return undefined;
  return all.length === 1 ? all[0] : list(all.map((value) => ({ value })));
}

function writeRetry(policy: JsonObject, of: 'job' | 'call'): Code | undefined {
  const { ExceptionType: types, IntervalSeconds: interval, BackoffRate: rate } = policy;
  const { MaxAttempts: attempts, ExpireAfterMin: minutes } = policy;
  const known = of === 'job' ? JOB_EXCEPTIONS : CALL_EXCEPTIONS;
  if (Object.keys(policy).length !== 4 || !isCount(interval) || typeof rate !== 'number') return undefined;
  if (!Array.isArray(types) || !types.every((type: Json) => typeof type === 'string' && known.includes(type))) {
    return undefined;
  }
  const entries: Entry[] = [];
  const isAll = types.length === known.length && known.every((type, index) => types[index] === type);
  if (!isAll) {
    entries.push({
      key: 'exceptions',
      value: list(types.map((type: Json) => ({ value: stringLiteral(type as string) }))),
    });
  }
  if (typeof attempts === 'number') entries.push({ key: 'maxAttempts', value: text(scalarText(attempts)) });
  else if (isCount(minutes)) entries.push({ key: 'expireAfter', value: stringLiteral(span(minutes, 'm')) });
  else return undefined;
  if (interval !== 1) entries.push({ key: 'interval', value: stringLiteral(span(interval, 's')) });
  if (rate !== 2) entries.push({ key: 'backoffRate', value: text(scalarText(rate)) });
  return object(entries);
}

function isCount(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** `3600 s` → `1h`: the largest unit that says it exactly. */
function span(amount: number, unit: 's' | 'm'): string {
  const [seconds, units] = unit === 's' ? [amount, ['d', 'h', 'm']] : [amount * 60, ['d', 'h']];
  for (const larger of units) {
    const size = { d: 86_400, h: 3600, m: 60 }[larger]!;
    if (seconds >= size && seconds % size === 0) return `${seconds / size}${larger}`;
  }
  return `${amount}${unit}`;
}

/** `PropertyFiles` as the option `propertyFiles`, and their names; undefined where it cannot say them. */
export function writePropertyFiles(
  files: Json,
  outputs: ReadonlyMap<string, unknown>,
): { readonly code: Code; readonly names: readonly string[] } | undefined {
  if (!Array.isArray(files) || files.length === 0) return undefined;
  const names: string[] = [];
  const entries: Entry[] = [];
  for (const file of files as Json[]) {
    if (!isObject(file) || Object.keys(file).length !== 3) return undefined;
    const { PropertyFileName: name, OutputName: output, FilePath: path } = file;
    if (typeof name !== 'string' || typeof output !== 'string' || typeof path !== 'string') return undefined;
    if (!isKey(name) || names.includes(name) || !outputs.has(output)) return undefined;
    names.push(name);
    const place = object([
      { key: 'output', value: stringLiteral(output) },
      { key: 'path', value: stringLiteral(path) },
    ]);
    entries.push({ key: memberName(name), value: place });
  }
  return { code: object(entries), names };
}

/** `OutputParameters` as the option `outputs`; undefined where it cannot say them. */
export function outputTypes(parameters: Json | undefined): ReadonlyMap<string, string> | undefined {
  if (!Array.isArray(parameters)) return undefined;
  const types = new Map<string, string>();
  for (const parameter of parameters as Json[]) {
    if (!isObject(parameter) || Object.keys(parameter).length !== 2) return undefined;
    const { OutputName: name, OutputType: type } = parameter;
    if (typeof name !== 'string' || typeof type !== 'string' || types.has(name) || !isKey(name)) return undefined;
    if (!['String', 'Integer', 'Float', 'Boolean'].includes(type)) return undefined;
    types.set(name, type);
  }
  return types;
}

/** Whether an object literal keeps such a member in the place where it is written. */
export function isKey(name: string): boolean {
  return name !== '__proto__' && !/^(?:0|[1-9]\d*)$/.test(name);
}
