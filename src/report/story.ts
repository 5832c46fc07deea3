import type { Diagnostic } from '../definition/diagnostic.ts';
import type { Json, ParameterValue, PipelineDocument, StepDocument } from '../definition/document.ts';
import type { Link, RunEvent, RunState, StepState } from '../definition/events.ts';
import { type Edge, type Graph, graphOf, orderOf } from '../definition/graph.ts';
import type { Branch } from '../definition/walk.ts';

/** So many outputs of a step are shown: a search for hyperparameters has one for each of its jobs. */
export const OUTPUTS = 40;

/** A step as a page shows it. */
export interface StoryStep {
  /** What it is called in the page's addresses. */
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly type: string;
  readonly document: StepDocument;
  readonly inside: { readonly condition: string; readonly branch: Branch } | undefined;
  readonly needs: readonly string[];
  readonly readers: readonly string[];
  /** Undefined when there was no run. */
  readonly state: StepState | undefined;
  /** One for each attempt, in milliseconds since 1970. */
  readonly spans: readonly Span[];
  readonly seconds: number | undefined;
  readonly job: string | undefined;
  readonly reason: string | undefined;
  readonly tail: readonly string[];
  readonly outputs: readonly Link[];
  readonly facts: Readonly<Record<string, Json>>;
  readonly diagnostics: readonly Diagnostic[];
}

interface Span {
  readonly begin: number;
  readonly end: number;
  readonly state: StepState;
}

/** An arrow of the graph: what a step reads, what it depends on, or the branch it stands in. */
export interface StoryEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: Edge['kind'];
  readonly label: string | undefined;
}

/** What is known of a run as a whole. */
export interface StoryRun {
  readonly run: string;
  readonly pipeline: string;
  readonly target: string;
  /** `unfinished`: it still ran when the page was made, or was killed. */
  readonly state: RunState | 'unfinished';
  readonly started: string;
  readonly begin: number;
  readonly end: number;
  readonly seconds: number;
  readonly reason: string | undefined;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly diagnostics: readonly Diagnostic[];
  readonly progress: readonly string[];
}

/** A document and its run, told step by step. */
export interface Story {
  readonly steps: readonly StoryStep[];
  readonly edges: readonly StoryEdge[];
  readonly run: StoryRun | undefined;
  /** The steps that the run's end waited for, in their order. */
  readonly criticalPath: readonly string[];
}

/** Tells a document and what a run of it said. */
export function tellStory(document: PipelineDocument, events: readonly RunEvent[] = []): Story {
  const graph = graphOf(document);
  const run = runOf(events);
  const heard = hear(events, run);
  const needs = new Map<string, Set<string>>();
  const readers = new Map<string, Set<string>>();
  for (const edge of graph.edges) {
    add(needs, edge.step, edge.needs);
    add(readers, edge.needs, edge.step);
  }
  const order = new Set([...orderOf(graph), ...graph.steps.keys()]);
  const steps = [...order].map((name, index): StoryStep => {
    const { step, inside } = graph.steps.get(name)!;
    return {
      id: `step-${index + 1}`,
      name,
      title: typeof step.DisplayName === 'string' ? step.DisplayName : name,
      type: step.Type,
      document: step,
      inside: inside === undefined ? undefined : { condition: inside.condition.step.Name, branch: inside.branch },
      needs: [...(needs.get(name) ?? [])],
      readers: [...(readers.get(name) ?? [])],
      ...(heard.get(name) ?? UNHEARD),
      state: run === undefined ? undefined : (heard.get(name)?.state ?? 'waiting'),
    };
  });
  return { steps, edges: arrowsOf(graph), run, criticalPath: criticalPathOf(steps) };
}

type Heard = Pick<StoryStep, 'spans' | 'seconds' | 'job' | 'reason' | 'tail' | 'outputs' | 'facts' | 'diagnostics'>;

const UNHEARD: Heard = {
  spans: [],
  seconds: undefined,
  job: undefined,
  reason: undefined,
  tail: [],
  outputs: [],
  facts: {},
  diagnostics: [],
};

function hear(events: readonly RunEvent[], run: StoryRun | undefined): Map<string, Heard & { state: StepState }> {
  const known = new Map<string, Heard & { state: StepState }>();
  const change = (step: string, changes: Partial<Heard> & { state?: StepState }): void => {
    known.set(step, { ...(known.get(step) ?? { ...UNHEARD, state: 'waiting' }), ...changes });
  };
  const spansOf = (step: string): readonly Span[] => known.get(step)?.spans ?? [];
  for (const event of events) {
    if (event.type === 'step-started') {
      const begin = Date.parse(event.time);
      const spans = [...spansOf(event.step), { begin, end: run?.end ?? begin, state: 'running' } as const];
      change(event.step, { state: 'running', spans, job: event.job });
    } else if (event.type === 'step-ended') {
      const { state, seconds, reason, tail = [], outputs, facts } = event;
      const spans = spansOf(event.step);
      const open = spans.at(-1);
      const end = Date.parse(event.time);
      // A cached or skipped step was never started; one that was begins where its seconds say.
      const closed = open === undefined ? [] : [...spans.slice(0, -1), { begin: open.begin, end, state }];
      change(event.step, { state, seconds, reason, tail, outputs, facts, spans: closed });
    } else if (event.type === 'diagnostic' && event.step !== undefined) {
      change(event.step, { diagnostics: [...(known.get(event.step)?.diagnostics ?? []), event.diagnostic] });
    }
  }
  return known;
}

function runOf(events: readonly RunEvent[]): StoryRun | undefined {
  const started = events.find((event) => event.type === 'run-started');
  if (started === undefined) return undefined;
  const ended = events.findLast((event) => event.type === 'run-ended');
  const begin = Date.parse(events[0]!.time);
  const end = Date.parse(events.at(-1)!.time);
  return {
    run: started.run,
    pipeline: started.pipeline,
    target: started.target,
    state: ended?.state ?? 'unfinished',
    started: started.time,
    begin,
    end,
    seconds: ended?.seconds ?? (end - begin) / 1000,
    reason: ended?.reason,
    parameters: started.parameters,
    diagnostics: events.flatMap((event) =>
      event.type === 'diagnostic' && event.step === undefined ? [event.diagnostic] : [],
    ),
    progress: events.flatMap((event) =>
      event.type === 'progress' && event.work?.state !== 'going' ? [event.message] : [],
    ),
  };
}

const LABELS = { IfSteps: 'yes', ElseSteps: 'no' } as const;
const STRENGTH: Readonly<Record<Edge['kind'], number>> = { reference: 2, dependsOn: 1, branch: 0 };

/** One arrow between two steps, of the strongest kind; into a branch only where the branch begins. */
function arrowsOf(graph: Graph): StoryEdge[] {
  const strongest = new Map<string, Edge>();
  const behind = new Set<string>();
  for (const edge of graph.edges) {
    const key = JSON.stringify([edge.needs, edge.step]);
    const known = strongest.get(key);
    if (known === undefined || STRENGTH[edge.kind] > STRENGTH[known.kind]) strongest.set(key, edge);
    const [here, there] = [graph.steps.get(edge.step)?.inside, graph.steps.get(edge.needs)?.inside];
    const isBeside = here?.branch === there?.branch && here?.condition.step === there?.condition.step;
    if (here !== undefined && isBeside) behind.add(edge.step);
  }
  return [...strongest.values()].flatMap(({ step, needs, kind }) => {
    if (kind === 'branch' && behind.has(step)) return [];
    const inside = graph.steps.get(step)?.inside;
    const label = inside?.condition.step.Name === needs ? LABELS[inside.branch] : undefined;
    return [{ from: needs, to: step, kind, label }];
  });
}

/** From the step that ended last back to what it waited for longest, and so on. */
function criticalPathOf(steps: readonly StoryStep[]): string[] {
  const byName = new Map(steps.map((step) => [step.name, step]));
  const last = (names: Iterable<string>): StoryStep | undefined => {
    let found: StoryStep | undefined;
    for (const name of names) {
      const step = byName.get(name);
      if (step !== undefined && step.spans.length > 0 && (found === undefined || endOf(step) > endOf(found)))
        found = step;
    }
    return found;
  };
  const path: string[] = [];
  for (let step = last(byName.keys()); step !== undefined && !path.includes(step.name); step = last(step.needs)) {
    path.unshift(step.name);
  }
  return path;
}

function endOf({ spans }: StoryStep): number {
  return spans.at(-1)?.end ?? 0;
}

function add(sets: Map<string, Set<string>>, key: string, value: string): void {
  const known = sets.get(key);
  if (known === undefined) sets.set(key, new Set([value]));
  else known.add(value);
}
