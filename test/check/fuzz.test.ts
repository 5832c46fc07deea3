import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Json, type PipelineDocument, check, checkText } from 'sagemaker-pipelines';
import * as fc from '../support/fast-check.ts';

const GOLDEN = new URL('../golden/sdk/', import.meta.url);
const documents = readdirSync(GOLDEN)
  .filter((file) => file.endsWith('.json') && file !== 'gaps.json')
  .map((file) => readFileSync(new URL(file, GOLDEN), 'utf8'));

const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>,
  fc.constantFrom<Json>(
    null,
    '\uD800',
    '__proto__',
    2 ** 53 + 2,
    1e308,
    -0,
    { Get: 'Steps.' },
    { Get: 'Steps.a.b[99999999999999999999]' },
    { Get: "Steps.a['" },
    { Get: '\uDFFF.x' },
    { 'Std:Join': null },
    { 'Std:Join': { On: 1, Values: [{ 'Std:JsonGet': { PropertyFile: { Get: 'x' } } }] } },
    { Type: 'Not', Condition: { Type: 'Or', Conditions: [{}] } },
    [[[]]],
    JSON.parse(
      '{"__proto__": {"Name": "x"}, "constructor": 1, "toString": {"Get": "Parameters.hasOwnProperty"}}',
    ) as Json,
  ),
);

/** Puts a value in place of one in a document: the one that is met after so many others. */
function replaceAt(text: string, place: number, value: Json): unknown {
  let met = 0;
  return JSON.parse(text, (_, member: unknown) => (met++ === place ? value : member));
}

describe('check', () => {
  test('takes any JSON value', () => {
    fc.assert(
      fc.property(odd, (value) => {
        const faults = check(value as unknown as PipelineDocument);
        expect(faults.length).toBeGreaterThan(0);
        expect(faults.every(({ path, message }) => typeof path === 'string' && message !== '')).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('takes any JSON value at any place of a real document', () => {
    fc.assert(
      fc.property(fc.constantFrom(...documents), fc.nat(400), odd, (text, place, value) => {
        const document = replaceAt(text, place, value) as PipelineDocument;
        const before = JSON.stringify(document);
        const faults = check(document);
        expect(JSON.stringify(document)).toBe(before);
        expect(new Set(faults.map(({ code, path, message }) => `${code} ${path} ${message}`)).size).toBe(faults.length);
      }),
      { numRuns: 1500 },
    );
  });

  test('takes any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(checkText(text).length).toBeGreaterThan(0);
      }),
    );
  });

  test.each<[string, (inner: string) => string]>([
    ['arguments', (inner) => `{"Name": "A", "Type": "Processing", "Arguments": {"Environment": ${inner}}}`],
    ['arguments that may nest', (inner) => `{"Name": "A", "Type": "EMR", "Arguments": {"ClusterConfig": ${inner}}}`],
    [
      'a place to write to',
      (inner) => `{"Name": "A", "Type": "Transform", "Arguments": {"TransformOutput": {"S3OutputPath": ${inner}}}}`,
    ],
    ['conditions', (inner) => `{"Name": "A", "Type": "Condition", "Arguments": {"Conditions": [${inner}]}}`],
    [
      'the free arguments of a function',
      (inner) => `{"Name": "A", "Type": "Lambda", "FunctionArn": "arn:f", "Arguments": {"a": ${inner}}}`,
    ],
    ['a step', (inner) => inner],
  ])('takes %s nested deeper than the call stack goes', (_, stepOf) => {
    const DEPTH = 12_000;
    const nests = [
      ['[', ']'],
      ['{"a": ', '}'],
      ['{"Std:Join": {"On": "", "Values": [', ']}}'],
      ['{"Type": "Not", "Condition": ', '}'],
      ['{"Configurations": [', ']}'],
    ] as const;
    for (const [open, close] of nests) {
      const step = stepOf(`${open.repeat(DEPTH)}1${close.repeat(DEPTH)}`);
      const text = `{"Version": "2020-12-01", "Steps": [${step}]}`;
      expect(checkText(text)).toBeInstanceOf(Array);
    }
  });

  test('takes texts of megabytes wherever a text may stand', () => {
    const long = 'a.'.repeat(1_000_000);
    const step = {
      Name: long,
      Type: long,
      DisplayName: long,
      DependsOn: [long],
      Arguments: { [long]: { Get: `Steps.${long}` } },
    };
    const parameter = { Name: long, Type: 'String', DefaultValue: long };
    const transform = {
      Name: 'T',
      Type: 'Transform',
      Arguments: { ModelName: long, TransformInput: { ContentType: { Get: long } } },
    };
    const document = { Version: long, Parameters: [parameter, parameter], Steps: [step, step, transform] };
    expect(check(document as unknown as PipelineDocument).length).toBeGreaterThan(5);
  });
});
