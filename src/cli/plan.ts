import { IMAGE_MEMBERS } from '../aws/image-uri.ts';
import type { Json, PipelineDocument } from '../definition/document.ts';
import type { AnnouncedStep } from '../definition/events.ts';
import { isObject } from '../definition/expression.ts';
import { graphOf } from '../definition/graph.ts';
import type { RunParameter } from './parameters.ts';
import { sectionText } from './render/table.ts';
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
  /** On Step Functions: the environment, whose stack makes the roles. */
  readonly environment: string | null;
  readonly bucket: Setting | null;
  readonly description: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly wait: boolean;
  /** In the order in which they can start. */
  readonly steps: readonly AnnouncedStep[];
  readonly parameters: readonly RunParameter[];
  readonly images: readonly PlannedImage[];
}

/** A container image and the steps that use it. */
interface PlannedImage {
  readonly image: string;
  readonly steps: readonly string[];
}

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
    `${plan.pipeline} on ${target === 'local' ? 'this machine' : target} (dry run: nothing is started)\n`,
    sectionText('settings', [
      ['region', region.value, region.from],
      ...(role === null && plan.environment !== null
        ? [['role', 'made by the stack', `--environment ${plan.environment}`]]
        : accountRow('role', role, target)),
      ...accountRow('bucket', bucket, target),
      ...Object.entries(plan.tags).map(([key, value]) => ['tag', `${key}=${value}`, '']),
    ]),
    sectionText(
      'steps',
      plan.steps.map(({ name, type, waitsFor }) => [name, type, after(waitsFor)]),
    ),
    sectionText(
      'parameters',
      plan.parameters.map(({ name, value, from }) => [name, String(value), from]),
    ),
    sectionText(
      'images',
      plan.images.map(({ image, steps }) => [image, steps.join(', ')]),
    ),
  ];
  return sections.filter((text) => text !== '').join('\n');
}

// On this machine there is no account, so that nothing is missing when neither is given.
function accountRow(title: string, setting: Setting | null, target: Target): string[][] {
  if (setting === null) return target === 'local' ? [] : [[title, 'none given', '']];
  return [[title, setting.value, setting.from]];
}

function after(steps: readonly string[]): string {
  return steps.length === 0 ? '' : `after ${steps.join(', ')}`;
}
