import type { PipelineDocument } from '../definition/document.ts';
import { type Graph, graphOf } from '../definition/graph.ts';
import type { StepPlace } from '../definition/walk.ts';

/** How a step of a type is drawn: what decides is a rhombus, what ends is round, what is made is a cylinder. */
const SHAPES: Readonly<Record<string, readonly [string, string]>> = {
  Condition: ['{', '}'],
  Fail: ['([', '])'],
  Model: ['[(', ')]'],
  RegisterModel: ['[(', ')]'],
  Endpoint: ['[(', ')]'],
};
const BOX = ['[', ']'] as const;
const LABELS = { IfSteps: 'yes', ElseSteps: 'no' } as const;

/**
 * A document as a flow chart in Mermaid's language, which GitHub draws in a README.
 *
 * @example toMermaid(assembly.definition)
 */
export function toMermaid(document: PipelineDocument): string {
  const graph = graphOf(document);
  const ids = new Map([...graph.steps.keys()].map((name, index) => [name, `s${index + 1}`]));
  const lines = ['flowchart TD'];
  for (const place of graph.steps.values()) lines.push(`  ${nodeOf(place, ids)}`);
  for (const line of new Set(edgesOf(graph, ids))) lines.push(`  ${line}`);
  return `${lines.join('\n')}\n`;
}

function nodeOf({ step }: StepPlace, ids: ReadonlyMap<string, string>): string {
  const [open, close] = SHAPES[step.Type] ?? BOX;
  const kind = step.Type === 'Condition' || step.Type === 'Fail' ? '' : `<br/><small>${step.Type}</small>`;
  return `${ids.get(step.Name)}${open}"${escaped(step.DisplayName ?? step.Name)}${kind}"${close}`;
}

function* edgesOf(graph: Graph, ids: ReadonlyMap<string, string>): Generator<string> {
  const data = new Set(graph.edges.filter(({ kind }) => kind === 'reference').map(pairOf));
  for (const edge of graph.edges) {
    const [from, to] = [ids.get(edge.needs), ids.get(edge.step)];
    if (edge.kind === 'branch') {
      const branch = graph.steps.get(edge.step)!.inside!.branch;
      // What stands behind another step of the branch is reached through that one.
      if (isFirstInBranch(edge.step, graph)) yield `${from} -- ${LABELS[branch]} --> ${to}`;
    } else if (edge.kind === 'reference') {
      yield `${from} --> ${to}`;
    } else if (!data.has(pairOf(edge))) {
      yield `${from} -.-> ${to}`;
    }
  }
}

function pairOf({ step, needs }: { readonly step: string; readonly needs: string }): string {
  return `${needs} ${step}`;
}

function isFirstInBranch(name: string, graph: Graph): boolean {
  const { inside } = graph.steps.get(name)!;
  return !graph.edges.some(({ step, needs, kind }) => {
    const other = graph.steps.get(needs)?.inside;
    return (
      step === name &&
      kind !== 'branch' &&
      other?.condition.step === inside?.condition.step &&
      other?.branch === inside?.branch
    );
  });
}

// Mermaid reads entities by name; quotes and brackets would end the text.
function escaped(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N} _.,:;!?()/+=%-]/gu, (letter) => `#${letter.codePointAt(0)};`);
}
