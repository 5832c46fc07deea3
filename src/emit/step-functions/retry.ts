import type { Diagnostic } from '../../definition/diagnostic.ts';
import { DEFAULT_ATTEMPTS, type Json, type RetryPolicy, exceptionTypes } from '../../definition/document.ts';
import { type Path, child, formatPath } from '../../definition/path.ts';

/** What Step Functions calls the failures that a pipeline's policies name. */
const ERRORS: Readonly<Record<string, readonly string[]>> = {
  'Step.SERVICE_FAULT': ['SageMaker.AmazonSageMakerException', 'SageMaker.SageMakerException'],
  'Step.THROTTLING': ['SageMaker.ThrottlingException', 'SageMaker.AmazonSageMakerException'],
  'SageMaker.RESOURCE_LIMIT': ['SageMaker.ResourceLimitExceededException'],
};
/** A job that failed is one error to Step Functions, whatever it failed of. */
const JOB_FAILED = 'States.TaskFailed';
const JOB_FAILURES: readonly string[] = ['SageMaker.JOB_INTERNAL_ERROR', 'SageMaker.CAPACITY_ERROR'];
/** https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html */
const MOST_ATTEMPTS = 99_999_999;

/** The retriers of a state for a step's policies. */
export function retriersOf(
  policies: readonly RetryPolicy[] | undefined,
  path: Path | undefined,
  report: (diagnostic: Diagnostic) => void,
): Json[] {
  return (policies ?? []).map((policy, index) => {
    const at = child(child(path, 'RetryPolicies'), index);
    const exceptions = exceptionTypes(policy);
    if (exceptions.some((exception) => JOB_FAILURES.includes(exception))) {
      report({
        code: 'retry-widened',
        severity: 'warning',
        message: 'A job that fails for any reason is tried again, not only for the reasons that the policy names',
        path: formatPath(at),
        detail: 'Step Functions knows one error for all failures of a job',
      });
    }
    const errors = exceptions.flatMap((exception) => ERRORS[exception] ?? [JOB_FAILED]);
    // Of no pause at all the States Language knows nothing.
    const interval = Math.max(1, policy.IntervalSeconds ?? 1);
    const rate = Math.max(1, policy.BackoffRate ?? 2);
    return {
      ErrorEquals: [...new Set(errors)],
      IntervalSeconds: interval,
      BackoffRate: rate,
      MaxAttempts: attemptsOf(policy, interval, rate),
    };
  });
}

// The pauses alone are counted: how long the attempts take is not known before.
function attemptsOf(
  { MaxAttempts: most, ExpireAfterMin: minutes }: RetryPolicy,
  interval: number,
  rate: number,
): number {
  if (typeof most === 'number') return Math.min(most, MOST_ATTEMPTS);
  if (typeof minutes !== 'number') return DEFAULT_ATTEMPTS;
  let attempts = 0;
  for (let waited = interval, pause = interval; waited <= minutes * 60 && attempts < 1000; attempts++) {
    pause *= rate;
    waited += pause;
  }
  return Math.max(1, attempts);
}
