import type { Json, JsonObject } from '../definition/document.ts';
import { isExpression, isObject } from '../definition/expression.ts';
import { parseReference } from '../definition/reference.ts';
import type { StepFiles } from './read-run-folder.ts';
import type { Story, StoryStep } from './story.ts';

/** Something that steps make or read: data, code, a model, a package. */
export interface Artefact {
  readonly id: string;
  readonly kind: 'data' | 'code' | 'model' | 'package' | 'predictions';
  /** Where it is, or what it is called. */
  readonly target: string;
  readonly madeBy: readonly string[];
  readonly readBy: readonly string[];
}

interface Found {
  readonly kind: Artefact['kind'];
  readonly target: string;
}

interface Touched {
  readonly reads: readonly Found[];
  readonly makes: readonly Found[];
}

interface Known {
  found: Found;
  readonly madeBy: Set<string>;
  readonly readBy: Set<string>;
}

/** What came from where: inputs, what jobs made of them, models, packages, predictions. */
export function lineageOf(story: Story, files: ReadonlyMap<string, StepFiles>): Artefact[] {
  const { steps, run } = story;
  const touched = new Map(
    // What a skipped step would have read was read by nobody.
    steps
      .filter(({ state }) => run === undefined || !(state === 'skipped' || state === 'waiting'))
      .map((step) => [step.name, touchedBy(step, files.get(step.name)?.arguments, resolver(story))] as const),
  );
  const known = new Map<string, Known>();
  const entry = (found: Found): Known => {
    const key = found.target.replace(/\/$/, '');
    let artefact = known.get(key);
    if (artefact === undefined) known.set(key, (artefact = { found, madeBy: new Set(), readBy: new Set() }));
    // What somebody takes for a model is one, also when a processing job made it.
    else if (artefact.found.kind === 'data' && found.kind === 'model')
      artefact.found = { ...artefact.found, kind: 'model' };
    return artefact;
  };
  for (const [step, { makes }] of touched) for (const found of makes) entry(found).madeBy.add(step);
  const made = new Set(known.keys());
  for (const [step, { reads }] of touched) {
    for (const found of reads) {
      const artefact = entry(madeAround(found, made));
      artefact.readBy.add(step);
      const maker = /^Steps\.([^.[]+)/.exec(found.target)?.[1];
      if (maker !== undefined && touched.has(maker)) artefact.madeBy.add(maker);
    }
  }
  return [...known.values()].map(({ found, madeBy, readBy }, index) => ({
    id: `artefact-${index + 1}`,
    ...found,
    madeBy: [...madeBy],
    readBy: [...readBy],
  }));
}

/** A file below an output, or the output that a file lies in, is that output. */
function madeAround(found: Found, made: ReadonlySet<string>): Found {
  for (
    let target = found.target.replace(/\/$/, '');
    target.length > 5;
    target = target.slice(0, target.lastIndexOf('/'))
  ) {
    if (made.has(target)) return { ...found, target };
    if (!target.includes('/')) break;
  }
  return found;
}

type Resolve = (target: string) => string;

/**
 * Puts in for references what the run said of them: a step that was not run anew, or ran elsewhere, left no arguments of its own.
 */
function resolver({ steps, run }: Story): Resolve {
  const byName = new Map(steps.map((step) => [step.name, step]));
  const meaningOf = (reference: string): string | undefined => {
    const [, root, name = '', rest = ''] = /^([A-Za-z]+)\.([^.]+)\.?(.*)$/s.exec(reference) ?? [];
    if (root === 'Execution') return name === 'PipelineExecutionId' ? run?.run : undefined;
    if (root === 'Parameters') {
      const value = run?.parameters[name];
      return value === undefined || value === null ? undefined : String(value);
    }
    const step = root === 'Steps' ? byName.get(name) : undefined;
    if (step === undefined) return undefined;
    if (rest === 'ModelName') return typeof step.facts['model'] === 'string' ? step.facts['model'] : undefined;
    if (rest === 'ModelPackageArn') return named(step, step.facts['modelPackage']).target;
    const title = rest.startsWith('ModelArtifacts') ? 'model' : rest;
    return step.outputs.find((output) => output.title === title)?.target;
  };
  return (target) => {
    if (/^(?:Steps|Parameters)\./.test(target)) return meaningOf(target) ?? target;
    return target.replaceAll(
      /\{((?:Steps|Parameters|Execution)\.[^{}]*)\}/g,
      (all, inner: string) => meaningOf(inner) ?? all,
    );
  };
}

function touchedBy(step: StoryStep, given: Json | undefined, resolve: Resolve): Touched {
  const reads: Found[] = [];
  // Of a search for hyperparameters there is a model for every job: the best comes first, and is what others read.
  const outputs = step.type === 'Tuning' ? step.outputs.slice(0, 1) : step.outputs;
  const makes: Found[] = outputs.map(({ title, target }) => ({ kind: kindOfOutput(step, title), target }));
  const declared = given ?? withoutBranches(step);
  walk(declared, [], (value, keys) => {
    const seen = foundAt(value, keys, step);
    if (seen === undefined) return;
    const found = given === undefined ? { ...seen, target: resolve(seen.target) } : seen;
    if (!keys.some((key) => typeof key === 'string' && /Output/.test(key) && key !== 'OutputName')) reads.push(found);
    else if (step.outputs.length === 0 && !found.target.startsWith('Steps.')) {
      makes.push({ ...found, kind: kindOfOutput(step, '') });
    }
  });
  const { model, modelPackage } = step.facts;
  if (typeof model === 'string') makes.push({ kind: 'model', target: model });
  else if (step.type === 'Model' || step.type === 'RegisterModel') makes.push(named(step, modelPackage));
  return { reads, makes: step.state === 'failed' ? step.outputs.map((link) => ({ kind: 'data', ...link })) : makes };
}

function named(step: StoryStep, modelPackage: Json | undefined): Found {
  if (typeof modelPackage === 'string') return { kind: 'package', target: modelPackage };
  const { group, version } = step.facts;
  if (typeof group === 'string' && typeof version === 'number')
    return { kind: 'package', target: `${group}/${version}` };
  const property = step.type === 'Model' ? 'ModelName' : 'ModelPackageArn';
  return { kind: step.type === 'Model' ? 'model' : 'package', target: `Steps.${step.name}.${property}` };
}

function kindOfOutput({ type }: StoryStep, title: string): Artefact['kind'] {
  if (type === 'Transform' || /^predictions?$/i.test(title)) return 'predictions';
  return (type === 'Training' || type === 'Tuning') && title !== 'output' ? 'model' : 'data';
}

const PLACES: ReadonlySet<Json> = new Set(['S3Uri', 'ModelDataUrl', 'S3OutputPath', 'sagemaker_submit_directory']);
const NAMES: ReadonlySet<Json> = new Set(['ModelName', 'ModelPackageName']);

function foundAt(value: Json, keys: readonly (string | number)[], step: StoryStep): Found | undefined {
  const key = keys.at(-1)!;
  const isName = NAMES.has(key) && !(step.type === 'Model' && key === 'ModelName');
  if (!isName && !PLACES.has(key) && key !== 'SAGEMAKER_SUBMIT_DIRECTORY') return undefined;
  const target = targetOf(value);
  if (target === undefined || target === '') return undefined;
  if (key === 'ModelName') return { kind: 'model', target };
  if (key === 'ModelPackageName') return { kind: 'package', target };
  if (key === 'ModelDataUrl' || target.endsWith('/model.tar.gz')) return { kind: 'model', target };
  const isCode = /submit_directory/i.test(String(key)) || /\/assets\/[0-9a-f]{64}\//.test(target);
  return { kind: isCode ? 'code' : 'data', target };
}

/** A text, or in a document what an expression refers to. */
function targetOf(value: Json): string | undefined {
  if (typeof value === 'string') return value.replace(/^"(.*)"$/, '$1');
  if (!isExpression(value)) return undefined;
  if (typeof value['Get'] === 'string') {
    const reference = parseReference(value['Get']);
    if (reference.root !== 'Steps') return value['Get'];
    // Whichever property of a model or package says its name.
    return /\.(?:ModelName|ModelPackageArn)$/.test(value['Get'])
      ? `Steps.${reference.step}.${value['Get'].split('.').at(-1)}`
      : value['Get'].replace(/^(Steps\.[^.]+)\..*Outputs\['([^']+)'\].*$/, '$1.$2');
  }
  const join = isObject(value['Std:Join']) ? value['Std:Join'] : undefined;
  if (join === undefined || !Array.isArray(join['Values'])) return undefined;
  const parts = (join['Values'] as readonly Json[]).map((part) => {
    return typeof part === 'string' || typeof part === 'number' ? String(part) : `{${targetOf(part) ?? '…'}}`;
  });
  return parts.join(typeof join['On'] === 'string' ? join['On'] : '');
}

function withoutBranches({ document, type }: StoryStep): Json {
  const given: JsonObject = isObject(document.Arguments) ? document.Arguments : {};
  if (type !== 'Condition') return given;
  const { IfSteps: _, ElseSteps: __, ...rest } = given;
  return rest;
}

const DEEPEST = 60;

function walk(
  value: Json | undefined,
  keys: readonly (string | number)[],
  see: (value: Json, keys: readonly (string | number)[]) => void,
): void {
  if (value === undefined || keys.length > DEEPEST) return;
  if (keys.length > 0) see(value, keys);
  if (isExpression(value)) return;
  if (Array.isArray(value)) {
    for (const [index, element] of (value as readonly Json[]).entries()) walk(element, [...keys, index], see);
  } else if (isObject(value)) {
    for (const [key, member] of Object.entries(value)) walk(member, [...keys, key], see);
  }
}

/** The end of a place says more than its beginning, and the name of the run nothing that is not said already. */
export function endOf({ target, kind }: Artefact, run: string | undefined): string {
  const parts = target
    .replace(/\/$/, '')
    .split('/')
    .filter((part) => part !== run);
  const isPackage = target.includes(':model-package/');
  if (!isPackage && !target.startsWith('s3:')) return target.replace(/^(?:Steps|Parameters)\./, '');
  const end = parts.slice(kind === 'code' ? -1 : -2).join('/');
  return end === '' ? target : end;
}
