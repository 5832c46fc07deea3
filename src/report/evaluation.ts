import type { Json } from '../definition/document.ts';
import { isObject } from '../definition/expression.ts';

/** A JSON file in which a step wrote what it measured. */
export interface Evaluation {
  /** Below the output in which it lies. */
  readonly file: string;
  /** What the pipeline calls it, for its conditions. */
  readonly propertyFile: string | undefined;
  readonly content: Json;
}

/** A number of an evaluation, by the keys that lead to it. */
export interface Measure {
  readonly path: readonly string[];
  readonly value: number;
}

/** Numbers of an evaluation that are a line: along others, or one after the other. */
interface Curve {
  readonly path: readonly string[];
  readonly across: Axis | undefined;
  readonly up: Axis;
}

interface Axis {
  readonly name: string;
  readonly values: readonly number[];
}

/** How often what is in truth a row was taken for a column. */
export interface Confusion {
  readonly path: readonly string[];
  readonly labels: readonly string[];
  readonly rows: readonly (readonly number[])[];
}

/** Everything in an evaluation that can be drawn. */
interface Findings {
  readonly measures: readonly Measure[];
  readonly curves: readonly Curve[];
  readonly confusions: readonly Confusion[];
}

// https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html names them in full.
const PAIRS: readonly (readonly [RegExp, RegExp])[] = [
  [/^(?:false_positive_rates?|fpr)$/i, /^(?:true_positive_rates?|tpr)$/i],
  [/^recalls?$/i, /^precisions?$/i],
];
const DEEPEST = 8;
const SHORTEST_CURVE = 3;
const LARGEST_CONFUSION = 20;

/** Finds numbers, curves and confusion matrices in what an evaluation wrote, whatever its form. */
export function findingsIn(content: Json): Findings {
  const measures: Measure[] = [];
  const curves: Curve[] = [];
  const confusions: Confusion[] = [];
  const look = (value: Json, path: readonly string[]): void => {
    if (path.length > DEEPEST) return;
    if (typeof value === 'number') return void measures.push({ path, value });
    const numbers = numbersOf(value);
    if (numbers !== undefined && numbers.length >= SHORTEST_CURVE) {
      return void curves.push({ path, across: undefined, up: { name: path.at(-1) ?? '', values: numbers } });
    }
    if (/confusion/i.test(path.at(-1) ?? '')) {
      const confusion = confusionOf(value, path);
      if (confusion !== undefined) return void confusions.push(confusion);
    }
    if (Array.isArray(value)) {
      for (const [index, element] of (value as readonly Json[]).entries())
        look(element, [...path, nameOf(element, index)]);
    } else if (isObject(value)) {
      const pair = pairIn(value);
      if (pair !== undefined) curves.push({ path, ...pair });
      for (const [key, member] of Object.entries(value)) {
        // Of a curve along another the rest is what it was counted at.
        if (pair === undefined || numbersOf(member) === undefined) look(member, [...path, key]);
      }
    }
  };
  look(content, []);
  return { measures, curves, confusions };
}

function numbersOf(value: Json): readonly number[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const elements = value as readonly Json[];
  return elements.every((element) => typeof element === 'number') ? elements : undefined;
}

function nameOf(element: Json, index: number): string {
  const name = isObject(element) ? (element['name'] ?? element['Name'] ?? element['MetricName']) : undefined;
  return typeof name === 'string' ? name : String(index);
}

function pairIn(value: { readonly [key: string]: Json }): { across: Axis; up: Axis } | undefined {
  const axes = Object.entries(value).flatMap(([name, member]) => {
    const values = numbersOf(member);
    return values === undefined ? [] : [{ name, values }];
  });
  for (const [one, other] of PAIRS) {
    const [across, up] = [axes.find(({ name }) => one.test(name)), axes.find(({ name }) => other.test(name))];
    const isPair = across !== undefined && up !== undefined && across.values.length === up.values.length;
    if (isPair && across.values.length >= SHORTEST_CURVE) return { across, up };
  }
  return undefined;
}

function confusionOf(value: Json, path: readonly string[]): Confusion | undefined {
  const labels = isObject(value)
    ? Object.keys(value)
    : Array.isArray(value)
      ? value.map((_, index) => String(index))
      : [];
  if (labels.length < 2 || labels.length > LARGEST_CONFUSION) return undefined;
  const rows = labels.map((label) => {
    const row = isObject(value) ? value[label] : (value as readonly Json[])[Number(label)];
    return isObject(row) ? labels.map((column) => row[column]) : row;
  });
  const isWhole = rows.every((row) => Array.isArray(row) && row.length === labels.length && numbersOf(row as Json));
  return isWhole ? { path, labels, rows: rows as readonly (readonly number[])[] } : undefined;
}
