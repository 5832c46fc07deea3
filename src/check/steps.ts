import type { PipelineDocument } from '../definition/document.ts';
import { cyclesOf } from '../definition/graph.ts';
import { child, formatPath } from '../definition/path.ts';
import { didYouMean } from '../definition/suggest.ts';
import { walkSteps } from '../definition/walk.ts';
import type { Fault, Subject } from './rule.ts';

/** AWS knows a step by its name alone, through all branches. */
export function* duplicateSteps({ document, graph }: Subject): Generator<Fault> {
  for (const { step, path } of walkSteps(document)) {
    const first = graph.steps.get(step.Name)!;
    if (first.step === step) continue;
    yield {
      code: 'duplicate-step',
      severity: 'error',
      message: `Two steps are named ${step.Name}`,
      place: child(path, 'Name'),
      detail: `the other is ${formatPath(first.path)}, a ${first.step.Type} step`,
      fix: 'give one of them another name; names count through all branches',
    };
  }
}

/** A step that is waited for or read from has to be in the document. */
export function* unknownSteps({ graph }: Subject): Generator<Fault> {
  for (const { step, needs, kind, path } of graph.dangling) {
    const names = [...graph.steps.keys()].filter((name) => name !== step);
    yield {
      code: 'unknown-step',
      severity: 'error',
      message: `${step} ${kind === 'dependsOn' ? 'depends on' : 'reads from'} step ${needs}, which the pipeline does not have`,
      place: path,
      detail: `it has: ${names.slice(0, 8).join(', ')}${names.length > 8 ? ' …' : ''}`,
      fix: didYouMean(needs, names) ?? 'list the step, or depend on the step itself instead of its name',
    };
  }
}

/** Steps that wait for each other never begin. */
export function* stepCycles({ document, graph }: Subject): Generator<Fault> {
  const shared = sharedNames(document);
  for (const cycle of cyclesOf(graph)) {
    // Steps of one name are one node of the graph, and what one of them needs the other seems to need: such a round may
    // be gone when each has a name of its own.
    if (cycle.some((name) => shared.has(name))) continue;
    const [first, second] = cycle as [string, string];
    const edge = graph.edges.find(({ step, needs }) => step === first && needs === second)!;
    yield {
      code: 'cycle',
      severity: 'error',
      message: `Steps wait for each other in a cycle: ${cycle.join(' → ')}`,
      place: edge.path,
      fix: 'take one of these dependencies away',
    };
  }
}

function sharedNames(document: PipelineDocument): Set<string> {
  const [seen, shared] = [new Set<string>(), new Set<string>()];
  for (const { step } of walkSteps(document)) (seen.has(step.Name) ? shared : seen).add(step.Name);
  return shared;
}
