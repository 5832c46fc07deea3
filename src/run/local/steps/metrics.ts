import type { JsonObject } from '../../../definition/document.ts';
import { objectsAt, textAt } from './read.ts';
import type { PlannedStep } from './step.ts';

/** Reads the metrics of a training job out of its log, as CloudWatch does for the service. */
interface MetricReader {
  readonly read: (line: string, time: string) => void;
  /** The last value of each, as `FinalMetricDataList` has them. */
  readonly final: () => readonly JsonObject[];
}

/** Reads with the `MetricDefinitions` of a training job: the first group of the expression is the value. */
export function metricReader(given: JsonObject, heard: (name: string, value: number) => void = () => {}): MetricReader {
  const metrics = metricsOf(given);
  const last = new Map<string, JsonObject>();
  return {
    read: (line, time) => {
      for (const { name, pattern } of metrics) {
        for (const [, text] of line.matchAll(pattern)) {
          const value = valueOf(text);
          if (!Number.isFinite(value)) continue;
          last.set(name, { MetricName: name, Value: value, Timestamp: time });
          heard(name, value);
        }
      }
    },
    final: () =>
      [...new Set(metrics.map(({ name }) => name))].flatMap((name) => {
        const metric = last.get(name);
        return metric === undefined ? [] : [metric];
      }),
  };
}

/** Every value of each metric in the lines of a log, in their order. */
export function metricSeries(
  given: JsonObject,
  lines: readonly string[],
): { readonly name: string; readonly values: readonly number[] }[] {
  return metricsOf(given).flatMap(({ name, pattern }) => {
    const values = lines.flatMap((line) => [...line.matchAll(pattern)].map(([, text]) => valueOf(text)));
    const known = values.filter((value) => Number.isFinite(value));
    return known.length === 0 ? [] : [{ name, values: known }];
  });
}

function metricsOf(given: JsonObject): { readonly name: string; readonly pattern: RegExp }[] {
  return objectsAt(given, 'AlgorithmSpecification', 'MetricDefinitions').flatMap((definition) => {
    const [name, regex] = [textAt(definition, 'Name'), textAt(definition, 'Regex')];
    const pattern = regex === undefined ? undefined : patternOf(regex);
    return name === undefined || pattern === undefined ? [] : [{ name, pattern }];
  });
}

function valueOf(text: string | undefined): number {
  return text === undefined || text.trim() === '' ? Number.NaN : Number(text);
}

/** Says which expressions cannot be read here. */
export function inspectMetrics({ given, step, report }: PlannedStep): void {
  for (const [index, definition] of objectsAt(given, 'AlgorithmSpecification', 'MetricDefinitions').entries()) {
    const regex = textAt(definition, 'Regex');
    if (regex === undefined || patternOf(regex) !== undefined) continue;
    report('warning', 'metric-not-read', `${step.Name} cannot read the metric ${textAt(definition, 'Name')} here`, {
      below: `Arguments.AlgorithmSpecification.MetricDefinitions[${index}].Regex`,
      detail: `${regex} is no regular expression of JavaScript`,
    });
  }
}

function patternOf(regex: string): RegExp | undefined {
  try {
    // Python's and Java's named groups and flags in front are the two that scripts write.
    const [, flags = '', rest = ''] = /^(?:\(\?([ims]+)\))?(.*)$/s.exec(regex) ?? [];
    return new RegExp(rest.replaceAll('(?P<', '(?<'), `g${flags}`);
  } catch {
    return undefined;
  }
}
