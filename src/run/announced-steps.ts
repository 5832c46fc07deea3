import type { PipelineDocument } from '../definition/document.ts';
import type { AnnouncedStep } from '../definition/events.ts';
import { graphOf, orderOf } from '../definition/graph.ts';

/** The steps of a document in the order in which they can start, each with what it waits for. */
export function announcedSteps(document: PipelineDocument): AnnouncedStep[] {
  const graph = graphOf(document);
  const needs = new Map<string, Set<string>>();
  for (const edge of graph.edges) needs.set(edge.step, (needs.get(edge.step) ?? new Set()).add(edge.needs));
  return orderOf(graph).map((name) => {
    const { step, inside } = graph.steps.get(name)!;
    const waitsFor = [...(needs.get(name) ?? [])];
    return { name, type: step.Type, waitsFor, decidedBy: inside?.condition.step.Name ?? null };
  });
}
