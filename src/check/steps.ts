import type { StepDocument } from '../definition/document.ts';
import { cyclesOf } from '../definition/graph.ts';
import { child, formatPath } from '../definition/path.ts';
import { listed } from './describe.ts';
import { type Fault, type DocumentRule, type StepRule, error } from './rule.ts';

/** AWS knows a step by its name alone, through all branches. */
export const duplicateSteps: StepRule = {
  on: 'step',
  *check({ step, path }, { graph }): Generator<Fault> {
    const first = graph.steps.get(step.Name)!;
    if (first.step === step) return;
    yield error('duplicate-step', child(path, 'Name'), `Two steps are named ${step.Name}`, {
      detail: `the other is ${formatPath(first.path)}, ${kindOfStep(first.step)}`,
      fix: 'give one of them another name; names count through all branches',
    });
  },
};

/** A step's type in words, whatever stands there. */
function kindOfStep({ Type: type }: StepDocument): string {
  return typeof type === 'string' ? `a ${type} step` : 'a step without a type';
}

/** A step that is waited for or read from has to be in the document. */
export const unknownSteps: DocumentRule = {
  on: 'document',
  *check({ graph, suggest }): Generator<Fault> {
    for (const { step, needs, kind, path } of graph.dangling) {
      const names = (): Generator<string> => otherNames(graph.steps.keys(), step);
      const verb = kind === 'dependsOn' ? 'depends on' : 'reads from';
      yield error('unknown-step', path, `${step} ${verb} step ${needs}, which the pipeline does not have`, {
        detail: `it has: ${listed(names())}`,
        fix: suggest(needs, names()) ?? 'list the step, or depend on the step itself instead of its name',
      });
    }
  },
};

function* otherNames(names: Iterable<string>, own: string): Generator<string> {
  for (const name of names) if (name !== own) yield name;
}

/** Steps that wait for each other never begin. */
export const stepCycles: DocumentRule = {
  on: 'document',
  *check({ graph, shared }): Generator<Fault> {
    for (const cycle of cyclesOf(graph)) {
      // Steps of one name are one node of the graph, and what one of them needs the other seems to need: such a round
      // may be gone when each has a name of its own.
      if (cycle.some((name) => shared.has(name))) continue;
      const paths = cycle.slice(1).map((needed, index) => {
        return graph.edges.find(({ step, needs }) => step === cycle[index] && needs === needed)!.path;
      });
      // The fault is no single step's: it is in how they are tied together.
      yield error('cycle', child(undefined, 'Steps'), `Steps wait for each other in a cycle: ${cycle.join(' → ')}`, {
        origin: paths[0],
        detail: `they are tied at ${listed(paths.map(formatPath))}`,
        fix: 'take one of these dependencies away',
      });
    }
  },
};

/** A Fail step ends the execution: nothing comes after it. */
export const failDependedOn: DocumentRule = {
  on: 'document',
  *check({ graph, shared }): Generator<Fault> {
    for (const { step, needs, kind, path } of graph.edges) {
      if (kind !== 'dependsOn' || shared.has(needs) || graph.steps.get(needs)!.step.Type !== 'Fail') continue;
      yield error('fail-depended-on', path, `${step} depends on ${needs}, a Fail step`, {
        detail: `AWS: "${step} can not depends on ${needs}": the execution ends there`,
        fix: 'take the dependency away',
      });
    }
  },
};
