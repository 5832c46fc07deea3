import { readFileSync, readdirSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import { describe, expect, test } from 'vitest';
import { type Json, type PipelineDocument, type StepDocument, walkSteps } from 'sagemaker-pipelines';
import * as fc from '../support/fast-check.ts';
import { shapeOf } from '../../src/aws/shapes.ts';
import { stepShapes } from '../../src/aws/step-shapes.ts';
import { requests } from '../../src/check/arguments.ts';
import type { Subject } from '../../src/check/rule.ts';
import { isExpression, isObject } from '../../src/definition/expression.ts';
import { graphOf } from '../../src/definition/graph.ts';
import { child } from '../../src/definition/path.ts';
import { schemaOf } from './schema.ts';

const GOLDEN = new URL('../golden/sdk/', import.meta.url);
const RUNS = 2000;

/** The steps of what the Python SDK emits that make a request of AWS's. */
const steps = readdirSync(GOLDEN)
  .filter((file) => file.endsWith('.json') && file !== 'gaps.json')
  .flatMap((file) => {
    const document = JSON.parse(readFileSync(new URL(file, GOLDEN), 'utf8')) as PipelineDocument;
    return [...walkSteps(document)].map(({ step }) => step);
  })
  .filter((step) => stepShapes(step.Type) !== undefined);

const oracles = new Map<string, ValidateFunction>();

function oracleOf(type: string): ValidateFunction {
  const { request } = stepShapes(type)!;
  let oracle = oracles.get(request);
  if (oracle === undefined) {
    oracle = new Ajv({ strict: false }).compile(schemaOf(request));
    oracles.set(request, oracle);
  }
  return oracle;
}

/** Whether our walker has anything to say of a step's arguments. */
function isFaulty(step: StepDocument): boolean {
  const document = { Version: '2020-12-01', Steps: [step] };
  const subject: Subject = {
    document,
    graph: graphOf(document),
    parameters: new Map(),
    shared: new Set(),
    read: { parameters: new Set(), files: new Set() },
    suggest: () => undefined,
  };
  const place = { step, path: child(child(undefined, 'Steps'), 0), inside: undefined };
  return [...requests.check(place, subject)].length > 0;
}

/** The same value with a literal that fits in place of each expression, and without what is not given. */
function closed(value: Json, name: string | undefined): Json {
  const shape = name === undefined ? undefined : shapeOf(name);
  if (isExpression(value)) return shape === undefined ? 'text' : literal(shape.name);
  if (Array.isArray(value)) {
    return (value as Json[])
      .filter((inner) => inner !== null)
      .map((inner) => closed(inner, shape?.kind === 'list' ? shape.element : undefined));
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(
    entries.map(([key, inner]) => {
      const member =
        shape?.kind === 'structure' ? shape.members.get(key)?.shape : shape?.kind === 'map' ? shape.value : undefined;
      return [key, closed(inner, member)];
    }),
  );
}

const TEXTS = [
  's3://bucket/key',
  'text',
  'arn:aws:iam::111122223333:role/Pipelines',
  'text/csv',
  'name',
  '1.0.0',
  '1.0',
];

function literal(name: string): Json {
  const shape = shapeOf(name);
  switch (shape.kind) {
    case 'enum':
      return [...shape.values][0]!;
    case 'integer':
    case 'float':
      return shape.range.least ?? 1;
    case 'boolean':
      return true;
    case 'text': {
      const { length, pattern } = shape;
      const fitting = TEXTS.find((text) => text.length >= (length.least ?? 0) && pattern?.test(text) !== false);
      if (fitting === undefined) throw new Error(`no text of the test fits ${name}`);
      return fitting;
    }
    default:
      return 'text';
  }
}

type Key = string | number;

/** The paths of all values in a value. */
function pathsIn(value: Json, path: readonly Key[] = []): (readonly Key[])[] {
  if (typeof value !== 'object' || value === null || isExpression(value)) return [path];
  const inner = Object.entries<Json>(value);
  return [
    path,
    ...inner.flatMap(([key, member]) => pathsIn(member, [...path, Array.isArray(value) ? Number(key) : key])),
  ];
}

type Mutation = (owner: Record<Key, unknown> & { splice?: unknown }, key: Key) => void;

const REPLACEMENTS: readonly Json[] = [
  '',
  'a',
  'x'.repeat(5000),
  'S3Prefix',
  'ml.m5.large',
  'with spaces',
  'line\nbreak',
  '-',
  0,
  -1,
  1,
  2.5,
  1e9,
  2 ** 60,
  true,
  false,
  [],
  {},
  ['a'],
  { a: 'b' },
  { Name: 'x', Value: 'y' },
  's3://bucket/key',
  'None',
  '12',
  'ä',
];

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.constantFrom(...REPLACEMENTS).map(
    (value): Mutation =>
      (owner, key) =>
        void (owner[key] = structuredClone(value)),
  ),
  fc.constant<Mutation>((owner, key) => {
    if (Array.isArray(owner)) owner.splice(Number(key), 1);
    else delete owner[key];
  }),
  fc
    .string({ minLength: 1, maxLength: 12 })
    .filter((name) => name !== '__proto__')
    .map((name): Mutation => (owner, key) => {
      if (Array.isArray(owner)) return;
      owner[name] = owner[key];
      delete owner[key];
    }),
  fc.integer({ min: 1, max: 120 }).map((times): Mutation => (owner, key) => {
    if (Array.isArray(owner))
      for (let copy = 0; copy < times; copy++) owner.push(structuredClone(owner[key as number]));
  }),
);

const mutated = fc
  .tuple(fc.constantFrom(...steps), fc.array(fc.tuple(fc.nat(), mutation), { maxLength: 3 }))
  .map(([step, mutations]) => {
    const changed = structuredClone(step) as { Arguments: Json } & StepDocument;
    for (const [seed, mutate] of mutations) {
      const paths = pathsIn(changed.Arguments).filter((path) => path.length > 0);
      const path = paths[seed % paths.length];
      if (path === undefined) continue;
      const owner = path
        .slice(0, -1)
        .reduce<unknown>((value, key) => (value as Record<Key, unknown>)[key], changed.Arguments);
      mutate(owner as Record<Key, unknown>, path.at(-1)!);
    }
    return changed;
  });

/** What stands for a whole list or object is a fault of expressions, which the oracle does not know. */
function isHeldOpen(value: Json, name: string | undefined): boolean {
  if (name === undefined || typeof value !== 'object' || value === null) return false;
  const shape = shapeOf(name);
  if (isExpression(value)) return ['structure', 'list', 'map'].includes(shape.kind);
  if (Array.isArray(value))
    return (value as Json[]).some((inner) => isHeldOpen(inner, shape.kind === 'list' ? shape.element : undefined));
  return Object.entries(value as Record<string, Json>).some(([key, inner]) =>
    isHeldOpen(
      inner,
      shape.kind === 'structure' ? shape.members.get(key)?.shape : shape.kind === 'map' ? shape.value : undefined,
    ),
  );
}

describe('the arguments of steps', () => {
  test('are there for most types of steps', () => {
    expect(new Set(steps.map(({ Type }) => Type)).size).toBeGreaterThanOrEqual(5);
  });

  test('have the verdict that ajv has on the same schema, however they are changed', () => {
    let faulty = 0;
    fc.assert(
      fc.property(mutated, (step) => {
        const { request } = stepShapes(step.Type)!;
        fc.pre(!isHeldOpen(step.Arguments, request));
        const oracle = oracleOf(step.Type);
        const ours = isFaulty(step);
        const theirs = !oracle(closed(step.Arguments, request));
        if (theirs) faulty++;
        expect(ours, `ajv: ${JSON.stringify(oracle.errors)}`).toBe(theirs);
      }),
      { numRuns: RUNS },
    );
    expect(faulty).toBeGreaterThan(RUNS / 4);
  });
});
