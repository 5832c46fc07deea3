import type { Json, StepDocument } from '../../definition/document.ts';
import { isExpression } from '../../definition/expression.ts';
import { type Entry, memberName, object, stringLiteral } from './code.ts';
import { writeOfType } from './expressions.ts';
import type { Module } from './module.ts';
import { outputTypes } from './options.ts';
import type { LeafType } from './place.ts';
import { writeAny } from './expressions.ts';

/** Members beside `Arguments` as options: the options and the members that they stand for, or why they cannot. */
type SiblingOptions = { readonly entries: readonly Entry[]; readonly members: readonly string[] } | string;

type Member = (step: StepDocument, module: Module) => SiblingOptions;

const OUTPUTS: Member = (step) => {
  const types = outputTypes(memberOf(step, 'OutputParameters'));
  if (types === undefined) return 'its OutputParameters are not a list of names and types';
  const outputs = object([...types].map(([name, type]) => ({ key: memberName(name), value: stringLiteral(type) })));
  return { entries: types.size === 0 ? [] : [{ key: 'outputs', value: outputs }], members: ['OutputParameters'] };
};

/** A value that the option asks for. */
function required(member: string, option: string): Member {
  return (step, module) => {
    const value = memberOf(step, member);
    if (typeof value !== 'string' && !isExpression(value)) return `it has no ${member}`;
    return { entries: [{ key: option, value: writeTyped(value, 'string', module) }], members: [member] };
  };
}

/** A value that is there in any case: one that it has unless told needs no option. */
function optional(member: string, option: string, type: LeafType, otherwise: Json): Member {
  return (step, module) => {
    const value = memberOf(step, member);
    if (value === otherwise) return { entries: [], members: [member] };
    if (typeof value !== type && !isExpression(value)) return `it leaves ${member} out or has an odd one`;
    return { entries: [{ key: option, value: writeTyped(value!, type, module) }], members: [member] };
  };
}

function oneOf(member: string, option: string, values: readonly string[]): Member {
  return (step) => {
    const value = memberOf(step, member);
    if (typeof value !== 'string' || !values.includes(value)) return `the types know no such ${member}`;
    return { entries: [{ key: option, value: stringLiteral(value) }], members: [member] };
  };
}

const BASELINE: readonly Member[] = [
  optional('ModelPackageGroupName', 'modelPackageGroupName', 'string', null),
  optional('SkipCheck', 'skipCheck', 'boolean', false),
  optional('FailOnViolation', 'failOnViolation', 'boolean', true),
  optional('RegisterNewBaseline', 'registerNewBaseline', 'boolean', false),
  optional('SuppliedBaselineConstraints', 'suppliedBaselineConstraints', 'string', null),
];

const MODEL_NAME: Member = (step, module) => {
  if (memberOf(step, 'CheckType') !== 'DATA_BIAS') return required('ModelName', 'modelName')(step, module);
  return memberOf(step, 'ModelName') === undefined
    ? { entries: [], members: [] }
    : 'a check of data alone names no model';
};

const MEMBERS: Readonly<Record<string, readonly Member[]>> = {
  Lambda: [required('FunctionArn', 'functionArn'), OUTPUTS],
  Callback: [required('SqsQueueUrl', 'sqsQueueUrl'), OUTPUTS],
  QualityCheck: [
    oneOf('CheckType', 'checkType', ['DATA_QUALITY', 'MODEL_QUALITY']),
    ...BASELINE,
    optional('SuppliedBaselineStatistics', 'suppliedBaselineStatistics', 'string', null),
  ],
  ClarifyCheck: [
    oneOf('CheckType', 'checkType', ['DATA_BIAS', 'MODEL_BIAS', 'MODEL_EXPLAINABILITY']),
    MODEL_NAME,
    ...BASELINE,
  ],
};

/** The options for the members that only this type of step has. */
export function writeSiblings(step: StepDocument, module: Module): SiblingOptions {
  const entries: Entry[] = [];
  const members: string[] = [];
  for (const member of Object.hasOwn(MEMBERS, step.Type) ? MEMBERS[step.Type]! : []) {
    const found = member(step, module);
    if (typeof found === 'string') return found;
    entries.push(...found.entries);
    members.push(...found.members);
  }
  return { entries, members };
}

function memberOf(step: StepDocument, member: string): Json | undefined {
  return (step as unknown as Readonly<Record<string, Json>>)[member];
}

function writeTyped(value: Json, type: LeafType, module: Module) {
  return isExpression(value) ? writeOfType(value, type, module) : writeAny(value, module);
}
