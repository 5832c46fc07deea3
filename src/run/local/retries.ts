import { DEFAULT_ATTEMPTS, type RetryPolicy, type StepDocument, exceptionTypes } from '../../definition/document.ts';
import { codeOf, isPipelineError } from '../../definition/error.ts';
import { numberAt } from './steps/read.ts';

/** When a step that has failed is tried again. */
export interface Retry {
  readonly seconds: number;
  readonly exception: string;
}

/** Remembers the tries of one step, and tells whether there is to be another. */
export interface Retries {
  /** After a failure at a time in milliseconds; undefined when the failure stands. */
  readonly next: (error: unknown, time: number) => Retry | undefined;
}

// https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-retry-policy.html
const DEFAULT_INTERVAL = 1;
const DEFAULT_RATE = 2;
const LONGEST_SECONDS = 43_200;

/** Reads a step's policies; of those for one kind of failure the first counts. */
export function retriesOf(step: StepDocument, started: number): Retries {
  const policies = [...(step.RetryPolicies ?? []), ...policyOfJob(step)];
  const used = new Map<RetryPolicy, number>();
  return {
    next: (error, time) => {
      const exceptions = exceptionsOf(error);
      for (const policy of policies) {
        const exception = exceptionTypes(policy).find((each) => exceptions.includes(each));
        if (exception === undefined) continue;
        const count = used.get(policy) ?? 0;
        const { IntervalSeconds: interval = DEFAULT_INTERVAL, BackoffRate: rate = DEFAULT_RATE } = policy;
        const seconds = Math.min(interval * rate ** count, LONGEST_SECONDS);
        const minutes = policy.ExpireAfterMin;
        const most = policy.MaxAttempts ?? (minutes === undefined ? DEFAULT_ATTEMPTS : Infinity);
        const isLate = minutes !== undefined && time + seconds * 1000 > started + minutes * 60_000;
        if (count >= most || isLate) return undefined;
        used.set(policy, count + 1);
        return { seconds, exception };
      }
      return undefined;
    },
  };
}

// https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_RetryStrategy.html: training jobs that end with an
// InternalServerError are run again, whatever their step says.
function policyOfJob({ Type: type, Arguments: given }: StepDocument): RetryPolicy[] {
  const attempts = type === 'Training' ? numberAt(given, 'RetryStrategy', 'MaximumRetryAttempts') : undefined;
  return attempts === undefined ? [] : [{ ExceptionType: ['SageMaker.JOB_INTERNAL_ERROR'], MaxAttempts: attempts }];
}

/** What the service would call a failure of this machine. A fault of the author's program it tries again never. */
export function exceptionsOf(error: unknown): readonly string[] {
  const codes = codesOf(error);
  const is = (known: readonly string[]): boolean => codes.some((code) => known.includes(code));
  if (is(['ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE'])) return ['SageMaker.RESOURCE_LIMIT'];
  if (is(['ENOMEM', 'EAGAIN'])) return ['SageMaker.CAPACITY_ERROR'];
  if (is(['SlowDown', 'ThrottlingException', 'Throttling', 'TooManyRequestsException'])) return ['Step.THROTTLING'];
  if (is(['job-killed', 'model-server-not-started', 'model-server-died', 'container-died'])) {
    return ['SageMaker.JOB_INTERNAL_ERROR'];
  }
  const network = ['ECONNRESET', 'ECONNREFUSED', 'ETIMEDOUT', 'EPIPE', 'ENETUNREACH', 'EAI_AGAIN', 'TimeoutError'];
  if (is([...network, 'EIO', 'InternalError', 'ServiceUnavailable'])) return ['Step.SERVICE_FAULT'];
  return [];
}

/** The codes of an error and of what stands behind it. */
function codesOf(error: unknown): string[] {
  const codes: string[] = [];
  const seen = new Set<unknown>();
  for (let at = error; at instanceof Error && !seen.has(at); at = at.cause) {
    seen.add(at);
    const code = isPipelineError(at) ? at.code : (codeOf(at) ?? at.name);
    codes.push(code);
  }
  return codes;
}
