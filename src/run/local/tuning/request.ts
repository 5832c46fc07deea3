import { createHash } from 'node:crypto';
import type { Json, JsonObject } from '../../../definition/document.ts';
import { at, numberAt, objectsAt, textAt, textMapAt } from '../steps/read.ts';
import { type Choice, type Range, combinations, drawn, randomFrom, readRanges } from './ranges.ts';

/** One algorithm of a tuning job. */
interface TunedDefinition {
  readonly name: string | undefined;
  /** Where it stands in the request. */
  readonly path: string;
  readonly given: JsonObject;
  readonly objective: Objective | undefined;
  readonly ranges: readonly Range[];
  readonly faults: readonly { readonly name: string; readonly message: string }[];
}

/** What is sought. */
interface Objective {
  readonly metric: string;
  readonly isMaximised: boolean;
}

/** A training job that a search wants. */
export interface Trial {
  readonly definition: TunedDefinition;
  readonly choice: Choice;
}

const CONFIG = 'HyperParameterTuningJobConfig';

/** The algorithms of a tuning request, whichever way it gives them. */
export function definitionsOf(given: JsonObject): TunedDefinition[] {
  const one = objectsAt({ list: [given['TrainingJobDefinition'] ?? null] }, 'list');
  const several = objectsAt(given, 'TrainingJobDefinitions');
  const config = at(given, CONFIG);
  return (several.length > 0 ? several : one).map((definition, index) => {
    const objective = at(definition, 'TuningObjective') ?? at(config, 'HyperParameterTuningJobObjective');
    const metric = textAt(objective, 'MetricName');
    const { ranges, faults } = readRanges(at(definition, 'HyperParameterRanges') ?? at(config, 'ParameterRanges'));
    return {
      name: textAt(definition, 'DefinitionName'),
      path: several.length > 0 ? `TrainingJobDefinitions[${index}]` : 'TrainingJobDefinition',
      given: definition,
      objective: metric === undefined ? undefined : { metric, isMaximised: textAt(objective, 'Type') !== 'Minimize' },
      ranges,
      faults,
    };
  });
}

/** The request of one training job of a search. */
export function trainingRequest({ definition, choice }: Trial, job: string): JsonObject {
  const { given, objective } = definition;
  const {
    StaticHyperParameters: fixed = {},
    HyperParameterTuningResourceConfig: resources,
    HyperParameterRanges: _ranges,
    TuningObjective: _objective,
    DefinitionName: _name,
    CheckpointConfig: checkpoints,
    ...rest
  } = given;
  const uri = textAt(checkpoints, 'S3Uri');
  return {
    ...rest,
    HyperParameters: { ...textMapAt({ fixed }, 'fixed'), ...choice },
    AlgorithmSpecification: withMetric(at(given, 'AlgorithmSpecification'), objective),
    ...(resources === undefined ? {} : { ResourceConfig: resources }),
    // Jobs side by side must not write over each other's checkpoints; the service gives each its own place too.
    ...(uri === undefined ? {} : { CheckpointConfig: { ...(checkpoints as JsonObject), S3Uri: `${uri}/${job}` } }),
  };
}

/** XGBoost's own metrics need no expression in the request: its log has them as `validation-auc:0.9`. */
function withMetric(algorithm: Json | undefined, objective: Objective | undefined): JsonObject {
  const given = (algorithm ?? {}) as JsonObject;
  const definitions = objectsAt(given, 'MetricDefinitions');
  const [, set, metric] = /^(train|validation):([\w@-]+)$/.exec(objective?.metric ?? '') ?? [];
  if (set === undefined || definitions.some((each) => each['Name'] === objective?.metric)) return given;
  const own = { Name: objective!.metric, Regex: `${set}-${metric}:([-+.eE0-9]+)` };
  return { ...given, MetricDefinitions: [...definitions, own] };
}

/** How far a search goes. */
interface Limits {
  readonly jobs: number;
  readonly parallel: number;
  readonly seconds: number | undefined;
  readonly target: number | undefined;
  /** Jobs in a row that may end without a better one. */
  readonly patience: number | undefined;
  readonly stopsEarly: boolean;
}

export function limitsOf(given: JsonObject): Limits {
  const config = at(given, CONFIG);
  const criteria = at(config, 'TuningJobCompletionCriteria');
  return {
    jobs: numberAt(config, 'ResourceLimits', 'MaxNumberOfTrainingJobs') ?? Infinity,
    parallel: numberAt(config, 'ResourceLimits', 'MaxParallelTrainingJobs') ?? 1,
    seconds: numberAt(config, 'ResourceLimits', 'MaxRuntimeInSeconds'),
    target: numberAt(criteria, 'TargetObjectiveMetricValue'),
    patience: numberAt(criteria, 'BestObjectiveNotImproving', 'MaxNumberOfTrainingJobsNotImproving'),
    stopsEarly: textAt(config, 'TrainingJobEarlyStoppingType') === 'Auto',
  };
}

export function strategyOf(given: JsonObject): string {
  return textAt(given, CONFIG, 'Strategy') ?? 'Bayesian';
}

/** The jobs of a search, in an order that the seed alone decides; several algorithms take turns. */
export function* trialsOf(given: JsonObject, job: string): Generator<Trial> {
  const definitions = definitionsOf(given);
  if (strategyOf(given) === 'Grid') {
    for (const definition of definitions) {
      for (const choice of combinations(definition.ranges)) yield { definition, choice };
    }
    return;
  }
  // Without a seed the job's own name is one: another run searches elsewhere, the same run once more does not.
  const seed = numberAt(given, CONFIG, 'RandomSeed') ?? createHash('sha256').update(job).digest().readUInt32LE();
  const random = randomFrom(seed);
  const draws = definitions.map((definition) => ({ definition, draw: drawn(definition.ranges, random) }));
  for (;;) for (const { definition, draw } of draws) yield { definition, choice: draw() };
}
