import type { PipelineDocument } from '../definition/document.ts';
import { PipelineError } from '../definition/error.ts';
import { graphOf } from '../definition/graph.ts';
import { didYouMean } from '../definition/suggest.ts';

/** Which steps of a pipeline are to run. */
export interface Chosen {
  readonly only?: readonly string[] | undefined;
  /** This step and all that come after it. */
  readonly from?: string | undefined;
}

/** Whether there is a choice at all. */
export function isChoice({ only = [], from }: Chosen): boolean {
  return only.length > 0 || from !== undefined;
}

/** The steps that are chosen, in the order of the document; undefined for all of them. */
export function chosenSteps(document: PipelineDocument, choice: Chosen): string[] | undefined {
  if (!isChoice(choice)) return undefined;
  const { only = [], from } = choice;
  const { steps, edges } = graphOf(document);
  const unknown = [...only, ...(from === undefined ? [] : [from])].find((name) => !steps.has(name));
  if (unknown !== undefined) {
    throw new PipelineError('usage', 'unknown-step', `The pipeline has no step ${unknown}`, {
      detail: `it has: ${[...steps.keys()].join(', ')}`,
      fix: didYouMean(unknown, steps.keys()),
    });
  }
  const after = new Set<string>();
  const open = from === undefined ? [] : [from];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (after.has(name)) continue;
    after.add(name);
    for (const edge of edges) if (edge.needs === name) open.push(edge.step);
  }
  return [...steps.keys()].filter((name) => after.has(name) || only.includes(name));
}
