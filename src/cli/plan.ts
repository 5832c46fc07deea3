import type { Json, PipelineDocument } from '../definition/document.ts';
import { isObject } from '../definition/expression.ts';
import { graphOf, orderOf } from '../definition/graph.ts';
import type { RunParameter } from './parameters.ts';
import type { Setting } from './settings.ts';

/** Where a pipeline runs. */
export const TARGETS = ['sagemaker', 'step-functions', 'local'] as const;
export type Target = (typeof TARGETS)[number];

/** What a run would do, as data. */
export interface Plan {
  readonly pipeline: string;
  readonly file: string;
  readonly target: Target;
  readonly region: Setting;
  readonly role: Setting | null;
  readonly bucket: Setting | null;
  readonly description: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly wait: boolean;
  readonly steps: readonly PlannedStep[];
  readonly parameters: readonly RunParameter[];
  readonly images: readonly PlannedImage[];
}

/** A step in the order in which it can start. */
export interface PlannedStep {
  readonly name: string;
  readonly type: string;
  readonly waitsFor: readonly string[];
  /** The Condition step that decides whether it runs. */
  readonly decidedBy: string | null;
}

/** A container image and the steps that use it. */
export interface PlannedImage {
  readonly image: string;
  readonly steps: readonly string[];
}

/** The steps of a document as they can start, each with what it waits for. */
export function plannedSteps(document: PipelineDocument): PlannedStep[] {
  const graph = graphOf(document);
  const needs = new Map<string, Set<string>>();
  for (const edge of graph.edges) needs.set(edge.step, (needs.get(edge.step) ?? new Set()).add(edge.needs));
  return orderOf(graph).map((name) => {
    const { step, inside } = graph.steps.get(name)!;
    const waitsFor = [...(needs.get(name) ?? [])];
    return { name, type: step.Type, waitsFor, decidedBy: inside?.condition.step.Name ?? null };
  });
}

const IMAGE_MEMBERS: ReadonlySet<string> = new Set(['ImageUri', 'TrainingImage', 'Image']);

/** The images that a document names; one that is an expression is given as the JSON of it. */
export function plannedImages(document: PipelineDocument): PlannedImage[] {
  const users = new Map<string, string[]>();
  for (const { step } of graphOf(document).steps.values()) {
    if (step.Type === 'Condition') continue;
    for (const image of new Set(imagesIn(step.Arguments))) {
      const steps = users.get(image);
      if (steps === undefined) users.set(image, [step.Name]);
      else steps.push(step.Name);
    }
  }
  return [...users].map(([image, steps]) => ({ image, steps }));
}

function imagesIn(value: Json): string[] {
  if (Array.isArray(value)) return value.flatMap((element: Json) => imagesIn(element));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    if (!IMAGE_MEMBERS.has(key)) return imagesIn(member);
    return [typeof member === 'string' ? member : JSON.stringify(member)];
  });
}

/** A plan as text for people. */
export function planText(plan: Plan): string {
  const { target, region, role, bucket } = plan;
  const sections = [
    `${plan.pipeline} on ${target === 'local' ? 'this machine' : target} (dry run: nothing is started)`,
    section('settings', [
      ['region', region.value, region.from],
      ...accountRow('role', role, target),
      ...accountRow('bucket', bucket, target),
      ...Object.entries(plan.tags).map(([key, value]) => ['tag', `${key}=${value}`, '']),
    ]),
    section(
      'steps',
      plan.steps.map(({ name, type, waitsFor }) => [name, type, after(waitsFor)]),
    ),
    section(
      'parameters',
      plan.parameters.map(({ name, value, from }) => [name, String(value), from]),
    ),
    section(
      'images',
      plan.images.map(({ image, steps }) => [image, steps.join(', ')]),
    ),
  ];
  return `${sections.filter((text) => text !== '').join('\n\n')}\n`;
}

// On this machine there is no account, so that nothing is missing when neither is given.
function accountRow(title: string, setting: Setting | null, target: Target): string[][] {
  if (setting === null) return target === 'local' ? [] : [[title, 'none given', '']];
  return [[title, setting.value, setting.from]];
}

function after(steps: readonly string[]): string {
  return steps.length === 0 ? '' : `after ${steps.join(', ')}`;
}

function section(title: string, rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')}`.trimEnd());
  return [title, ...lines].join('\n');
}
