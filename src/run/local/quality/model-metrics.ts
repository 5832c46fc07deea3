import type { Json, JsonObject } from '../../../definition/document.ts';
import { PipelineError } from '../../../definition/error.ts';
import { numberAt, textAt } from '../steps/read.ts';
import { randomFrom } from '../tuning/ranges.ts';
import type { Violation } from './constraints.ts';
import type { Row } from './dataset.ts';

/** What kind of question a model answers. */
export type Problem = 'Regression' | 'BinaryClassification' | 'MulticlassClassification';

/** Where in a record the answers are. */
export interface Attributes {
  readonly problem: Problem;
  readonly truth: string;
  readonly inference: string | undefined;
  readonly probability: string | undefined;
  /** From which probability on a record counts as positive. */
  readonly threshold: number;
}

/** What was to be answered, and what was. */
interface Answer {
  readonly truth: string;
  readonly inference: string;
  readonly probability: number | undefined;
}

type Metrics = Readonly<Record<string, number>>;

const MEMBERS: Readonly<Record<Problem, string>> = {
  Regression: 'regression',
  BinaryClassification: 'binary_classification',
  MulticlassClassification: 'multiclass_classification',
};

/** The metrics of a model over a dataset. https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html */
export async function measure(rows: AsyncIterable<Row>, attributes: Attributes): Promise<JsonObject> {
  const answers: Answer[] = [];
  let count = 0;
  for await (const row of rows) {
    count++;
    const answer = answerIn(row, attributes);
    if (answer !== undefined) answers.push(answer);
  }
  const { problem } = attributes;
  if (answers.length === 0) {
    throw new PipelineError('failed', 'bad-dataset', 'No record has both what was true and what was inferred', {
      detail: `looked for ${[attributes.truth, attributes.inference ?? attributes.probability].join(' and ')}`,
    });
  }
  const values = metricsOf(answers, problem);
  const deviations = deviationsOf(answers, problem);
  const metrics = Object.entries(values).map(([name, value]) => {
    // JSON has no such numbers; the service writes them so.
    const numbers = { value, standard_deviation: deviations?.[name] ?? Number.NaN };
    return [name, Object.fromEntries(Object.entries(numbers).map(([key, each]) => [key, written(each)]))] as const;
  });
  const matrix = problem === 'Regression' ? {} : { confusion_matrix: confusionOf(answers) };
  return {
    version: 0,
    dataset: { item_count: count },
    [`${MEMBERS[problem]}_metrics`]: { ...matrix, ...Object.fromEntries(metrics) },
  };
}

function written(value: number): Json {
  return Number.isFinite(value) ? value : String(value);
}

function answerIn(row: Row, attributes: Attributes): Answer | undefined {
  const { truth: truthAt, inference: inferenceAt, probability: probabilityAt, threshold, problem } = attributes;
  const truth = row.get(truthAt);
  const probable = probabilityAt === undefined ? undefined : row.get(probabilityAt);
  const probability = probable === undefined ? undefined : Number(probable);
  let inference = inferenceAt === undefined ? undefined : row.get(inferenceAt);
  if (problem === 'BinaryClassification' && inference === undefined && probability !== undefined) {
    inference = probability > threshold ? '1' : '0';
  }
  if (truth === undefined || inference === undefined) return undefined;
  if (problem === 'Regression') return { truth, inference, probability };
  return { truth: labelOf(truth), inference: labelOf(inference), probability };
}

/** `1`, `1.0` and `true` are the same label. */
function labelOf(text: string): string {
  const number = Number(text);
  if (Number.isFinite(number)) return String(number);
  return /^(?:true|false)$/i.test(text) ? (text.toLowerCase() === 'true' ? '1' : '0') : text;
}

function metricsOf(answers: readonly Answer[], problem: Problem): Metrics {
  if (problem === 'Regression') return regression(answers);
  return problem === 'BinaryClassification' ? binary(answers) : multiclass(answers);
}

function regression(answers: readonly Answer[]): Metrics {
  const mean = answers.reduce((sum, { truth }) => sum + Number(truth), 0) / answers.length;
  let [absolute, squared, spread] = [0, 0, 0];
  for (const { truth, inference } of answers) {
    const error = Number(truth) - Number(inference);
    absolute += Math.abs(error);
    squared += error * error;
    spread += (Number(truth) - mean) ** 2;
  }
  const mse = squared / answers.length;
  return { mae: absolute / answers.length, mse, rmse: Math.sqrt(mse), r2: 1 - squared / spread };
}

function binary(answers: readonly Answer[]): Metrics {
  const count = (truth: string, inference: string): number =>
    answers.filter(
      (each) => (each.truth === '1') === (truth === '1') && (each.inference === '1') === (inference === '1'),
    ).length;
  const [hits, misses, alarms, rest] = [count('1', '1'), count('1', '0'), count('0', '1'), count('0', '0')];
  const recall = hits / (hits + misses);
  const precision = hits / (hits + alarms);
  const area = areaOf(answers);
  return {
    recall,
    precision,
    accuracy: (hits + rest) / answers.length,
    true_positive_rate: recall,
    true_negative_rate: rest / (rest + alarms),
    false_positive_rate: alarms / (rest + alarms),
    false_negative_rate: misses / (hits + misses),
    ...(area === undefined ? {} : { auc: area }),
    f0_5: mixed(precision, recall, 0.5),
    f1: mixed(precision, recall, 1),
    f2: mixed(precision, recall, 2),
  };
}

function mixed(precision: number, recall: number, beta: number): number {
  const value = ((1 + beta ** 2) * precision * recall) / (beta ** 2 * precision + recall);
  return Number.isNaN(value) ? 0 : value;
}

/** The area under the curve is how often a positive record has a higher probability than a negative one. */
function areaOf(answers: readonly Answer[]): number | undefined {
  const known = answers.filter(({ probability }) => probability !== undefined && !Number.isNaN(probability));
  const positive = known.filter(({ truth }) => truth === '1').length;
  const negative = known.length - positive;
  if (positive === 0 || negative === 0) return undefined;
  const sorted = known.toSorted((a, b) => a.probability! - b.probability!);
  let ranks = 0;
  for (let begin = 0; begin < sorted.length;) {
    let end = begin;
    let here = 0;
    for (; end < sorted.length && sorted[end]!.probability === sorted[begin]!.probability; end++) {
      if (sorted[end]!.truth === '1') here++;
    }
    // Of equals each has the rank in the middle of them.
    ranks += here * ((begin + 1 + end) / 2);
    begin = end;
  }
  return (ranks - (positive * (positive + 1)) / 2) / (positive * negative);
}

function multiclass(answers: readonly Answer[]): Metrics {
  const labels = [...new Set(answers.map(({ truth }) => truth))];
  const matrix = confusionOf(answers);
  const sum = { recall: 0, precision: 0, f0_5: 0, f1: 0, f2: 0 };
  let right = 0;
  for (const label of labels) {
    const own = matrix[label] ?? {};
    const hits = own[label] ?? 0;
    const all = Object.values(own).reduce((total, each) => total + each, 0);
    const inferred = Object.values(matrix).reduce((total, row) => total + (row[label] ?? 0), 0);
    const [recall, precision] = [hits / all, inferred === 0 ? 0 : hits / inferred];
    const weight = all / answers.length;
    right += hits;
    sum.recall += weight * recall;
    sum.precision += weight * precision;
    sum.f0_5 += weight * mixed(precision, recall, 0.5);
    sum.f1 += weight * mixed(precision, recall, 1);
    sum.f2 += weight * mixed(precision, recall, 2);
  }
  const weighted = Object.entries(sum).map(([name, value]) => [`weighted_${name}`, value] as const);
  return { accuracy: right / answers.length, ...Object.fromEntries(weighted) };
}

/** How often each label was taken for each. */
function confusionOf(answers: readonly Answer[]): Record<string, Record<string, number>> {
  const labels = [...new Set(answers.flatMap(({ truth, inference }) => [truth, inference]))].toSorted();
  const row = (): [string, number][] => labels.map((label) => [label, 0]);
  const matrix = Object.fromEntries(labels.map((label) => [label, Object.fromEntries(row())]));
  for (const { truth, inference } of answers) matrix[truth]![inference]!++;
  return matrix;
}

// AWS's page: of at least 200 samples, five times four fifths of them are drawn and measured.
const LEAST = 200;
const DRAWS = 5;
const SHARE = 0.8;

function deviationsOf(answers: readonly Answer[], problem: Problem): Metrics | undefined {
  if (answers.length < LEAST) return undefined;
  const random = randomFrom(1);
  const drawn = Array.from({ length: DRAWS }, () => metricsOf(sampleOf(answers, random), problem));
  return Object.fromEntries(
    Object.keys(drawn[0]!).map((name) => {
      const values = drawn.map((metrics) => metrics[name] ?? Number.NaN);
      const mean = values.reduce((sum, value) => sum + value, 0) / DRAWS;
      return [name, Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / DRAWS)];
    }),
  );
}

function sampleOf(answers: readonly Answer[], random: () => number): Answer[] {
  let [needed, left] = [Math.round(answers.length * SHARE), answers.length];
  return answers.filter(() => {
    const isTaken = random() * left-- < needed;
    if (isTaken) needed--;
    return isTaken;
  });
}

/** Metrics that grow as a model gets worse. */
const WORSE: ReadonlySet<string> = new Set(['mae', 'mse', 'rmse', 'false_positive_rate', 'false_negative_rate']);

/** `constraints.json` that the metrics of a model suggest: to be no worse than it is. */
export function modelConstraintsOf(statistics: JsonObject, problem: Problem): JsonObject {
  const metrics = Object.entries((statistics[`${MEMBERS[problem]}_metrics`] ?? {}) as JsonObject);
  const constraints = metrics.flatMap(([name, metric]) => {
    const threshold = numberAt(metric, 'value');
    if (threshold === undefined) return [];
    const comparison = WORSE.has(name) ? 'GreaterThanThreshold' : 'LessThanThreshold';
    return [[name, { threshold, comparison_operator: comparison }] as const];
  });
  return { version: 0, [`${MEMBERS[problem]}_constraints`]: Object.fromEntries(constraints) };
}

/** Which metrics are beyond their thresholds. */
export function modelViolationsOf(statistics: JsonObject, constraints: Json, problem: Problem): Violation[] {
  const member = MEMBERS[problem];
  const wanted = Object.entries(((constraints as JsonObject)[`${member}_constraints`] ?? {}) as JsonObject);
  const metrics = (statistics[`${member}_metrics`] ?? {}) as JsonObject;
  return wanted.flatMap(([name, constraint]) => {
    const [value, threshold] = [numberAt(metrics[name], 'value'), numberAt(constraint, 'threshold')];
    if (value === undefined || threshold === undefined) return [];
    const comparison = textAt(constraint, 'comparison_operator') ?? 'LessThanThreshold';
    const isBeyond = comparison === 'GreaterThanThreshold' ? value > threshold : value < threshold;
    if (!isBeyond) return [];
    const deviation = (metrics[name] as JsonObject)['standard_deviation'] as string | number;
    const description = `Metric ${name} with ${value} +/- ${deviation} was ${comparison} '${threshold}'`;
    return [{ constraint_check_type: comparison, description, metric_name: name }];
  });
}
