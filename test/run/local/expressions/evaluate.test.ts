import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../../../src/definition/document.ts';
import { allHold } from '../../../../src/run/local/expressions/conditions.ts';
import { readPath } from '../../../../src/run/local/expressions/json-path.ts';
import { type Scope, evaluate, foldBefore } from '../../../../src/run/local/expressions/scope.ts';

const FILES: Readonly<Record<string, Json>> = {
  's3://b/e/x.json': { a: { b: [1, { 'k.l': 'v' }] }, none: null, trap: { Get: 'Parameters.Name' } },
};

const scope: Scope = {
  parameters: { Name: 'n', Count: 3, Half: 0.5, Yes: true },
  execution: { PipelineExecutionId: 'e', PipelineName: 'p' },
  experiment: { ExperimentName: 'x' },
  now: () => new Date('2026-01-02T03:04:05.678Z'),
  stepProperties: (step) =>
    step === 'Prep'
      ? { Outputs: [{ OutputName: 'train', S3Output: { S3Uri: 's3://b/e' } }], HyperParameters: { 'a b': '1' } }
      : undefined,
  propertyFile: (step, name) => Promise.resolve({ metrics: { mse: 4.5 }, from: `${step}/${name}` }),
  jsonAt: (uri) => (uri in FILES ? Promise.resolve(FILES[uri]!) : Promise.reject(new Error(`nothing at ${uri}`))),
};

const get = (text: string): JsonObject => ({ Get: text });
const join = (on: string, ...values: Json[]): JsonObject => ({ 'Std:Join': { On: on, Values: values } });
const jsonGet = (body: JsonObject): JsonObject => ({ 'Std:JsonGet': body });

describe('an expression', () => {
  test.each<[string, Json, Json]>([
    [
      'a parameter of any type',
      [get('Parameters.Name'), get('Parameters.Count'), get('Parameters.Yes')],
      ['n', 3, true],
    ],
    ['an execution variable', get('Execution.PipelineExecutionId'), 'e'],
    ['the time', get('Execution.CurrentDateTime'), '2026-01-02T03:04:05.678Z'],
    ['the name of its own job', get('Execution.TrainingJobName'), 'job-1'],
    ['the experiment', get('PipelineExperimentConfig.ExperimentName'), 'x'],
    ['a property by name', get("Steps.Prep.Outputs['train'].S3Output.S3Uri"), 's3://b/e'],
    ['a property by position', get('Steps.Prep.Outputs[0].OutputName'), 'train'],
    ['a key with a space', get("Steps.Prep.HyperParameters['a b']"), '1'],
    [
      'a join of all kinds',
      join('/', 's3:/', get('Parameters.Count'), get('Parameters.Half'), get('Parameters.Yes')),
      's3://3/0.5/true',
    ],
    ['a join in a join', join('-', join('+', 'a', 'b'), 'c'), 'a+b-c'],
    ['an empty join', join(','), ''],
    ['a property file', jsonGet({ PropertyFile: get('Steps.Prep.PropertyFiles.Ev'), Path: 'metrics.mse' }), 4.5],
    [
      'a file in S3',
      jsonGet({ S3Uri: join('/', get("Steps.Prep.Outputs['train'].S3Output.S3Uri"), 'x.json'), Path: "a.b[1]['k.l']" }),
      'v',
    ],
    [
      'a file in a join',
      join('=', 'mse', jsonGet({ PropertyFile: get('Steps.Prep.PropertyFiles.Ev'), Path: 'metrics.mse' })),
      'mse=4.5',
    ],
  ])('stands for %s', async (_, expression, value) => {
    expect(await evaluate(expression, scope, { TrainingJobName: 'job-1' })).toEqual(value);
  });

  test.each<[string, Json, string]>([
    ['parameter', get('Parameters.Nane'), 'did you mean "Name"?'],
    ['variable', get('Execution.PipelineNam'), 'did you mean "PipelineName"?'],
    ['property', get("Steps.Prep.Outputs['trian'].S3Output.S3Uri"), 'did you mean "train"?'],
  ])('for an unknown %s says what is near', async (_, expression, fix) => {
    await expect(evaluate(expression, scope)).rejects.toMatchObject({ code: 'unknown-value', fix });
  });

  test('of a step that has not run is an error that names it', async () => {
    await expect(evaluate(get('Steps.Later.X'), scope)).rejects.toMatchObject({ detail: 'Later has not ended well' });
  });

  test.each(['none', 'trap', 'a'])('that leads to no plain value in a file is an error: %s', async (Path) => {
    const expression = jsonGet({ S3Uri: join('', 's3://b/e/x.json'), Path });
    await expect(evaluate(expression, scope)).rejects.toMatchObject({
      message: 'A Std:JsonGet cannot be read: it leads to no text, number or truth value',
    });
  });

  test('keeps what nobody knows before the run', () => {
    expect(foldBefore(join('/', get('Parameters.Name'), get('Steps.Prep.X')), scope)).toEqual(
      join('/', 'n', get('Steps.Prep.X')),
    );
  });

  test('a list cannot be a piece of a text', async () => {
    await expect(evaluate(join('', get('Steps.Prep.Outputs')), scope)).rejects.toMatchObject({ code: 'cannot-join' });
  });
});

describe('a path into a file', () => {
  const file = { a: [{ b: 1 }, { b: 2 }], 'c d': { "e'": true } };
  test.each<[string, Json]>([
    ['a[0].b', 1],
    ['$.a[-1].b', 2],
    ['["c d"]["e\'"]', true],
    ["$['a'][1]['b']", 2],
  ])('%s leads to one value', (path, value) => {
    expect(readPath(file, path, 'x')).toBe(value);
  });

  test.each(['a[*].b', '$..b', 'a[0:1]', 'a[?(@.b)]'])('%s is not taken', (path) => {
    expect(() => readPath(file, path, 'x')).toThrow('is not understood');
  });

  test('that leads nowhere says how far it came', () => {
    expect(() => readPath(file, 'a[0].c', 'x')).toThrow('x has nothing at a[0].c');
  });
});

describe('conditions', () => {
  const compare = (Type: string, LeftValue: Json, RightValue: Json): JsonObject => ({ Type, LeftValue, RightValue });
  test.each<[boolean, JsonObject]>([
    [true, compare('Equals', 1, 1)],
    [false, compare('Equals', true, false)],
    [true, compare('GreaterThan', 2, 1.5)],
    [false, compare('GreaterThan', 2, 2)],
    [true, compare('GreaterThanOrEqualTo', 2, 2)],
    [true, compare('LessThan', 'a', 'b')],
    [true, compare('LessThanOrEqualTo', -1, 0)],
    [true, { Type: 'In', QueryValue: 'b', Values: ['a', 'b'] }],
    [false, { Type: 'In', QueryValue: '1', Values: [1] }],
    [true, { Type: 'Not', Condition: compare('Equals', 1, 2) }],
    [true, { Type: 'Or', Conditions: [compare('Equals', 1, 2), compare('Equals', 1, 1)] }],
  ])('come out as %s: %j', (holds, condition) => {
    expect(allHold([condition])).toBe(holds);
  });

  test('hold when all hold, and when there are none', () => {
    expect([allHold([compare('Equals', 1, 1), compare('Equals', 1, 2)]), allHold([])]).toEqual([false, true]);
  });

  test.each<[string, JsonObject]>([
    ['GreaterThan cannot compare "5" with 4', compare('GreaterThan', '5', 4)],
    ['Equals cannot compare 1 with true', compare('Equals', 1, true)],
    ['there is no condition of the type "Near"', compare('Near', 1, 1)],
    ['"Equals" has no RightValue', { Type: 'Equals', LeftValue: 1 }],
  ])('that cannot be told are errors: %s', (message, condition) => {
    expect(() => allHold([condition])).toThrow(message);
  });
});
