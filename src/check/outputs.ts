import type { Json, StepDocument } from '../definition/document.ts';
import { elementsOf, isObject } from '../definition/expression.ts';
import { type Path, child, formatPath } from '../definition/path.ts';
import type { StepPlace } from '../definition/walk.ts';
import { type Fault, type DocumentRule, warning } from './rule.ts';

/** Two jobs that write one place overwrite each other's objects, and whoever reads there gets both. */
export const sharedOutputs: DocumentRule = {
  on: 'document',
  *check({ graph }): Generator<Fault> {
    const writers = new Map<string, { place: StepPlace; path: Path }[]>();
    for (const place of graph.steps.values()) {
      for (const { uri, path } of outputsOf(place.step, place.path)) {
        const key = keyOf(uri);
        if (key === undefined) continue;
        const others = writers.get(key) ?? [];
        writers.set(key, others);
        const other = others.find((earlier) => !excludeEachOther(earlier.place, place));
        if (other !== undefined) {
          const [one, two] = [other.place.step.Name, place.step.Name];
          const message =
            one === two ? `Two outputs of ${one} go to one place` : `${one} and ${two} write to one place`;
          yield warning('shared-output', path, message, {
            detail: `the same is written by ${formatPath(other.path)}`,
            fix: 'give each a place of its own: objects of the same name overwrite each other',
          });
        }
        others.push({ place, path });
      }
    }
  },
};

const DEEPEST = 50;

/** A place as text; undefined for what nests deeper than any expression does, and than the call stack goes. */
function keyOf(uri: Json): string | undefined {
  const open: { value: Json; depth: number }[] = [{ value: uri, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, depth } = next;
    if (typeof value !== 'object' || value === null) continue;
    if (depth > DEEPEST) return undefined;
    for (const inner of Object.values<Json>(value)) open.push({ value: inner, depth: depth + 1 });
  }
  return JSON.stringify(uri);
}

function* outputsOf(step: StepDocument, at: Path): Generator<{ uri: Json; path: Path }> {
  if (!isObject(step.Arguments)) return;
  const args = child(at, 'Arguments');
  if (step.Type === 'Transform') {
    const output = step.Arguments['TransformOutput'];
    const uri = isObject(output) ? output['S3OutputPath'] : undefined;
    if (uri !== undefined && uri !== null) yield { uri, path: child(child(args, 'TransformOutput'), 'S3OutputPath') };
  }
  if (step.Type === 'Processing') {
    const config = step.Arguments['ProcessingOutputConfig'];
    const outputs = isObject(config) ? elementsOf(config['Outputs']) : [];
    for (const [index, output] of outputs.entries()) {
      const s3 = isObject(output) ? output['S3Output'] : undefined;
      const uri = isObject(s3) ? s3['S3Uri'] : undefined;
      const path = ['ProcessingOutputConfig', 'Outputs', index, 'S3Output', 'S3Uri'].reduce<Path>(child, args);
      if (uri !== undefined && uri !== null) yield { uri, path };
    }
  }
}

/** Whether two steps stand on different sides of one condition, so that never both run. */
function excludeEachOther(one: StepPlace, other: StepPlace): boolean {
  const sides = new Map<StepPlace, string>();
  for (let at = one.inside; at !== undefined; at = at.condition.inside) sides.set(at.condition, at.branch);
  for (let at = other.inside; at !== undefined; at = at.condition.inside) {
    const side = sides.get(at.condition);
    if (side !== undefined) return side !== at.branch;
  }
  return false;
}
