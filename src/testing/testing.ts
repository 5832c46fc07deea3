// What a user's tests are written with: the entry point `sagemaker-pipelines/testing`. It throws AssertionError, which
// every test runner understands.
import { AssertionError } from 'node:assert';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { emit } from '../builder/emit.ts';
import type { Pipeline } from '../builder/pipeline.ts';
import { check } from '../check/check.ts';
import { type Assembly, originOf } from '../definition/assembly.ts';
import { bind } from '../definition/bind.ts';
import { type Diagnostic, formatDiagnostic } from '../definition/diagnostic.ts';
import type { Json, PipelineDocument, StepDocument } from '../definition/document.ts';
import { isObject } from '../definition/expression.ts';
import { type Graph, graphOf } from '../definition/graph.ts';
import { type Path, child, formatPath } from '../definition/path.ts';
import { parse } from '../definition/parse.ts';
import { didYouMean } from '../definition/suggest.ts';
import { diffText } from '../emit/diff-text.ts';
import { diffDocuments } from '../emit/diff.ts';
import { toJson } from '../emit/json.ts';

/** Where a pipeline is emitted for in a test. */
export interface EmittedFor {
  /** us-east-1 when left out. */
  readonly region?: string | undefined;
  /** Bound to these when given; else both stay the parameters that they are. */
  readonly bucket?: string | undefined;
  readonly roleArn?: string | undefined;
}

/** A pipeline's document, without an error in it. */
export interface Emitted {
  readonly name: string;
  /** With the hash of each asset replaced by its name, so that an edited script changes no test of the pipeline. */
  readonly definition: PipelineDocument;
  /** What is to be said of it all the same. */
  readonly warnings: readonly Diagnostic[];
  /** Where the author wrote what stands at a path of the definition. */
  readonly origins: Readonly<Record<string, string>>;
}

/**
 * Emits a pipeline and checks it; every error is a failed assertion.
 *
 * @example const pipeline = emitted(batchInference, { region: 'eu-west-1' });
 */
export function emitted(pipeline: Pipeline, { region = 'us-east-1', bucket, roleArn }: EmittedFor = {}): Emitted {
  const assembly = emit(pipeline, { region });
  const found = [...assembly.diagnostics, ...check(assembly.definition, assembly.origins)];
  const errors = found.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) {
    fail(
      emitted,
      `${assembly.name} is not as AWS wants it:\n${errors.map((error) => formatDiagnostic(error)).join('\n')}`,
    );
  }
  const definition = withAssetNames(bind(assembly.definition, { bucket, roleArn }), assembly);
  const warnings = found.filter(({ severity }) => severity !== 'error');
  return { name: assembly.name, definition, warnings, origins: assembly.origins };
}

/** One step of the document, at whatever depth. */
export function stepOf({ definition }: Emitted, name: string): StepDocument {
  return placeOf(graphOf(definition), name, stepOf).step;
}

/**
 * Asserts that a step is like this: members that are not named may be anything, lists have to be named whole.
 *
 * @example assertStep(pipeline, 'Predict', { Arguments: { DataProcessing: { JoinSource: 'Input' } } });
 */
export function assertStep(
  { definition, origins }: Emitted,
  name: string,
  expected: Partial<Record<string, unknown>>,
): void {
  const { step, path } = placeOf(graphOf(definition), name, assertStep);
  const differences = [...differencesOf(step as unknown as Json, expected as Json, path)];
  if (differences.length === 0) return;
  const lines = differences.map(({ path: at, actual, wanted }) => {
    const origin = originOf(origins, formatPath(at));
    return `  ${formatPath(at)}: expected ${show(wanted)}, is ${show(actual)}${origin === undefined ? '' : `\n    at ${origin}`}`;
  });
  fail(assertStep, `Step ${name} is not as expected:\n${lines.join('\n')}`, step, expected);
}

/**
 * Asserts what a step waits for: the steps that it reads from or depends on, no more and no less.
 *
 * @example assertWaitsFor(pipeline, 'Predict', ['Prepare']);
 */
export function assertWaitsFor({ definition }: Emitted, name: string, steps: readonly string[]): void {
  const graph = graphOf(definition);
  placeOf(graph, name, assertWaitsFor);
  const actual = new Set(
    graph.edges.filter(({ step, kind }) => step === name && kind !== 'branch').map(({ needs }) => needs),
  );
  const missing = steps.filter((step) => !actual.has(step));
  const more = [...actual].filter((step) => !steps.includes(step));
  if (missing.length === 0 && more.length === 0) return;
  const said = [
    ...(missing.length === 0 ? [] : [`not for ${missing.join(', ')}`]),
    ...(more.length === 0 ? [] : [`also for ${more.join(', ')}`]),
  ];
  fail(assertWaitsFor, `Step ${name} does not wait as expected: ${said.join(', ')}`, [...actual], steps);
}

/** How a snapshot is kept. */
export interface SnapshotOptions {
  /** Writes the document over the file in the place of comparing them. */
  readonly update?: boolean | undefined;
}

/**
 * Asserts that the document is the one in a file, which is written when there is none; what differs is shown by step and
 * path. `JSON.stringify` of `definition` does for a test runner's own snapshots.
 *
 * @example assertSnapshot(pipeline, join(import.meta.dirname, 'batch-inference.json'), { update: process.argv.includes('-u') });
 */
export function assertSnapshot(
  { definition, name }: Emitted,
  file: string,
  { update = false }: SnapshotOptions = {},
): void {
  if (update || !existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, toJson(definition));
    return;
  }
  const { document: before } = parse(readFileSync(file, 'utf8'));
  if (before === undefined) fail(assertSnapshot, `${file} holds no pipeline definition`);
  const changes = diffDocuments(before, definition);
  if (changes.length === 0) return;
  fail(assertSnapshot, `${name} is not what ${file} holds:\n${diffText(changes)}`, definition, before);
}

function placeOf(graph: Graph, name: string, caller: (...args: never[]) => unknown) {
  const place = graph.steps.get(name);
  if (place !== undefined) return place;
  const names = [...graph.steps.keys()];
  const near = didYouMean(name, names);
  return fail(
    caller,
    `There is no step ${name}; there are: ${names.join(', ')}${near === undefined ? '' : ` (${near})`}`,
  );
}

interface Difference {
  readonly path: Path;
  readonly actual: Json | undefined;
  readonly wanted: Json | undefined;
}

function* differencesOf(actual: Json | undefined, wanted: Json | undefined, path: Path): Generator<Difference> {
  if (isObject(wanted) && isObject(actual)) {
    for (const [key, member] of Object.entries(wanted)) {
      yield* differencesOf(Object.hasOwn(actual, key) ? actual[key] : undefined, member, child(path, key));
    }
    return;
  }
  if (Array.isArray(wanted) && Array.isArray(actual) && wanted.length === actual.length) {
    const elements = actual as readonly Json[];
    for (const [index, element] of (wanted as readonly Json[]).entries()) {
      yield* differencesOf(elements[index], element, child(path, index));
    }
    return;
  }
  if (actual !== wanted) yield { path, actual, wanted };
}

function withAssetNames(definition: PipelineDocument, { assets }: Assembly): PipelineDocument {
  let text = JSON.stringify(definition);
  for (const { hash, path } of assets) text = text.replaceAll(`assets/${hash}`, `assets/${basename(path)}`);
  return JSON.parse(text) as PipelineDocument;
}

function show(value: Json | undefined): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

function fail(caller: (...args: never[]) => unknown, message: string, actual?: unknown, expected?: unknown): never {
  throw new AssertionError({ message, actual, expected, stackStartFn: caller, operator: caller.name });
}
