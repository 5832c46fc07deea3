import type { Json, JsonObject } from '../../../definition/document.ts';
import { at, numberAt, objectsAt, textAt, textsAt } from '../steps/read.ts';
import { distanceOf, ranksOf } from './sketch.ts';
import type { Column, Profile } from './statistics.ts';

/** Something that a dataset or a model does not keep to. */
export type Violation = JsonObject & { readonly constraint_check_type: string; readonly description: string };

// Such columns are taken for categories: few values, of which few are there but once.
const MOST_CATEGORIES = 120;
const MOST_SINGLE = 0.1;

const CONFIG: JsonObject = {
  evaluate_constraints: 'Enabled',
  emit_metrics: 'Enabled',
  datatype_check_threshold: 1,
  domain_content_threshold: 1,
  distribution_constraints: {
    perform_comparison: 'Enabled',
    comparison_threshold: 0.1,
    comparison_method: 'Robust',
    categorical_comparison_threshold: 0.1,
    categorical_drift_method: 'LInfinity',
  },
};

/** `constraints.json` that a dataset suggests. https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-constraints.html */
export function constraintsOf({ count, columns }: Profile): JsonObject {
  return {
    version: 0,
    features: columns.map((column) => ({
      name: column.name,
      inferred_type: column.type,
      completeness: column.present / count,
      ...(column.numbers === undefined ? {} : { num_constraints: { is_non_negative: column.numbers.least >= 0 } }),
      ...domainOf(column),
    })),
    monitoring_config: CONFIG,
  };
}

function domainOf({ texts, present }: Column): JsonObject {
  if (texts === undefined || texts.size > MOST_CATEGORIES) return {};
  const single = [...texts.values()].filter((count) => count === 1).length;
  if (single > present * MOST_SINGLE) return {};
  return { string_constraints: { domains: [...texts.keys()].toSorted() } };
}

/**
 * What of a dataset is not as its constraints and an earlier dataset's statistics have it.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-interpreting-violations.html
 */
export function violationsOf(dataset: Profile, constraints: Json, statistics: Json | undefined): Violation[] {
  const features = objectsAt(constraints, 'features');
  const violations = columnViolations(dataset.columns, features);
  for (const feature of features) {
    const column = dataset.columns.find(({ name }) => name === feature['name']);
    const config = configOf(constraints, feature);
    if (column === undefined || config['evaluate_constraints'] === 'Disabled') continue;
    const earlier = objectsAt(statistics, 'features').find(({ name }) => name === column.name);
    violations.push(...featureViolations(dataset.count, column, { feature, config, earlier }));
  }
  return violations;
}

/** As for all features, with what one has for itself. */
function configOf(constraints: Json, feature: JsonObject): JsonObject {
  const own = feature['monitoring_config_overrides'] ?? feature['monitoringConfigOverrides'];
  return { ...(at(constraints, 'monitoring_config') as JsonObject | undefined), ...(own as JsonObject | undefined) };
}

function columnViolations(columns: readonly Column[], features: readonly JsonObject[]): Violation[] {
  if (features.length === 0) return [];
  const has = new Set(columns.map(({ name }) => name));
  const lost = features.flatMap((feature) => (has.has(textAt(feature, 'name') ?? '') ? [] : [textAt(feature, 'name')]));
  const counts = `Number of columns in current dataset: ${columns.length}, Number of columns in baseline constraints: ${features.length}`;
  const violations: Violation[] = [];
  if (lost.length > 0) {
    violations.push({
      feature_name: 'Missing columns',
      constraint_check_type: 'missing_column_check',
      description: `There are missing columns in current dataset: ${lost.join(', ')}. ${counts}`,
    });
  }
  if (columns.length > features.length) {
    violations.push({
      feature_name: 'Extra columns',
      constraint_check_type: 'extra_column_check',
      description: `There are extra columns in current dataset. ${counts}`,
    });
  }
  return violations;
}

interface Wanted {
  readonly feature: JsonObject;
  readonly config: JsonObject;
  /** The same column in an earlier dataset's statistics. */
  readonly earlier: JsonObject | undefined;
}

function featureViolations(count: number, column: Column, { feature, config, earlier }: Wanted): Violation[] {
  const found: (readonly [check: string, description: string])[] = [];
  const type = textAt(feature, 'inferred_type');
  const wanted = numberAt(config, 'datatype_check_threshold') ?? 1;
  if (type === 'Integral' || type === 'Fractional' || type === 'String') {
    // What is numeric by chance is a text as well.
    const match = type === 'String' ? 1 : column.types[type] / column.present;
    if (match < wanted) {
      const shares = `Expected match: ${wanted * 100}%. Observed: Only ${match * 100}% of data is ${type}.`;
      found.push(['data_type_check', `Data type match requirement is not met. Expected data type: ${type}, ${shares}`]);
    }
  }
  const completeness = column.present / count;
  if (completeness < (numberAt(feature, 'completeness') ?? 0)) found.push(['completeness_check', unmet(completeness)]);
  const domain = textsAt(feature, 'string_constraints', 'domains');
  if (domain !== undefined && column.texts !== undefined) {
    const known = domain.reduce((sum, value) => sum + (column.texts!.get(value) ?? 0), 0) / column.present;
    if (known < (numberAt(config, 'domain_content_threshold') ?? 1)) {
      found.push(['categorical_values_check', unmet(known)]);
    }
  }
  const drift = driftOf(column, config, earlier);
  if (drift !== undefined && drift.distance > drift.threshold) {
    const description = `Baseline drift distance: ${drift.distance} exceeds threshold: ${drift.threshold}`;
    found.push(['baseline_drift_check', description]);
  }
  return found.map(([check, description]) => {
    return { feature_name: column.name, constraint_check_type: check, description };
  });
}

function unmet(value: number): string {
  return `Value: ${value} does not meet the constraint requirement!`;
}

interface Drift {
  readonly distance: number;
  readonly threshold: number;
}

// `linf_robust` of AWS's page is the two-sample Kolmogorov-Smirnov statistic less what chance makes of few samples.
const CHANCE = 1.8;

function driftOf(column: Column, config: JsonObject, earlier: JsonObject | undefined): Drift | undefined {
  const rules = at(config, 'distribution_constraints');
  if (earlier === undefined || textAt(rules, 'perform_comparison') === 'Disabled') return undefined;
  // AWS's page misspells the member in its first editions, and so do files that were made after it.
  const isSimple = (textAt(rules, 'comparison_method') ?? textAt(rules, 'comparion_method')) === 'Simple';
  const threshold = numberAt(rules, 'comparison_threshold') ?? 0.1;
  const corrected = (distance: number, n: number, m: number): number =>
    isSimple ? distance : Math.max(0, distance - CHANCE * Math.sqrt((n + m) / (n * m)));
  if (column.numbers !== undefined) {
    const sketch = at(earlier, 'numerical_statistics', 'distribution', 'kll', 'sketch', 'data');
    if (!Array.isArray(sketch) || sketch.length === 0) return undefined;
    const [then, now] = [ranksOf(sketch as readonly (readonly number[])[]), ranksOf(column.numbers.levels)];
    return { distance: corrected(distanceOf(then, now), then.total, now.total), threshold };
  }
  const texts = at(earlier, 'string_statistics', 'distribution', 'categorical', 'buckets');
  const present = numberAt(earlier, 'string_statistics', 'common', 'num_present');
  if (column.texts === undefined || !Array.isArray(texts) || present === undefined || present === 0) return undefined;
  const distance = textDistance(column, texts as readonly Json[], present);
  return {
    distance: corrected(distance, present, column.present),
    threshold: numberAt(rules, 'categorical_comparison_threshold') ?? threshold,
  };
}

function textDistance({ texts, present }: Column, buckets: readonly Json[], presentThen: number): number {
  const then = new Map(buckets.map((bucket) => [textAt(bucket, 'value') ?? '', numberAt(bucket, 'count') ?? 0]));
  const keys = new Set([...then.keys(), ...texts!.keys()]);
  let most = 0;
  for (const key of keys) {
    const difference = (then.get(key) ?? 0) / presentThen - (texts!.get(key) ?? 0) / present;
    most = Math.max(most, Math.abs(difference));
  }
  return most;
}

/** Whether constraints ask for a comparison that is not made here. */
export function isComparedElsewhere(constraints: Json): boolean {
  const rules = at(constraints, 'monitoring_config', 'distribution_constraints');
  return textAt(rules, 'categorical_drift_method') === 'ChiSquared';
}
