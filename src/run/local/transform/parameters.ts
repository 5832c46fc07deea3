import type { TransformPlan } from './plan.ts';

/** How requests are made, as a job's log on AWS states it. */
export interface ExecutionParameters {
  readonly MaxConcurrentTransforms: number;
  /** 0: of any size, and streamed. */
  readonly MaxPayloadInMB: number;
  readonly BatchStrategy: 'MULTI_RECORD' | 'SINGLE_RECORD';
}

const SPELLED = { MultiRecord: 'MULTI_RECORD', SingleRecord: 'SINGLE_RECORD' } as const;
const STRATEGIES: Readonly<Record<string, ExecutionParameters['BatchStrategy']>> = {
  ...SPELLED,
  MULTI_RECORD: 'MULTI_RECORD',
  SINGLE_RECORD: 'SINGLE_RECORD',
};
const MEGABYTES_AT_MOST = 100;

/**
 * What a transform job adds to its containers' environment: the last three only where the request sets them, and the
 * job's own entries over the model's.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-batch-code.html
 */
export function transformEnvironment({ asked, environment }: TransformPlan): Readonly<Record<string, string>> {
  const { MaxPayloadInMB, BatchStrategy, MaxConcurrentTransforms } = asked;
  return {
    SAGEMAKER_BATCH: 'true',
    ...(MaxPayloadInMB === undefined ? {} : { SAGEMAKER_MAX_PAYLOAD_IN_MB: String(MaxPayloadInMB) }),
    ...(BatchStrategy === undefined ? {} : { SAGEMAKER_BATCH_STRATEGY: SPELLED[BatchStrategy] }),
    ...(MaxConcurrentTransforms === undefined
      ? {}
      : { SAGEMAKER_MAX_CONCURRENT_TRANSFORMS: String(MaxConcurrentTransforms) }),
    ...environment,
  };
}

/** The request's own values, else what the container's `/execution-parameters` answers, else the defaults. */
export function executionParameters(asked: TransformPlan['asked'], answered: unknown): ExecutionParameters {
  const said = typeof answered === 'object' && answered !== null ? (answered as Readonly<Record<string, unknown>>) : {};
  const integer = (name: string, least: number) => {
    // Containers answer numbers, and some of them numbers in quotes.
    const value = said[name] === null || said[name] === '' ? Number.NaN : Number(said[name]);
    return Number.isInteger(value) && value >= least ? value : undefined;
  };
  const strategy: string = asked.BatchStrategy ?? String(said['BatchStrategy']);
  const MaxPayloadInMB = asked.MaxPayloadInMB ?? integer('MaxPayloadInMB', 0) ?? 6;
  // A container that asks for one worker a core would get more memory in flight than AWS allows a request to ask for.
  const most = MaxPayloadInMB === 0 ? Infinity : Math.max(1, Math.floor(MEGABYTES_AT_MOST / MaxPayloadInMB));
  return {
    MaxConcurrentTransforms:
      asked.MaxConcurrentTransforms ?? Math.min(integer('MaxConcurrentTransforms', 1) ?? 1, most),
    MaxPayloadInMB,
    BatchStrategy: STRATEGIES[strategy] ?? 'MULTI_RECORD',
  };
}

/** The line that AWS writes into a job's log. */
export function parametersLine(parameters: ExecutionParameters): string {
  const { MaxConcurrentTransforms, MaxPayloadInMB, BatchStrategy } = parameters;
  return `MaxConcurrentTransforms=${MaxConcurrentTransforms}, MaxPayloadInMB=${MaxPayloadInMB}, BatchStrategy=${BatchStrategy}`;
}
