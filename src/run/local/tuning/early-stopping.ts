/** Tells when a training job that still runs will not be among the good ones. */
export interface EarlyStopping {
  /** A job reports its objective once more; true when it is to end. */
  readonly report: (job: number, value: number) => boolean;
  /** A job has ended by itself. */
  readonly complete: (job: number) => void;
}

/** Of fewer jobs a median says little. */
const LEAST_JOBS = 3;

/**
 * The rule of the service: a job ends when its best so far is worse than the median of the running averages that the
 * jobs before it had at the same point.
 *
 * https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-early-stopping.html
 */
export function earlyStopping(isMaximised: boolean): EarlyStopping {
  const reports = new Map<number, number[]>();
  const completed: number[] = [];
  return {
    complete: (job) => void completed.push(job),
    report: (job, value) => {
      const own = [...(reports.get(job) ?? []), value];
      reports.set(job, own);
      const averages = completed
        .map((each) => reports.get(each) ?? [])
        .filter((values) => values.length >= own.length)
        .map((values) => mean(values.slice(0, own.length)));
      if (averages.length < LEAST_JOBS) return false;
      const middle = median(averages);
      return isMaximised ? Math.max(...own) < middle : Math.min(...own) > middle;
    },
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
