import type { Json, JsonObject, StepDocument } from '../../definition/document.ts';
import { elementsOf, isExpression, isObject } from '../../definition/expression.ts';
import { EXECUTION_ROLE_ARN } from '../../definition/bind.ts';
import { BRANCHES, type Branch } from '../../definition/walk.ts';
import { writeBatchTransform } from './batch-transform.ts';
import { type Code, type Entry, call, list, memberName, object, stringLiteral, text } from './code.ts';
import { writeCondition } from './conditions.ts';
import { unsafe, writeAny } from './expressions.ts';
import { kindOf } from './kinds.ts';
import { type Module, type StepConstant, tryWriting } from './module.ts';
import { outputTypes, writeCache, writePropertyFiles, writeRetries } from './options.ts';
import { type StructurePlace, placeOfShape } from './place.ts';
import { writeProcessor } from './processor.ts';
import { PARAMETER_LEAVES } from './references.ts';
import type { ShortWay } from './short-way.ts';
import { writeSiblings } from './siblings.ts';
import { misfit, writeStructure, writeValue } from './values.ts';

/** A step as the call that makes it. */
interface WrittenStep {
  readonly code: Code;
  /** Why it is `step.custom`; undefined where a function of its own makes it. */
  readonly why: string | undefined;
  /** What can be asked of it. */
  readonly readable: Omit<StepConstant, 'identifier' | 'type'>;
}

/** Writes a step by the function for its type; what that cannot say becomes `step.custom`, with the reason. */
export function writeStep(step: StepDocument, module: Module): WrittenStep {
  const written = tryWriting(
    module,
    () => writeTyped(step, module),
    (typed) => typeof typed !== 'string',
  );
  if (typeof written !== 'string') return { ...written, why: undefined };
  return { code: writeCustom(step, module), why: written, readable: { ...NOTHING, isCustom: true } };
}

const NOTHING = { isCustom: false, outputs: new Map(), propertyFiles: new Set<string>() } as const;

type Typed = Pick<WrittenStep, 'code' | 'readable'>;

function writeTyped(step: StepDocument, module: Module): Typed | string {
  const kind = kindOf(step);
  if (step.Type === 'Condition') return '`step.condition` has no words for all that this one is told';
  if (kind === undefined) return `this library has no function for steps of type ${step.Type}`;
  const place = kind.place(step.Arguments);
  if (typeof place === 'string') return place;
  const unfit = place.kind === 'structure' ? misfit(step.Arguments, place) : undefined;
  if (unfit !== undefined) return unfit;
  if (isExpression(step.Arguments)) return 'its arguments are an expression';

  const own = writeSiblings(step, module);
  if (typeof own === 'string') return own;
  const outputs = outputsOf(step);
  const entries: Entry[] = [...own.entries, ...writeStepOptions(step, module)];
  const taken = new Set([...own.members, ...entries.flatMap(({ key }) => STEP_OPTIONS[key ?? ''] ?? [])]);
  const { RetryPolicies: retries, CacheConfig: cache, PropertyFiles: files } = step as unknown as JsonObject;
  const retry = kind.retry && retries !== undefined ? writeRetries(retries, kind.retry) : undefined;
  const caching = kind.hasCache === true && cache !== undefined ? writeCache(cache) : undefined;
  const propertyFiles =
    step.Type === 'Processing' && files !== undefined ? writePropertyFiles(files, outputs) : undefined;
  const more = { RetryPolicies: retry, CacheConfig: caching, PropertyFiles: propertyFiles?.code };
  for (const [member, code] of Object.entries(more)) {
    if (code === undefined) continue;
    taken.add(member);
    entries.push({ key: JOB_OPTIONS[member]!, value: code });
  }
  const left = Object.keys(step).filter((member) => !taken.has(member) && !BASIC.has(member));
  if (left.length > 0) return `\`step.${kind.builder}\` has no words for its ${left.join(' and ')}`;

  const args =
    place.kind === 'structure'
      ? writeArguments(step, place, kind.role, module)
      : writeValue(step.Arguments, place, module).code;
  const operands = [stringLiteral(step.Name), args, ...(entries.length === 0 ? [] : [object(entries)])];
  return {
    code: call(`step.${kind.builder}`, operands),
    readable: { isCustom: false, outputs, propertyFiles: new Set(propertyFiles?.names) },
  };
}

/** The arguments in as few words as say them: a function for common jobs, and no role that is filled in anyway. */
function writeArguments(step: StepDocument, place: StructurePlace, role: string | undefined, module: Module): Code {
  const short = SHORT_WAYS[step.Type]?.(step, module);
  const said = new Set(short?.members);
  if (role !== undefined && isAccountRole(step.Arguments[role], module)) said.add(role);
  const others = Object.entries(step.Arguments).filter(([member]) => !said.has(member));
  const code = writeStructure(Object.fromEntries(others), place, module);
  if (short === undefined) return code;
  if (others.length === 0 || code.kind !== 'object') return short.code;
  return object([{ key: undefined, value: short.code }, ...code.entries]);
}

const SHORT_WAYS: Readonly<Record<string, (step: StepDocument, module: Module) => ShortWay | undefined>> = {
  Processing: writeProcessor,
  Transform: writeBatchTransform,
};

function isAccountRole(value: Json | undefined, { lateBound }: Module): boolean {
  return (
    isExpression(value) && value['Get'] === `Parameters.${EXECUTION_ROLE_ARN}` && lateBound.has(EXECUTION_ROLE_ARN)
  );
}

const BASIC: ReadonlySet<string> = new Set(['Name', 'Type', 'Arguments']);
const STEP_OPTIONS: Readonly<Record<string, string>> = {
  dependsOn: 'DependsOn',
  displayName: 'DisplayName',
  description: 'Description',
};
const JOB_OPTIONS: Readonly<Record<string, string>> = {
  RetryPolicies: 'retry',
  CacheConfig: 'cache',
  PropertyFiles: 'propertyFiles',
};

/** The options that every step has, as far as they can say what the document says. */
function writeStepOptions(step: StepDocument, { steps }: Module): Entry[] {
  const { DependsOn: needed, DisplayName: displayName, Description: description } = step as unknown as JsonObject;
  const entries: Entry[] = [];
  if (isNameList(needed)) {
    const elements = needed.map((name) => {
      const known = steps.get(name);
      return { value: known === undefined ? stringLiteral(name) : text(known.identifier) };
    });
    entries.push({ key: 'dependsOn', value: list(elements) });
  }
  if (typeof displayName === 'string') entries.push({ key: 'displayName', value: stringLiteral(displayName) });
  if (typeof description === 'string') entries.push({ key: 'description', value: stringLiteral(description) });
  return entries;
}

/** Whether `dependsOn` says it: emission leaves an empty list out and names nobody twice. */
function isNameList(needed: Json | undefined): needed is readonly string[] {
  if (!Array.isArray(needed) || needed.length === 0) return false;
  return needed.every((name: Json) => typeof name === 'string') && new Set(needed).size === needed.length;
}

function writeCustom(step: StepDocument, module: Module): Code {
  const entries = writeStepOptions(step, module);
  const { RetryPolicies: retries, CacheConfig: cache } = step as unknown as JsonObject;
  const retry = retries === undefined ? undefined : writeRetries(retries, 'job');
  const caching = cache === undefined ? undefined : writeCache(cache);
  if (retry !== undefined) entries.push({ key: 'retry', value: retry });
  if (caching !== undefined) entries.push({ key: 'cache', value: caching });
  const taken = new Set([
    ...BASIC,
    ...entries.flatMap(({ key }) => STEP_OPTIONS[key!] ?? []),
    ...(retry === undefined ? [] : ['RetryPolicies']),
    ...(caching === undefined ? [] : ['CacheConfig']),
  ]);
  const siblings = Object.entries(step as unknown as JsonObject).filter(([member]) => !taken.has(member));
  if (siblings.length > 0) {
    const members = siblings.map(([key, value]) => ({ key: memberName(key), value: writeAny(value, module) }));
    entries.push({ key: 'siblings', value: object(members) });
  }
  return call('step.custom', [
    stringLiteral(step.Name),
    stringLiteral(step.Type),
    isExpression(step.Arguments)
      ? unsafe('never', writeAny(step.Arguments, module), module)
      : writeAny(step.Arguments, module),
    ...(entries.length === 0 ? [] : [object(entries)]),
  ]);
}

/** The outputs that can be read by name, with the types of what they give. */
function outputsOf(step: StepDocument): StepConstant['outputs'] {
  if (step.Type === 'Lambda' || step.Type === 'Callback') {
    const types = outputTypes((step as unknown as JsonObject)['OutputParameters']) ?? new Map<string, never>();
    return new Map([...types].map(([name, type]) => [name, PARAMETER_LEAVES[type as keyof typeof PARAMETER_LEAVES]]));
  }
  const config = step.Type === 'Processing' ? step.Arguments['ProcessingOutputConfig'] : undefined;
  const outputs = isObject(config) ? elementsOf(config['Outputs']) : [];
  const place = placeOfShape('ProcessingOutput');
  const names = outputs.flatMap((output) =>
    isObject(output) && place.kind === 'structure' && misfit(output, place) === undefined ? [output['OutputName']] : [],
  );
  return new Map(names.flatMap((name) => (typeof name === 'string' ? [[name, 'string'] as const] : [])));
}

/** Whether a Condition step is one that `step.condition` writes as it is: only then do its branches hold constants. */
export function isPlainCondition(step: StepDocument): boolean {
  const { Conditions: conditions, IfSteps: yes, ElseSteps: no, ...others } = step.Arguments;
  const members = Object.keys(step).filter((member) => !BASIC.has(member));
  const { DependsOn: needed, DisplayName: displayName, Description: description } = step as unknown as JsonObject;
  return (
    [conditions, yes, no].every(Array.isArray) &&
    Object.keys(others).length === 0 &&
    members.every((member) => Object.values(STEP_OPTIONS).includes(member)) &&
    (needed === undefined || isNameList(needed)) &&
    [displayName, description].every((value) => value === undefined || typeof value === 'string')
  );
}

/** Writes a Condition step; its branches are lists of constants. */
export function writeConditionStep(
  step: StepDocument,
  branches: Readonly<Record<Branch, readonly string[]>>,
  module: Module,
): Code {
  const conditions = step.Arguments['Conditions'] as readonly Json[];
  const members: Entry[] = [
    { key: 'Conditions', value: list(conditions.map((value) => ({ value: writeCondition(value, module) }))) },
  ];
  for (const branch of BRANCHES) {
    const elements = branches[branch].map((identifier) => ({ value: text(identifier) }));
    if (elements.length > 0) members.push({ key: branch, value: list(elements) });
  }
  const entries = writeStepOptions(step, module);
  return call('step.condition', [
    stringLiteral(step.Name),
    object(members),
    ...(entries.length === 0 ? [] : [object(entries)]),
  ]);
}
