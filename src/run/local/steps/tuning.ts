import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Json, JsonObject } from '../../../definition/document.ts';
import { PipelineError, isPipelineError } from '../../../definition/error.ts';
import type { Link } from '../../../definition/events.ts';
import { NOBODY } from '../registry.ts';
import { type EarlyStopping, earlyStopping } from '../tuning/early-stopping.ts';
import { KEPT_TRIALS, type KeptTrial, type KeptTrials, openKeptTrials } from '../tuning/kept-trials.ts';
import { type Trial, definitionsOf, limitsOf, strategyOf, trainingRequest, trialsOf } from '../tuning/request.ts';
import { reportIgnored } from './layout.ts';
import { metricReader } from './metrics.ts';
import type { PlannedStep, StepKind, StepResult, StepWork } from './step.ts';
import { placesReadBy, training } from './training.ts';

const STRATEGIES: readonly string[] = ['Random', 'Grid'];
const IGNORED = { Tags: 'there is nothing to tag' };

/** A Tuning step: training jobs with hyperparameters drawn or counted out, side by side, and which of them was best. */
export const tuning: StepKind = {
  inspect: (planned) => {
    const { given, step, report } = planned;
    const strategy = strategyOf(given);
    if (!STRATEGIES.includes(strategy)) {
      report('error', 'strategy-not-supported', `${step.Name} searches with the strategy ${strategy}`, {
        below: 'Arguments.HyperParameterTuningJobConfig.Strategy',
        detail: `on this machine a search is one of: ${STRATEGIES.join(', ')}; what the service does there is not published`,
        fix: 'Strategy: Random, for runs on this machine',
      });
    }
    for (const member of ['WarmStartConfig', 'Autotune'] as const) {
      if (given[member] === undefined || given[member] === null) continue;
      report('error', 'tuning-not-supported', `${step.Name} asks for ${member}, which only the service has`, {
        below: `Arguments.${member}`,
      });
    }
    const definitions = definitionsOf(given);
    if (definitions.length === 0) {
      report('error', 'tuning-not-supported', `${step.Name} names no training job to be tuned`, { below: 'Arguments' });
    }
    for (const { ranges, faults, objective, path, given: definition } of definitions) {
      const below = `Arguments.${path}`;
      for (const { name, message } of faults) {
        report('error', 'bad-range', `${step.Name} cannot search ${name}: ${message}`, { below });
      }
      const other = ranges.find(({ kind }) => kind !== 'categorical');
      if (strategy === 'Grid' && other !== undefined) {
        report('error', 'bad-range', `${step.Name} counts ${other.name} out (Grid), which is not categorical`, {
          below,
          detail: 'as on the service, a grid has categorical ranges alone',
        });
      }
      if (objective === undefined) report('error', 'no-objective', `${step.Name} has no objective`, { below });
      training.inspect({ ...planned, given: planGiven(definition), report: moved(planned, path) });
    }
    reportIgnored(given, IGNORED, planned);
  },
  reads: (planned) =>
    definitionsOf(planned.given).flatMap((definition) =>
      (training.reads?.({ ...planned, given: definition.given }) ?? []).map(({ uri, below }) => ({
        uri,
        below: below.replace('Arguments', `Arguments.${definition.path}`),
      })),
    ),
  containers: (planned) =>
    definitionsOf(planned.given).flatMap(({ given }) => training.containers?.({ ...planned, given }) ?? []),
  keeps: [KEPT_TRIALS],
  run: async (work) => {
    const started = work.now();
    const done = await search(work);
    const best = done.find(({ status }) => status === 'Completed');
    if (best === undefined) {
      const [first] = done;
      throw new PipelineError('failed', 'AlgorithmError', 'no training job of the search has completed', {
        detail: first?.reason,
      });
    }
    return describe(work, started, done, best);
  },
};

function planGiven(definition: JsonObject): JsonObject {
  const { HyperParameterTuningResourceConfig: resources = null, ...rest } = definition;
  return { ...rest, ResourceConfig: resources };
}

function moved({ report }: PlannedStep, path: string): PlannedStep['report'] {
  return (severity, code, message, rest = {}) => {
    const below = rest.below?.replace('Arguments', `Arguments.${path}`);
    report(severity, code, message, { ...rest, ...(below === undefined ? {} : { below }) });
  };
}

/** A training job of the search, once it is over. */
interface Done {
  readonly trial: Trial;
  readonly job: string;
  readonly status: 'Completed' | 'Stopped' | 'Failed';
  readonly value: number | undefined;
  readonly started: string;
  readonly ended: string;
  readonly outputs: readonly Link[];
  readonly reason: string | undefined;
}

/** Runs the jobs of a search, so many at a time, and gives them in order: the best first. */
async function search(given: StepWork): Promise<Done[]> {
  const broken = new AbortController();
  const work = { ...given, signal: AbortSignal.any([given.signal, broken.signal]) };
  const limits = limitsOf(work.given);
  const trials = trialsOf(work.given, work.job);
  const isMaximised = definitionsOf(work.given)[0]?.objective?.isMaximised ?? true;
  const isBetter = (a: number, b: number): boolean => (isMaximised ? a > b : a < b);
  const early = limits.stopsEarly ? earlyStopping(isMaximised) : undefined;
  const reads = definitionsOf(work.given).flatMap(({ given }) => placesReadBy(given));
  const kept = await openKeptTrials(work.folder, work, [...new Set(reads)].toSorted());
  const done: Done[] = [];
  const over = new AbortController();
  const ended = new AbortController();
  if (limits.seconds !== undefined) {
    // The clock stops with the search: a timer that nobody waits for would keep the process.
    void work.sleep(limits.seconds * 1000, ended.signal).then(() => over.abort());
  }
  let count = 0;
  let best: number | undefined;
  let since = 0;
  const isEnough = (): boolean =>
    over.signal.aborted ||
    work.signal.aborted ||
    count >= limits.jobs ||
    (limits.patience !== undefined && since >= limits.patience) ||
    (limits.target !== undefined && best !== undefined && !isBetter(limits.target, best));
  const turn = async (): Promise<void> => {
    while (!isEnough()) {
      const next = trials.next();
      if (next.done === true) return;
      const number = ++count;
      const result = await train(work, next.value, { number, early, over: over.signal, kept });
      done.push(result);
      const { value, status } = result;
      if (status !== 'Completed') continue;
      early?.complete(number);
      const isBest = value !== undefined && (best === undefined || isBetter(value, best));
      since = isBest ? 0 : since + 1;
      if (isBest) best = value;
    }
  };
  const atOnce = Math.max(1, Math.min(limits.parallel, work.maxParallel));
  const turns = Array.from({ length: atOnce }, () => turn());
  try {
    await Promise.all(turns);
  } finally {
    // Where one has failed the search is over, and nobody looks after the jobs beside it any more.
    broken.abort();
    await Promise.allSettled(turns);
    ended.abort();
  }
  if (given.signal.aborted) throw new PipelineError('interrupted', 'interrupted', 'the search was stopped');
  const rank = ({ status, value }: Done): number => {
    if (value === undefined) return Infinity;
    return (status === 'Completed' ? 0 : 1e300) + (isMaximised ? -value : value);
  };
  return done.toSorted((a, b) => rank(a) - rank(b) || (a.job < b.job ? -1 : 1));
}

/** Where a job stands in its search. */
interface Turn {
  readonly number: number;
  readonly early: EarlyStopping | undefined;
  readonly over: AbortSignal;
  readonly kept: KeptTrials;
}

async function train(work: StepWork, trial: Trial, turn: Turn): Promise<Done> {
  const label = String(turn.number).padStart(3, '0');
  const job = nameOf(work.job, label);
  const given = trainingRequest(trial, job);
  const chosen = Object.entries(trial.choice).map(([name, value]) => `${name}=${value}`);
  work.listen('stdout', `[${label}] ${job}: ${chosen.join(', ')}`);
  let before = await turn.kept.find(job, given);
  if (before === undefined) {
    before = await trainAnew(work, trial, { ...turn, label, job, given });
    // What was stopped together with the run is not over.
    if (!work.signal.aborted) turn.kept.keep(job, given, before);
  } else {
    work.listen('stdout', `[${label}] was over before the run went on`);
    for (const value of before.values) turn.early?.report(turn.number, value);
  }
  const { status, values, started, ended, outputs, reason } = before;
  return { trial, job, status, value: values.at(-1), started, ended, outputs, reason };
}

interface NewTurn extends Turn {
  readonly label: string;
  readonly job: string;
  readonly given: JsonObject;
}

async function trainAnew(work: StepWork, trial: Trial, turn: NewTurn): Promise<KeptTrial> {
  const { number, early, over, label, job, given } = turn;
  const started = work.now().toISOString();
  const folder = join(work.folder, 'jobs', label);
  mkdirSync(folder, { recursive: true });
  const stop = new AbortController();
  const metric = trial.definition.objective?.metric;
  const values: number[] = [];
  const reader = metricReader(given, (name, value) => {
    if (name !== metric) return;
    values.push(value);
    if (early?.report(number, value) === true) stop.abort();
  });
  const end = (status: Done['status'], outputs: readonly Link[], reason?: string): KeptTrial => {
    const why = reason === undefined ? {} : { reason };
    return { status, values, started, ended: work.now().toISOString(), outputs, ...why };
  };
  try {
    const { outputs } = await training.run({
      ...work,
      given,
      folder,
      job,
      signal: AbortSignal.any([work.signal, over, stop.signal]),
      listen: (stream, line) => {
        reader.read(line, work.now().toISOString());
        work.listen(stream, `[${label}] ${line}`);
      },
    });
    return end('Completed', outputs);
  } catch (error) {
    const isStopped = stop.signal.aborted || over.aborted;
    // What this machine lacks, every other job would lack too.
    if (!isStopped && isPipelineError(error) && error.failure === 'machine') throw error;
    const reason = error instanceof Error ? error.message : String(error);
    work.listen('stderr', `[${label}] ${isStopped ? 'stopped early' : `failed: ${reason}`}`);
    return isStopped ? end('Stopped', []) : end('Failed', [], reason);
  }
}

/** As the service names the jobs of a search: its own name, a number, and what keeps them apart. */
function nameOf(tuningJob: string, label: string): string {
  const rest = `-${label}-${createHash('sha256').update(`${tuningJob}/${label}`).digest('hex').slice(0, 8)}`;
  return tuningJob.slice(0, 63 - rest.length).replace(/-+$/, '') + rest;
}

const COUNTS = { Completed: 'Completed', Stopped: 'Stopped', Failed: 'NonRetryableError' } as const;

function describe(work: StepWork, started: Date, done: readonly Done[], best: Done): StepResult {
  const arn = (kind: string, name: string): string => `arn:aws:sagemaker:${work.region}:${NOBODY}:${kind}/${name}`;
  const summaries = done.map((each): JsonObject => {
    const { trial, job, status, value, reason } = each;
    const { name, objective } = trial.definition;
    const type = objective?.isMaximised === false ? 'Minimize' : 'Maximize';
    return {
      ...(name === undefined ? {} : { TrainingJobDefinitionName: name }),
      TrainingJobName: job,
      TrainingJobArn: arn('training-job', job),
      TuningJobName: work.job,
      CreationTime: each.started,
      TrainingStartTime: each.started,
      TrainingEndTime: each.ended,
      TrainingJobStatus: status,
      TunedHyperParameters: trial.choice,
      ...(reason === undefined ? {} : { FailureReason: reason }),
      ...(value === undefined
        ? {}
        : {
            FinalHyperParameterTuningJobObjectiveMetric: {
              Type: type,
              MetricName: objective?.metric ?? '',
              Value: value,
            },
          }),
      ObjectiveStatus: value === undefined ? 'Failed' : 'Succeeded',
    };
  });
  const counters: Record<string, number> = {
    Completed: 0,
    InProgress: 0,
    RetryableError: 0,
    NonRetryableError: 0,
    Stopped: 0,
  };
  for (const { status } of done) counters[COUNTS[status]]!++;
  const metered = done.filter(({ value }) => value !== undefined).length;
  const [bestSummary] = summaries.slice(done.indexOf(best));
  const properties: JsonObject = {
    ...work.given,
    HyperParameterTuningJobName: work.job,
    HyperParameterTuningJobArn: arn('hyper-parameter-tuning-job', work.job),
    HyperParameterTuningJobStatus: 'Completed',
    CreationTime: started.toISOString(),
    HyperParameterTuningEndTime: work.now().toISOString(),
    TrainingJobStatusCounters: counters,
    ObjectiveStatusCounters: { Succeeded: metered, Pending: 0, Failed: done.length - metered },
    BestTrainingJob: bestSummary!,
    TrainingJobSummaries: summaries,
  };
  const facts: Record<string, Json> = { jobs: done.length, best: best.job, ...best.trial.choice };
  const metric = best.trial.definition.objective?.metric;
  if (metric !== undefined && best.value !== undefined) facts[metric] = best.value;
  // All of them: what a later run takes out of the cache has to be there, whichever rank it asks for.
  const outputs = done.flatMap(({ outputs: made, job }, index) =>
    made.map(({ title, target }) => ({ title: index === 0 ? title : `${title} of ${job}`, target })),
  );
  return { properties, outputs, facts };
}
