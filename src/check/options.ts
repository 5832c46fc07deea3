import type { Json, JsonObject, StepDocument } from '../definition/document.ts';
import { isExpression, isObject } from '../definition/expression.ts';
import { type Path, child } from '../definition/path.ts';
import { didYouMean } from '../definition/suggest.ts';
import { kindOf, show } from './describe.ts';
import { isIntrinsic } from './intrinsic.ts';
import { unknownMember } from './members.ts';
import { type Fault, type StepRule, error, warning } from './rule.ts';
import { STEP_TYPES, type Sibling, stepType } from './step-types.ts';

const COMMON = ['Name', 'Type', 'Arguments', 'DependsOn', 'DisplayName', 'Description'];
const OPTIONS = { RetryPolicies: 'retries', CacheConfig: 'cache', PropertyFiles: 'propertyFiles' } as const;

/** A step's type, and the members beside its arguments. */
export const siblings: StepRule = {
  on: 'step',
  *check({ step, path }): Generator<Fault> {
    if (typeof step.Type !== 'string') return;
    const type = stepType(step.Type);
    if (type === undefined) {
      const fix = didYouMean(step.Type, Object.keys(STEP_TYPES));
      // A type of AWS's that is newer than this library goes through as it is.
      yield (fix === undefined ? warning : error)(
        'unknown-step-type',
        child(path, 'Type'),
        `Step ${step.Name} is of type ${show(step.Type)}, which this check does not know`,
        { fix },
      );
      return;
    }
    const own = type.siblings ?? {};
    for (const member of Object.keys(step)) {
      if (COMMON.includes(member) || Object.hasOwn(own, member)) continue;
      const at = child(path, member);
      if (!Object.hasOwn(OPTIONS, member)) {
        const known = [...COMMON, ...Object.keys(OPTIONS), ...Object.keys(own)];
        yield unknownMember(`Step ${step.Name}`, member, at, known);
      } else if (type[OPTIONS[member as keyof typeof OPTIONS]] !== true && !isEmpty(memberOf(step, member))) {
        const message = `${member} means nothing to a ${step.Type} step (${step.Name})`;
        yield warning('step-option', at, message, { fix: 'take it out' });
      }
    }
    for (const [member, sibling] of Object.entries(own)) {
      yield* siblingFaults(step, member, sibling, child(path, member));
    }
  },
};

function memberOf(step: StepDocument, member: string): Json | undefined {
  return (step as unknown as JsonObject)[member];
}

function isEmpty(value: Json | undefined): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

function* siblingFaults(step: StepDocument, member: string, sibling: Sibling, at: Path): Generator<Fault> {
  const value = memberOf(step, member);
  if (value === undefined || value === null) {
    if (sibling.required !== true) return;
    // The Python SDK's `to_request` gives a step without any of its siblings; such a step is no whole one.
    const isBare = Object.keys(stepType(step.Type)?.siblings ?? {}).every((own) => memberOf(step, own) === undefined);
    yield (isBare ? warning : error)('missing-member', at, `${member} of ${step.Type} step ${step.Name} is missing`);
    return;
  }
  const who = `${member} of step ${step.Name}`;
  if (isIntrinsic(value)) return;
  switch (sibling.kind) {
    case 'outputs':
      yield* outputFaults(step, value, at);
      return;
    case 'enum':
      if (isExpression(value)) {
        yield error('misplaced-expression', at, `${who} is an expression; AWS takes only a text`);
      } else if (typeof value !== 'string' || !sibling.values.includes(value)) {
        yield error('unknown-value', at, `${who} cannot be ${show(value)}`, {
          detail: `AWS takes: ${sibling.values.join(', ')}`,
          fix: typeof value === 'string' ? didYouMean(value, sibling.values) : undefined,
        });
      }
      return;
    case 'flag':
      if (typeof value !== 'boolean' && !isExpression(value)) {
        yield error('wrong-type', at, `${who} must be true or false, this is ${show(value)}`);
      }
      return;
    case 'text':
      if (typeof value === 'string') {
        if (sibling.form?.pattern.test(value) !== false) return;
        yield error('pattern-mismatch', at, `${who} cannot be ${show(value)}`, {
          fix: `it looks like ${sibling.form.example}`,
        });
      } else if (!isExpression(value)) {
        yield error('wrong-type', at, `${who} must be a text, this is ${show(value)}`);
      }
  }
}

const OUTPUT_TYPES = ['String', 'Integer', 'Boolean', 'Float'];
const OUTPUT_MEMBERS = ['OutputName', 'OutputType'];
const MOST_OUTPUTS = 50;

/** What a Lambda or Callback step says that it hands on. https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_OutputParameter.html */
function* outputFaults(step: StepDocument, outputs: Json, path: Path): Generator<Fault> {
  if (!Array.isArray(outputs)) {
    yield error('wrong-type', path, `OutputParameters of step ${step.Name} must be a list, this is ${kindOf(outputs)}`);
    return;
  }
  if (outputs.length > MOST_OUTPUTS && step.Type === 'Callback') {
    yield error(
      'too-large',
      path,
      `Step ${step.Name} has ${outputs.length} OutputParameters; AWS takes ${MOST_OUTPUTS}`,
    );
  }
  for (const [index, output] of (outputs as Json[]).entries()) {
    const at = child(path, index);
    if (!isObject(output)) {
      yield error('wrong-type', at, `An output of step ${step.Name} must be an object, this is ${kindOf(output)}`);
      continue;
    }
    for (const member of Object.keys(output)) {
      if (!OUTPUT_MEMBERS.includes(member)) yield unknownMember('An output', member, child(at, member), OUTPUT_MEMBERS);
    }
    const { OutputName: name, OutputType: type } = output;
    if (typeof name !== 'string' || name === '' || name.length > 256) {
      const found = name === undefined ? 'it is missing' : `this is ${show(name)}`;
      yield error('wrong-type', child(at, 'OutputName'), `OutputName must be a text of 1 to 256 characters; ${found}`);
    }
    if (type !== undefined && type !== null && !OUTPUT_TYPES.some((known) => known === type)) {
      yield error('unknown-value', child(at, 'OutputType'), `OutputType cannot be ${show(type)}`, {
        detail: `AWS takes: ${OUTPUT_TYPES.join(', ')}`,
        fix: typeof type === 'string' ? didYouMean(type, OUTPUT_TYPES) : undefined,
      });
    }
  }
}

// ISO 8601, and the loose forms that AWS's own pages show: 30d, T16m, p30d.
const ISO_DURATION = /^P(?=.)(?:\d+Y)?(?:\d+M)?(?:\d+W)?(?:\d+D)?(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?$/;
const LOOSE_DURATION = /^p?(?=.)(?:\d+y)?(?:\d+m)?(?:\d+w)?(?:\d+d)?(?:t?(?:\d+h)?(?:\d+m)?(?:\d+s)?)?$/i;
const CACHE_MEMBERS = ['Enabled', 'ExpireAfter'];

/** Whether and for how long earlier results count: literals only. */
export const caching: StepRule = {
  on: 'step',
  member: 'CacheConfig',
  *check({ step, path }): Generator<Fault> {
    const cache = step.CacheConfig as Json | undefined;
    if (cache === undefined || cache === null) return;
    const at = child(path, 'CacheConfig');
    if (!isObject(cache)) {
      yield error('cache-config', at, `CacheConfig of step ${step.Name} must be an object, this is ${kindOf(cache)}`);
      return;
    }
    for (const member of Object.keys(cache)) {
      if (!CACHE_MEMBERS.includes(member)) yield unknownMember('CacheConfig', member, child(at, member), CACHE_MEMBERS);
    }
    const { Enabled: enabled, ExpireAfter: after } = cache;
    if (isExpression(enabled) || isExpression(after)) {
      const member = isExpression(enabled) ? 'Enabled' : 'ExpireAfter';
      const message = `${member} of CacheConfig is an expression; AWS takes only a literal (step ${step.Name})`;
      yield error('misplaced-expression', child(at, member), message);
    }
    if (enabled !== undefined && typeof enabled !== 'boolean' && !isExpression(enabled)) {
      const message = `Enabled of CacheConfig must be true or false, this is ${show(enabled)} (step ${step.Name})`;
      yield error('cache-config', child(at, 'Enabled'), message);
    }
    if (after === undefined || after === null || isExpression(after)) return;
    const fix = 'an ISO 8601 duration: P30D, PT1H';
    const message = `ExpireAfter cannot be ${show(after)} (step ${step.Name})`;
    if (typeof after !== 'string' || after === 'P' || !LOOSE_DURATION.test(after) || !/\d/.test(after)) {
      yield error('cache-config', child(at, 'ExpireAfter'), message, { fix });
    } else if (!ISO_DURATION.test(after)) {
      const loose = `ExpireAfter ${show(after)} is no ISO 8601 duration (step ${step.Name})`;
      yield warning('cache-config', child(at, 'ExpireAfter'), loose, { fix });
    }
  },
};
