import { PipelineError } from '../definition/error.ts';
import type { CacheConfig, RetryPolicy } from '../definition/document.ts';

/** A span of time: `30d`, `12h`, `45m`, `10s`. */
export type Duration = `${number}d` | `${number}h` | `${number}m` | `${number}s`;

/** What can go wrong with any call of the service, and with its jobs. */
export type StepException = 'Step.SERVICE_FAULT' | 'Step.THROTTLING';
type JobException =
  | StepException
  | 'SageMaker.JOB_INTERNAL_ERROR'
  | 'SageMaker.CAPACITY_ERROR'
  | 'SageMaker.RESOURCE_LIMIT';

/** For which failures a step is tried again, and how fast. */
interface RetryPace<Exception extends string> {
  /** What it is for; all that the step can meet when left out. */
  readonly exceptions?: readonly Exception[] | undefined;
  /** The time before the first retry; one second when left out. */
  readonly interval?: Duration | undefined;
  /** By how much the time grows from one retry to the next; 2 when left out. */
  readonly backoffRate?: number | undefined;
}

// The type is the message that an author gets who writes both.
type OneOfTwo = 'a retry has maxAttempts or expireAfter, not both';

/** A failed step is tried again a number of times. */
interface RetryTimes<Exception extends string = JobException> extends RetryPace<Exception> {
  /** How many attempts are made at most. */
  readonly maxAttempts: number;
  readonly expireAfter?: OneOfTwo | undefined;
}

/** A failed step is tried again until some time has passed. */
interface RetryUntil<Exception extends string = JobException> extends RetryPace<Exception> {
  /** After how long no further attempt is made. */
  readonly expireAfter: Exclude<Duration, `${number}s`>;
  readonly maxAttempts?: OneOfTwo | undefined;
}

/** How a failed step is tried again: a number of times, or until some time has passed. */
export type Retry<Exception extends string = JobException> = RetryTimes<Exception> | RetryUntil<Exception>;

/**
 * Several policies, each for failures of its own. It declares what a list has not, so that a compiler tells a single
 * policy from a list by these members and puts its message at the one that is wrong.
 */
export interface Retries<Exception extends string = JobException> extends ReadonlyArray<Retry<Exception>> {
  readonly maxAttempts?: undefined;
  readonly expireAfter?: undefined;
}

const SECONDS = { d: 86_400, h: 3600, m: 60, s: 1 } as const;
const ISO = {
  d: (n: string) => `P${n}D`,
  h: (n: string) => `PT${n}H`,
  m: (n: string) => `PT${n}M`,
  s: (n: string) => `PT${n}S`,
};

const STEP_EXCEPTIONS: readonly StepException[] = ['Step.SERVICE_FAULT', 'Step.THROTTLING'];
const JOB_EXCEPTIONS: readonly JobException[] = [
  ...STEP_EXCEPTIONS,
  'SageMaker.JOB_INTERNAL_ERROR',
  'SageMaker.CAPACITY_ERROR',
  'SageMaker.RESOURCE_LIMIT',
];

/** `CacheConfig` as AWS writes it. */
export function cacheConfig(cache: Duration | boolean): CacheConfig {
  if (typeof cache === 'boolean') return { Enabled: cache };
  const { amount, unit } = parseDuration(cache);
  return { Enabled: true, ExpireAfter: ISO[unit](amount) };
}

/** `RetryPolicies` as AWS writes them, for a step whose failures are those of a job or only those of a call. */
export function retryPolicies(retry: Retry | Retries, of: 'job' | 'call'): RetryPolicy[] {
  const exceptions = of === 'job' ? JOB_EXCEPTIONS : STEP_EXCEPTIONS;
  const policies: readonly Retry[] = Array.isArray(retry) ? retry : [retry];
  return policies.map((policy) => ({
    BackoffRate: policy.backoffRate ?? 2,
    IntervalSeconds: seconds(policy.interval ?? '1s'),
    ...(policy.maxAttempts === undefined
      ? { ExpireAfterMin: Math.ceil(seconds(policy.expireAfter) / 60) }
      : { MaxAttempts: policy.maxAttempts as number }),
    ExceptionType: [...(policy.exceptions ?? exceptions)],
  }));
}

function seconds(duration: Duration): number {
  const { amount, unit } = parseDuration(duration);
  return Number(amount) * SECONDS[unit];
}

function parseDuration(text: Duration): { amount: string; unit: keyof typeof SECONDS } {
  const found = /^(\d+)([dhms])$/.exec(text);
  if (!found) {
    throw new PipelineError('invalid', 'bad-duration', `"${text}" is not a duration`, {
      fix: 'a whole number and one letter: 30d, 12h, 45m, 10s',
    });
  }
  return { amount: found[1]!, unit: found[2] as keyof typeof SECONDS };
}
