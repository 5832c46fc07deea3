import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import type { Json, JsonObject, StepDocument } from '../../../../src/definition/document.ts';
import { PipelineError } from '../../../../src/definition/error.ts';
import type { Containers } from '../../../../src/run/local/containers/container.ts';
import { combinations, drawn, randomFrom, readRanges } from '../../../../src/run/local/tuning/ranges.ts';
import { listRuns } from '../../../../src/run/local/read-runs.ts';
import { earlyStopping } from '../../../../src/run/local/tuning/early-stopping.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { plainContainers } from '../plain-containers.ts';
import { type Ran, bench, documentOf, get, shellStep } from '../run-document.ts';

interface Search {
  readonly script?: string;
  readonly config?: JsonObject;
  readonly ranges?: JsonObject;
  readonly rest?: JsonObject;
}

const X = { ContinuousParameterRanges: [{ Name: 'x', MinValue: '-2', MaxValue: '2', ScalingType: 'Linear' }] };
// The best x is 1; the model is the value itself.
const SCRIPT = `x=$(sed 's/.*"x":"\\([^"]*\\)".*/\\1/' /opt/ml/input/config/hyperparameters.json)
awk -v x="$x" 'BEGIN { printf "score=%.6f\\n", 1 - (x - 1) * (x - 1) }'
echo "$x" > /opt/ml/model/x`;

function tuningStep({ script = SCRIPT, config = {}, ranges = X, rest = {} }: Search = {}): StepDocument {
  return {
    Name: 'Tune',
    Type: 'Tuning',
    Arguments: {
      HyperParameterTuningJobConfig: {
        Strategy: 'Random',
        RandomSeed: 7,
        ResourceLimits: { MaxNumberOfTrainingJobs: 8, MaxParallelTrainingJobs: 3 },
        TrainingJobEarlyStoppingType: 'Off',
        HyperParameterTuningJobObjective: { Type: 'Maximize', MetricName: 'score' },
        ParameterRanges: ranges,
        ...config,
      },
      TrainingJobDefinition: {
        StaticHyperParameters: { fixed: '1' },
        RoleArn: 'arn:aws:iam::111122223333:role/R',
        OutputDataConfig: { S3OutputPath: 's3://b/tuned' },
        StoppingCondition: { MaxRuntimeInSeconds: 100 },
        HyperParameterTuningResourceConfig: { InstanceCount: 1, InstanceType: 'ml.m5.xlarge', VolumeSizeInGB: 30 },
        AlgorithmSpecification: {
          TrainingInputMode: 'File',
          TrainingImage: 'example.com/shell:1',
          ContainerEntrypoint: ['/bin/sh', '-c', script],
          MetricDefinitions: [{ Name: 'score', Regex: 'score=([-0-9.]+)' }],
        },
      },
      ...rest,
    },
  };
}

interface Summary {
  readonly TrainingJobName: string;
  readonly TrainingJobStatus: string;
  readonly TunedHyperParameters: Readonly<Record<string, string>>;
  readonly FinalHyperParameterTuningJobObjectiveMetric?: { readonly Value: number };
}

async function propertiesOf(ran: Ran): Promise<{ BestTrainingJob: Summary; TrainingJobSummaries: readonly Summary[] }> {
  const { readFile } = await import('node:fs/promises');
  const text = await readFile(join(ran.folder, 'steps/Tune/result.json'), 'utf8');
  return (JSON.parse(text) as { properties: never }).properties;
}

const valuesOf = (summaries: readonly Summary[]) =>
  summaries.map((each) => each.FinalHyperParameterTuningJobObjectiveMetric?.Value);

describe('a Tuning step', () => {
  test('searches at random, finds the best, and keeps the models of all in their order', async () => {
    const { run, stateFolder } = bench();
    const top = (rank: number): Json => ({
      'Std:Join': {
        On: '/',
        Values: [
          's3://b/tuned',
          get(`Steps.Tune.TrainingJobSummaries[${rank}].TrainingJobName`),
          'output/model.tar.gz',
        ],
      },
    });
    const use = shellStep('Use', {
      script: 'ls /opt/ml/processing/in/best /opt/ml/processing/in/second; echo "$1"',
      inputs: { best: top(0), second: top(1) },
      words: [get('Steps.Tune.BestTrainingJob.TrainingJobName')],
    });
    const ran = await run(documentOf([tuningStep(), use]));
    expect(ran.reasons).toEqual({ Tune: undefined, Use: undefined });
    const { BestTrainingJob: best, TrainingJobSummaries: summaries } = await propertiesOf(ran);
    expect(summaries).toHaveLength(8);
    const values = valuesOf(summaries);
    expect(values).toEqual(values.toSorted((a, b) => b! - a!));
    expect(best).toEqual(summaries[0]);
    for (const { TrainingJobName: job } of summaries) {
      expect(existsSync(join(stateFolder, 'store/b/tuned', job, 'output/model.tar.gz'))).toBe(true);
    }
  });

  test('has the same figures with the same seed, however many jobs run side by side, and others with another', async () => {
    const figures = async (config: JsonObject) => {
      const ran = await bench().run(documentOf([tuningStep({ config })]));
      const { TrainingJobSummaries: summaries } = await propertiesOf(ran);
      return summaries.map(({ TunedHyperParameters: { x } }, index) => [x, valuesOf(summaries)[index]]);
    };
    const limits = { MaxNumberOfTrainingJobs: 5 };
    const one = await figures({ ResourceLimits: { ...limits, MaxParallelTrainingJobs: 1 } });
    expect(await figures({ ResourceLimits: { ...limits, MaxParallelTrainingJobs: 4 } })).toEqual(one);
    expect(await figures({ RandomSeed: 8, ResourceLimits: { ...limits, MaxParallelTrainingJobs: 4 } })).not.toEqual(
      one,
    );
  });

  test('that goes on after a kill trains what it has not yet trained, and has the figures of one that was never killed', async () => {
    const data = {
      InputDataConfig: [
        { ChannelName: 'd', DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://b/d' } } },
      ],
    };
    const limits = { ResourceLimits: { MaxNumberOfTrainingJobs: 6, MaxParallelTrainingJobs: 1 } };
    const step = (file: string): StepDocument => {
      const search = tuningStep({ script: `echo run >> ${file}\n${SCRIPT}`, config: limits });
      const definition = { ...(search.Arguments['TrainingJobDefinition'] as JsonObject), ...data };
      return { ...search, Arguments: { ...search.Arguments, TrainingJobDefinition: definition } };
    };
    const log = join(temporaryFolder(), 'trained');
    const trained = () => readFileSync(log, 'utf8').split('\n').length - 1;
    const project = bench();
    await project.put('s3://b/d/x', 'x');
    const whole = await propertiesOf(await project.run(documentOf([step(log)])));
    const stop = new AbortController();
    let ended = 0;
    const killed = await project.run(documentOf([step(log)]), {
      interrupted: stop.signal,
      // The fourth is under way when it is stopped.
      listen: (event) => void (event.type === 'log' && event.line.includes('score=') && ++ended === 4 && stop.abort()),
    });
    expect({ state: killed.state, trained: trained() }).toEqual({ state: 'stopped', trained: 10 });
    const resumeIn = async () => {
      // Runs that began within one second have no order.
      const resume = listRuns(project.stateFolder).find(({ run }) => run === killed.run)!;
      return await propertiesOf(await project.run(documentOf([step(log)]), { settings: { resume } }));
    };
    const resumed = await resumeIn();
    expect(trained()).toBe(13);
    const figures = ({ TrainingJobSummaries: all }: typeof whole) =>
      all.map(({ TunedHyperParameters: { x } }, index) => [x, valuesOf(all)[index]]);
    expect(figures(resumed)).toEqual(figures(whole));
    // Other data, and nothing that was trained on the first counts.
    rmSync(join(killed.folder, 'steps/Tune/result.json'));
    await project.put('s3://b/d/x', 'y');
    await resumeIn();
    expect(trained()).toBe(19);
  });

  test('counts out a grid', async () => {
    const ranges = {
      CategoricalParameterRanges: [
        { Name: 'x', Values: ['0', '1', '2'] },
        { Name: 'y', Values: ['a', 'b'] },
      ],
    };
    const config = { Strategy: 'Grid', ResourceLimits: { MaxParallelTrainingJobs: 2 } };
    const ran = await bench().run(documentOf([tuningStep({ config, ranges })]));
    const { TrainingJobSummaries: summaries } = await propertiesOf(ran);
    const tried = summaries.map(({ TunedHyperParameters: { x, y } }) => `${x}${y}`);
    expect(tried.toSorted()).toEqual(['0a', '0b', '1a', '1b', '2a', '2b']);
    expect(tried.slice(0, 2).toSorted()).toEqual(['1a', '1b']);
  });

  test('seeks the least where it is told to, and goes on when a job fails', async () => {
    const script = `${SCRIPT}\ncase "$x" in -*) exit 1;; esac`;
    const objective = { HyperParameterTuningJobObjective: { Type: 'Minimize', MetricName: 'score' } };
    const ran = await bench().run(documentOf([tuningStep({ script, config: objective })]));
    expect(ran.state).toBe('succeeded');
    const { TrainingJobSummaries: summaries, BestTrainingJob: best } = await propertiesOf(ran);
    const completed = summaries.filter(({ TrainingJobStatus: status }) => status === 'Completed');
    expect(summaries.length - completed.length).toBeGreaterThan(0);
    expect(best.TrainingJobName).toBe(completed[0]!.TrainingJobName);
    expect(valuesOf([best])[0]).toBe(Math.min(...valuesOf(completed).map(Number)));
  });

  test('fails when none of its jobs completes, and says why the first did not', async () => {
    const ran = await bench().run(documentOf([tuningStep({ script: 'exit 3' })]));
    expect(ran.reasons['Tune']).toBe('no training job of the search has completed: its program exited with 3');
  });

  test('ends once its target is reached, or nothing gets better any more', async () => {
    const config = {
      ResourceLimits: { MaxNumberOfTrainingJobs: 50, MaxParallelTrainingJobs: 1 },
      TuningJobCompletionCriteria: { BestObjectiveNotImproving: { MaxNumberOfTrainingJobsNotImproving: 2 } },
    };
    const patient = await propertiesOf(await bench().run(documentOf([tuningStep({ config })])));
    expect(patient.TrainingJobSummaries.length).toBeLessThan(50);
    const target = { ...config, TuningJobCompletionCriteria: { TargetObjectiveMetricValue: -100 } };
    const early = await propertiesOf(await bench().run(documentOf([tuningStep({ config: target })])));
    expect(early.TrainingJobSummaries).toHaveLength(1);
  });

  test.each<[string, Search, string]>([
    ['Bayesian', { config: { Strategy: 'Bayesian' } }, 'strategy-not-supported'],
    ['Hyperband', { config: { Strategy: 'Hyperband' } }, 'strategy-not-supported'],
    ['a warm start', { rest: { WarmStartConfig: { WarmStartType: 'TransferLearning' } } }, 'tuning-not-supported'],
    ['a grid of numbers', { config: { Strategy: 'Grid' } }, 'bad-range'],
  ])('refuses %s before the run', async (_, search, code) => {
    await expect(bench().run(documentOf([tuningStep(search)]))).rejects.toMatchObject({ diagnostics: [{ code }] });
  });
});

describe('a range', () => {
  const { ranges } = readRanges({
    ContinuousParameterRanges: [
      { Name: 'rate', MinValue: '0.0001', MaxValue: '1' },
      { Name: 'near', MinValue: '0.5', MaxValue: '0.999', ScalingType: 'ReverseLogarithmic' },
    ],
    IntegerParameterRanges: [{ Name: 'depth', MinValue: '1', MaxValue: '4', ScalingType: 'Linear' }],
    CategoricalParameterRanges: [{ Name: 'kind', Values: ['"a"', '"b"'] }],
  });

  test('gives values within it, and on its scale', () => {
    const draw = drawn(ranges, randomFrom(1));
    const choices = Array.from({ length: 2000 }, () => draw());
    const share = (holds: (choice: Readonly<Record<string, string>>) => boolean) =>
      choices.filter((choice) => holds(choice)).length / choices.length;
    expect(share(({ rate }) => Number(rate) >= 0.0001 && Number(rate) <= 1)).toBe(1);
    expect(share(({ rate }) => Number(rate) < 0.01)).toBeCloseTo(0.5, 1);
    expect(share(({ near }) => Number(near) >= 0.5 && Number(near) <= 0.999)).toBe(1);
    expect(share(({ depth }) => ['1', '2', '3', '4'].includes(depth!))).toBe(1);
    expect(share(({ depth }) => depth === '4')).toBeCloseTo(0.25, 1);
    expect(share(({ kind }) => kind === '"a"')).toBeCloseTo(0.5, 1);
  });

  test('of few values gives none twice until all were there', () => {
    const few = readRanges({ CategoricalParameterRanges: [{ Name: 'k', Values: ['a', 'b', 'c'] }] }).ranges;
    const draw = drawn(few, randomFrom(3));
    expect(new Set([draw(), draw(), draw()].map(({ k }) => k)).size).toBe(3);
    expect(combinations(few)).toEqual([{ k: 'a' }, { k: 'b' }, { k: 'c' }]);
  });
});

test('a job ends early when its best is worse than the median of those before it at the same point', () => {
  const early = earlyStopping(true);
  for (const [job, values] of [
    [1, [0.5, 0.7]],
    [2, [0.6, 0.8]],
    [3, [0.4, 0.9]],
  ] as const) {
    for (const value of values) expect(early.report(job, value)).toBe(false);
    early.complete(job);
  }
  expect(early.report(4, 0.45)).toBe(true);
  expect(early.report(5, 0.55)).toBe(false);
  expect(early.report(5, 0.56)).toBe(true);
});

test('a job that falls behind is stopped, and is not the best', async () => {
  const script = `x=$(sed 's/.*"x":"\\([^"]*\\)".*/\\1/' /opt/ml/input/config/hyperparameters.json)
echo "score=$x"
if [ "$x" = 0 ]; then exec sleep 30; fi
echo m > /opt/ml/model/m`;
  const ranges = { CategoricalParameterRanges: [{ Name: 'x', Values: ['5', '6', '7', '0'] }] };
  const config = {
    Strategy: 'Grid',
    ResourceLimits: { MaxParallelTrainingJobs: 1 },
    TrainingJobEarlyStoppingType: 'Auto',
  };
  const { TrainingJobSummaries: summaries } = await propertiesOf(
    await bench().run(documentOf([tuningStep({ script, ranges, config })])),
  );
  expect(summaries.map(({ TrainingJobStatus: status, TunedHyperParameters: { x } }) => `${x} ${status}`)).toEqual([
    '7 Completed',
    '6 Completed',
    '5 Completed',
    '0 Stopped',
  ]);
});

test('ends the jobs beside one that this machine cannot run, and keeps none of them as over', async () => {
  let [begun, running] = [0, 0];
  const containers: Containers = {
    ...plainContainers,
    run: async (job, listen, signal) => {
      if (++begun === 3) throw new PipelineError('machine', 'no-python', 'there is no Python');
      running++;
      const end = await plainContainers.run(job, listen, signal);
      running--;
      return end;
    },
  };
  const { run, stateFolder } = bench();
  const ran = run(documentOf([tuningStep({ script: 'exec sleep 30' })]), {
    settings: { containers: () => Promise.resolve(containers) },
  });
  await expect(ran).rejects.toMatchObject({ code: 'no-python' });
  expect({ begun, running }).toEqual({ begun: 3, running: 0 });
  const kept = listRuns(stateFolder).map(({ folder }) => readdirSync(join(folder, 'steps/Tune/trials')));
  expect(kept).toEqual([[]]);
});
