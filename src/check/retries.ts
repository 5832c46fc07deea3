import type { Json, JsonObject, StepDocument } from '../definition/document.ts';
import { isExpression, isObject } from '../definition/expression.ts';
import { type Path, child } from '../definition/path.ts';
import { didYouMean } from '../definition/suggest.ts';
import { kindOf, show } from './describe.ts';
import { unknownMember } from './members.ts';
import { type Fault, type StepRule, error, warning } from './rule.ts';

// https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-retry-policy.html
const EXCEPTIONS = [
  'Step.SERVICE_FAULT',
  'Step.THROTTLING',
  'SageMaker.JOB_INTERNAL_ERROR',
  'SageMaker.CAPACITY_ERROR',
  'SageMaker.RESOURCE_LIMIT',
  'Emr.RESOURCE_LIMIT',
];
const RANGES: Readonly<Record<string, { readonly least: number; readonly most: number; readonly whole: boolean }>> = {
  IntervalSeconds: { least: 0, most: 43_200, whole: true },
  BackoffRate: { least: 0, most: Infinity, whole: false },
  MaxAttempts: { least: 1, most: 20, whole: true },
  ExpireAfterMin: { least: 0, most: 14_400, whole: true },
};
const MEMBERS = ['ExceptionType', ...Object.keys(RANGES)];

/** Steps that call AWS once and start no job. */
const WITHOUT_JOB = ['Model', 'RegisterModel', 'EndpointConfig'];

/** How a failed step is tried again: literals in AWS's limits, each kind of failure in one policy. */
export const retryPolicies: StepRule = {
  on: 'step',
  member: 'RetryPolicies',
  *check({ step, path }): Generator<Fault> {
    const policies = step.RetryPolicies as Json | undefined;
    if (policies === undefined || policies === null) return;
    const at = child(path, 'RetryPolicies');
    if (!Array.isArray(policies)) {
      const message = `RetryPolicies of step ${step.Name} must be a list, this is ${kindOf(policies)}`;
      yield error('retry-policy', at, message, { fix: 'put the policy into [ ]' });
      return;
    }
    const seen = new Set<string>();
    for (const [index, policy] of (policies as Json[]).entries()) {
      if (isObject(policy)) {
        yield* policyFaults(policy, child(at, index), seen);
        if (WITHOUT_JOB.includes(step.Type)) yield* jobFaults(step, policy, child(at, index));
      } else
        yield error('retry-policy', child(at, index), `A retry policy must be an object, this is ${kindOf(policy)}`);
    }
  },
};

function* policyFaults(policy: JsonObject, path: Path, seen: Set<string>): Generator<Fault> {
  for (const [member, value] of Object.entries(policy)) {
    const at = child(path, member);
    const range = Object.hasOwn(RANGES, member) ? RANGES[member] : undefined;
    if (!MEMBERS.includes(member)) yield unknownMember('A retry policy', member, at, MEMBERS);
    else if (isExpression(value)) {
      yield error('misplaced-expression', at, `${member} of a retry policy is an expression; AWS takes only a literal`);
    } else if (range !== undefined && value !== null) {
      const fits = typeof value === 'number' && value >= range.least && value <= range.most;
      if (fits && (!range.whole || Number.isInteger(value))) continue;
      const most = range.most === Infinity ? `${range.least} or more` : `${range.least} to ${range.most}`;
      const message = `${member} of a retry policy must be ${range.whole ? 'a whole number' : 'a number'} of ${most}, this is ${show(value)}`;
      yield error('retry-policy', at, message);
    }
  }
  yield* exceptionFaults(policy['ExceptionType'], child(path, 'ExceptionType'), seen);
  if (typeof policy['MaxAttempts'] === 'number' && typeof policy['ExpireAfterMin'] === 'number') {
    yield error('retry-policy', path, 'A retry policy has MaxAttempts or ExpireAfterMin, not both', {
      fix: 'take one of them out',
    });
  }
}

/** A policy that waits for what cannot happen. */
function* jobFaults(step: StepDocument, policy: JsonObject, path: Path): Generator<Fault> {
  const types = policy['ExceptionType'];
  const list: readonly (Json | undefined)[] = Array.isArray(types) ? (types as readonly Json[]) : [types];
  for (const type of list) {
    if (typeof type !== 'string' || !EXCEPTIONS.includes(type) || type.startsWith('Step.')) continue;
    const message = `${type} is a failure of a job, and a ${step.Type} step starts none (${step.Name})`;
    yield warning('retry-policy', child(path, 'ExceptionType'), message, {
      fix: 'Step.SERVICE_FAULT and Step.THROTTLING are what can be tried again here',
    });
  }
}

function* exceptionFaults(types: Json | undefined, path: Path, seen: Set<string>): Generator<Fault> {
  if (isExpression(types)) return;
  if (types === undefined || types === null || (Array.isArray(types) && types.length === 0)) {
    yield error('retry-policy', path, 'ExceptionType of a retry policy is missing: it says what is tried again');
    return;
  }
  // AWS's published schema shows a single text, its guide and the Python SDK a list.
  const list = Array.isArray(types) ? (types as Json[]) : [types];
  for (const [index, type] of list.entries()) {
    const at = Array.isArray(types) ? child(path, index) : path;
    if (isExpression(type)) {
      yield error(
        'misplaced-expression',
        at,
        'ExceptionType of a retry policy is an expression; AWS takes only a literal',
      );
    } else if (typeof type !== 'string' || !EXCEPTIONS.includes(type)) {
      yield error('retry-policy', at, `ExceptionType cannot be ${show(type)}`, {
        detail: `AWS takes: ${EXCEPTIONS.join(', ')}`,
        fix: typeof type === 'string' ? didYouMean(type, EXCEPTIONS) : undefined,
      });
    } else if (seen.has(type)) {
      yield warning('retry-policy', at, `ExceptionType ${show(type)} stands in more than one place`, {
        detail: 'AWS wants each kind of failure in one policy of a step',
      });
    } else seen.add(type);
  }
}
