import type { PipelineDocument, StepDocument } from '../../definition/document.ts';
import { PipelineError } from '../../definition/error.ts';
import { type Graph, cyclesOf, graphOf, orderOf } from '../../definition/graph.ts';
import type { Branch, StepPlace } from '../../definition/walk.ts';

/** How a step ended, as far as those behind it are concerned. */
export interface Ending {
  readonly state: 'succeeded' | 'failed' | 'stopped' | 'skipped';
  /** Of a Condition: the side that is taken. */
  readonly taken?: Branch;
}

/** Who runs what the scheduler says. */
export interface Conductor {
  readonly maxParallel: number;
  /** Never rejects: a step that fails has failed. */
  readonly start: (step: StepDocument) => Promise<Ending>;
  /** A step that will not be started, and why. */
  readonly skip: (step: StepDocument, state: 'skipped' | 'stopped', reason: string) => void;
  readonly signal: AbortSignal;
}

/** What a step waits for. */
interface Needs {
  /** Without these it cannot run. */
  readonly hard: ReadonlySet<string>;
  /** These only have to be over: what stands in the branches of a Condition that it depends on. */
  readonly soft: ReadonlySet<string>;
}

/** Steps that wait for each other would never start. */
export function refuseCycles(document: PipelineDocument): void {
  const [cycle] = cyclesOf(graphOf(document));
  if (cycle === undefined) return;
  throw new PipelineError('invalid', 'cycle', `Steps wait for each other: ${cycle.join(' → ')}`);
}

/** The steps that each step waits for, in an order in which they can run. */
function needsOf(graph: Graph): ReadonlyMap<string, Needs> {
  const within = new Map<string, string[]>();
  for (const place of graph.steps.values()) {
    for (let around = place.inside; around !== undefined; around = around.condition.inside) {
      const owner = around.condition.step.Name;
      const known = within.get(owner);
      if (known === undefined) within.set(owner, [place.step.Name]);
      else known.push(place.step.Name);
    }
  }
  // AWS: a step that depends on a Condition runs after the steps of its branches too. Not where these wait for it.
  const soft = graph.edges.flatMap((edge) => {
    if (edge.kind !== 'dependsOn' || isWithin(graph.steps.get(edge.step)!, edge.needs)) return [];
    return (within.get(edge.needs) ?? []).map((needs) => ({ ...edge, needs }));
  });
  const kept = orderOf({ ...graph, edges: [...graph.edges, ...soft] }).length === graph.steps.size ? soft : [];
  const needs = new Map<string, { hard: Set<string>; soft: Set<string> }>();
  for (const name of orderOf(graph)) needs.set(name, { hard: new Set(), soft: new Set() });
  for (const edge of graph.edges) needs.get(edge.step)!.hard.add(edge.needs);
  for (const edge of kept) needs.get(edge.step)!.soft.add(edge.needs);
  return needs;
}

function isWithin({ inside }: StepPlace, condition: string): boolean {
  for (let around = inside; around !== undefined; around = around.condition.inside) {
    if (around.condition.step.Name === condition) return true;
  }
  return false;
}

/**
 * Runs the steps of a document, each as soon as what it waits for is over. After a failure nothing more is started and
 * what runs is waited for, as on the service.
 */
export async function schedule(document: PipelineDocument, conductor: Conductor): Promise<ReadonlyMap<string, Ending>> {
  refuseCycles(document);
  const graph = graphOf(document);
  const needs = needsOf(graph);
  const endings = new Map<string, Ending>();
  const waiting = new Map<string, number>();
  const readers = new Map<string, string[]>();
  for (const [name, { hard, soft }] of needs) {
    const all = new Set([...hard, ...soft]);
    waiting.set(name, all.size);
    for (const each of all) {
      const known = readers.get(each);
      if (known === undefined) readers.set(each, [name]);
      else known.push(name);
    }
  }
  const ready = [...waiting].filter(([, count]) => count === 0).map(([name]) => name);
  /** Nothing but a place is missing to them. */
  const startable: StepDocument[] = [];
  const running = new Map<string, Promise<void>>();
  let failed: string | undefined;

  const end = (name: string, ending: Ending): void => {
    endings.set(name, ending);
    if (ending.state === 'failed') failed ??= name;
    for (const reader of readers.get(name) ?? []) {
      const left = waiting.get(reader)! - 1;
      waiting.set(reader, left);
      if (left === 0) ready.push(reader);
    }
  };
  const run = async (step: StepDocument): Promise<void> => {
    const ending = await conductor.start(step);
    running.delete(step.Name);
    end(step.Name, ending);
  };
  const isOver = (): boolean => failed !== undefined || conductor.signal.aborted;
  const startReady = (): void => {
    // What is skipped takes no place: it waits for none, and is told of alike however many there are.
    while (ready.length > 0 && !isOver()) {
      const name = ready.shift()!;
      const place = graph.steps.get(name)!;
      const reason = whySkipped(place, needs.get(name)!, endings);
      if (reason === undefined) {
        startable.push(place.step);
      } else {
        conductor.skip(place.step, 'skipped', reason);
        end(name, { state: 'skipped' });
      }
    }
    while (startable.length > 0 && running.size < conductor.maxParallel && !isOver()) {
      const step = startable.shift()!;
      running.set(step.Name, run(step));
    }
  };
  for (startReady(); running.size > 0; startReady()) await Promise.race(running.values());

  for (const name of needs.keys()) {
    if (endings.has(name)) continue;
    const state = conductor.signal.aborted ? 'stopped' : 'skipped';
    conductor.skip(graph.steps.get(name)!.step, state, notStarted(failed));
    endings.set(name, { state });
  }
  return endings;
}

function notStarted(failed: string | undefined): string {
  return failed === undefined ? 'not started: the run was stopped' : `not started, as ${failed} failed`;
}

function whySkipped({ inside }: StepPlace, { hard }: Needs, endings: ReadonlyMap<string, Ending>): string | undefined {
  if (inside !== undefined) {
    const condition = inside.condition.step.Name;
    const { state, taken } = endings.get(condition)!;
    if (state === 'skipped') return `${condition} was skipped`;
    if (taken !== inside.branch) return `${condition} took the other branch`;
  }
  for (const name of hard) if (endings.get(name)?.state === 'skipped') return `${name} was skipped`;
  return undefined;
}
