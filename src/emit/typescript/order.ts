import type { PipelineDocument } from '../../definition/document.ts';
import { parseReference } from '../../definition/reference.ts';
import { type StepPlace, walkStepExpressions, walkSteps } from '../../definition/walk.ts';

/** The steps that become constants, and in which order: each after the ones it refers to, else as in the document. */
interface Ordered {
  /** In the order of the document. */
  readonly places: readonly StepPlace[];
  readonly steps: readonly StepPlace[];
}

/**
 * Puts the steps of a document into an order in which constants can be declared. A reference that closes a circle is
 * passed over, and so are the steps inside a Condition that is taken over as it is.
 */
export function orderOfConstants(document: PipelineDocument, isOpaque: (place: StepPlace) => boolean): Ordered {
  const all = [...walkSteps(document)];
  const within = new Set<StepPlace>();
  for (const place of all) {
    const { inside } = place;
    // An outer step comes before the inner ones.
    if (inside !== undefined && (within.has(inside.condition) || isOpaque(inside.condition))) within.add(place);
  }
  const places = all.filter((place) => !within.has(place));
  const byName = new Map<string, StepPlace>();
  for (const place of places) if (!byName.has(place.step.Name)) byName.set(place.step.Name, place);
  const listed = new Map<StepPlace, StepPlace[]>();
  for (const place of places) {
    if (place.inside === undefined) continue;
    const { condition } = place.inside;
    listed.set(condition, [...(listed.get(condition) ?? []), place]);
  }

  const ordered: StepPlace[] = [];
  const seen = new Set<StepPlace>();
  for (const first of places) {
    if (seen.has(first)) continue;
    seen.add(first);
    const path = [{ place: first, rest: needsOf(first, byName, listed.get(first) ?? []) }];
    for (let last = path.at(-1); last !== undefined; last = path.at(-1)) {
      const next = last.rest.pop();
      if (next === undefined) {
        ordered.push(last.place);
        path.pop();
      } else if (!seen.has(next)) {
        seen.add(next);
        path.push({ place: next, rest: needsOf(next, byName, listed.get(next) ?? []) });
      }
    }
  }
  return { places, steps: ordered };
}

/** What has to be declared before a step, the first last. */
function needsOf(place: StepPlace, byName: ReadonlyMap<string, StepPlace>, listed: readonly StepPlace[]): StepPlace[] {
  const names: string[] = [];
  for (const { expression } of walkStepExpressions(place)) {
    const reference = typeof expression['Get'] === 'string' ? parseReference(expression['Get']) : undefined;
    if (reference?.root === 'Steps') names.push(reference.step);
  }
  const { DependsOn: needed } = place.step;
  if (Array.isArray(needed)) names.push(...(needed as readonly string[]));
  const read = names.flatMap((name) => byName.get(name) ?? []);
  return [...read, ...listed].toReversed();
}
