import { show } from '../describe.ts';
import { type Fault, error, warning } from '../rule.ts';
import { type Job, type Part, numberOf, oneOf, partOf, partsOf, placeOf, textOf, valueOf } from './job.ts';
import { channelFaults, spotFaults } from './training.ts';

// https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateHyperParameterTuningJob.html
export const tuning: Job = {
  types: ['Tuning'],
  *faults(args): Generator<Fault> {
    yield* oneOf(args, 'The tuning job', ['TrainingJobDefinition', 'TrainingJobDefinitions']);
    const single = partOf(args, 'TrainingJobDefinition');
    for (const definition of [...(single === undefined ? [] : [single]), ...partsOf(args, 'TrainingJobDefinitions')]) {
      yield* definitionFaults(definition);
    }
    const config = partOf(args, 'HyperParameterTuningJobConfig');
    if (config === undefined) return;
    yield* rangeFaults(partOf(config, 'ParameterRanges'));
    const limits = partOf(config, 'ResourceLimits');
    const [parallel, all] = ['MaxParallelTrainingJobs', 'MaxNumberOfTrainingJobs'].map(
      (name) => limits && numberOf(limits, name),
    );
    if (limits !== undefined && parallel !== undefined && all !== undefined && parallel > all) {
      const message = `MaxParallelTrainingJobs of step ${args.step.Name} is ${parallel}, more than all its jobs, ${all}`;
      yield warning('out-of-range', placeOf(limits, 'MaxParallelTrainingJobs'), message);
    }
  },
};

function* definitionFaults(definition: Part): Generator<Fault> {
  const owner = 'A training job definition';
  yield* oneOf(definition, owner, ['HyperParameterTuningResourceConfig', 'ResourceConfig']);
  const algorithm = partOf(definition, 'AlgorithmSpecification');
  if (algorithm !== undefined) yield* oneOf(algorithm, 'AlgorithmSpecification', ['TrainingImage', 'AlgorithmName']);
  yield* rangeFaults(partOf(definition, 'HyperParameterRanges'));
  yield* channelFaults(definition);
  yield* spotFaults(definition);
}

function* rangeFaults(ranges: Part | undefined): Generator<Fault> {
  if (ranges === undefined) return;
  for (const kind of ['ContinuousParameterRanges', 'IntegerParameterRanges']) {
    for (const range of partsOf(ranges, kind)) {
      const [least, most] = ['MinValue', 'MaxValue'].map((name) => numeral(range, name));
      const place = placeOf(range, 'MinValue');
      if (least !== undefined && most !== undefined && least > most) {
        const name = show(valueOf(range, 'Name'));
        yield error(
          'out-of-range',
          place,
          `MinValue of hyperparameter ${name} is ${least}, more than MaxValue, ${most}`,
        );
      }
    }
  }
}

/** AWS takes the bounds as texts. */
function numeral(range: Part, name: string): number | undefined {
  const text = textOf(range, name)?.trim();
  const value = text === undefined || text === '' ? Number.NaN : Number(text);
  return Number.isNaN(value) ? undefined : value;
}
