import type { JsonObject, PipelineDocument } from './document.ts';
import { type Path, child } from './path.ts';
import { parseReference } from './reference.ts';
import { type StepPlace, walkStepExpressions, walkSteps } from './walk.ts';

/** Why one step waits for another: it reads from it, it names it in `DependsOn`, or it stands in a branch of it. */
type EdgeKind = 'reference' | 'dependsOn' | 'branch';

/** `step` waits for `needs`. */
export interface Edge {
  readonly step: string;
  readonly needs: string;
  readonly kind: EdgeKind;
  /** Where the document says so. */
  readonly path: Path;
}

/** The steps of a document and what each waits for. */
export interface Graph {
  /** By name, in the order of the document; of steps with the same name the first. */
  readonly steps: ReadonlyMap<string, StepPlace>;
  readonly edges: readonly Edge[];
  /** Edges to steps that the document does not have. */
  readonly dangling: readonly Edge[];
}

/** Reads the graph of a document: data references, `DependsOn` and branches. */
export function graphOf(document: PipelineDocument): Graph {
  const places = [...walkSteps(document)];
  const steps = new Map<string, StepPlace>();
  for (const place of places) if (!steps.has(place.step.Name)) steps.set(place.step.Name, place);
  const edges: Edge[] = [];
  const dangling: Edge[] = [];
  for (const place of places) {
    for (const edge of edgesOf(place)) (steps.has(edge.needs) ? edges : dangling).push(edge);
  }
  return { steps, edges, dangling };
}

function* edgesOf(place: StepPlace): Generator<Edge> {
  const step = place.step.Name;
  if (place.inside !== undefined) {
    yield { step, needs: place.inside.condition.step.Name, kind: 'branch', path: place.path };
  }
  const { DependsOn: dependsOn } = place.step;
  for (const [index, needs] of (Array.isArray(dependsOn) ? dependsOn : []).entries()) {
    if (typeof needs === 'string')
      yield { step, needs, kind: 'dependsOn', path: child(child(place.path, 'DependsOn'), index) };
  }
  for (const { expression, path } of walkStepExpressions(place)) {
    const needs = stepRead(expression);
    if (needs !== undefined) yield { step, needs, kind: 'reference', path };
  }
}

/** The step that an expression itself reads from; expressions inside a join are places of their own. */
function stepRead(expression: JsonObject): string | undefined {
  if (typeof expression['Get'] !== 'string') return undefined;
  const reference = parseReference(expression['Get']);
  return reference.root === 'Steps' ? reference.step : undefined;
}

/** The names of the steps in waves: first those that wait for nothing, each after all that it waits for. Steps on or behind a cycle are left out. */
export function orderOf(graph: Graph): string[] {
  const waiting = new Map<string, number>();
  const readers = new Map<string, string[]>();
  for (const name of graph.steps.keys()) waiting.set(name, 0);
  for (const { step, needs } of graph.edges) {
    waiting.set(step, waiting.get(step)! + 1);
    const known = readers.get(needs);
    if (known === undefined) readers.set(needs, [step]);
    else known.push(step);
  }
  const order: string[] = [];
  let ready = [...graph.steps.keys()].filter((name) => waiting.get(name) === 0);
  while (ready.length > 0) {
    order.push(...ready);
    const next: string[] = [];
    for (const name of ready) {
      for (const reader of readers.get(name) ?? []) {
        const left = waiting.get(reader)! - 1;
        waiting.set(reader, left);
        if (left === 0) next.push(reader);
      }
    }
    ready = next;
  }
  return order;
}

/** Every knot of steps that wait for each other, as one round through it: `['a', 'b', 'a']`, a waits for b. */
export function cyclesOf(graph: Graph): string[][] {
  const ordered = new Set(orderOf(graph));
  const needs = new Map<string, string[]>();
  for (const name of graph.steps.keys()) if (!ordered.has(name)) needs.set(name, []);
  for (const edge of graph.edges) if (needs.has(edge.needs)) needs.get(edge.step)?.push(edge.needs);
  const cycles: string[][] = [];
  for (const knot of knotsOf(needs)) {
    const start = [...needs.keys()].find((name) => knot.has(name))!;
    if (knot.size > 1 || needs.get(start)!.includes(start)) cycles.push(shortestRound(start, needs, knot));
  }
  return cycles;
}

/** Tarjan's strongly connected components, with a stack of its own: chains are longer than the call stack is deep. */
function knotsOf(needs: ReadonlyMap<string, readonly string[]>): Set<string>[] {
  const found: Set<string>[] = [];
  const number = new Map<string, number>();
  const lowest = new Map<string, number>();
  const path: string[] = [];
  const onPath = new Set<string>();
  for (const root of needs.keys()) {
    if (number.has(root)) continue;
    const calls: { name: string; next: number }[] = [{ name: root, next: 0 }];
    for (let call = calls.at(-1); call !== undefined; call = calls.at(-1)) {
      const { name } = call;
      if (call.next === 0) {
        number.set(name, number.size);
        lowest.set(name, number.get(name)!);
        path.push(name);
        onPath.add(name);
      }
      const needed = needs.get(name)![call.next++];
      if (needed !== undefined) {
        if (!number.has(needed)) calls.push({ name: needed, next: 0 });
        else if (onPath.has(needed)) lowest.set(name, Math.min(lowest.get(name)!, number.get(needed)!));
        continue;
      }
      calls.pop();
      const caller = calls.at(-1)?.name;
      if (caller !== undefined) lowest.set(caller, Math.min(lowest.get(caller)!, lowest.get(name)!));
      if (lowest.get(name) === number.get(name)) {
        const knot = new Set(path.splice(path.lastIndexOf(name)));
        for (const member of knot) onPath.delete(member);
        found.push(knot);
      }
    }
  }
  return found;
}

/** Breadth first from a step of a knot back to itself. */
function shortestRound(start: string, needs: ReadonlyMap<string, readonly string[]>, knot: Set<string>): string[] {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const name of queue) {
    for (const needed of needs.get(name)!) {
      if (needed === start) {
        const round = [start];
        for (let back = name; back !== start; back = cameFrom.get(back)!) round.unshift(back);
        return [start, ...round];
      }
      if (!knot.has(needed) || cameFrom.has(needed)) continue;
      cameFrom.set(needed, name);
      queue.push(needed);
    }
  }
  return [start];
}
