import { describe, expect, test } from 'vitest';
import { translatePattern } from '../../scripts/constraints/pattern.mjs';
import { generateConstraints } from '../../scripts/generate-constraints.mjs';

describe('a pattern of the model', () => {
  test.each([
    ['a sign that needs no backslash', String.raw`[a-z\_]+\@\-x`, String.raw`[a-z_]+@-x`, 'a_b@-x'],
    [
      'the POSIX class of letters and digits',
      String.raw`arn:[\p{Alnum}\-]+\p{Alnum}`,
      String.raw`arn:[A-Za-z0-9\-]+[A-Za-z0-9]`,
      'arn:a-1',
    ],
    ['a hyphen after a class of letters', String.raw`[\w-.]+`, String.raw`[\w\-.]+`, 'a-b.c'],
    ['a length that slipped out of its bounds', String.raw`([a-z]*)${'$'}{1,128}`, '([a-z]*)', 'abc'],
    ['anchors that stand there already', '^[a-z]+$', '[a-z]+', 'abc'],
  ])('%s', (_, pattern, translated, example) => {
    expect(translatePattern(pattern)).toBe(translated);
    expect(new RegExp(`^(?:${translated})$`, 'u').test(example)).toBe(true);
  });

  test('pairs of surrogates are the letters that they make', () => {
    const pattern = new RegExp(`^(?:${translatePattern(String.raw`[\uD800\uDC00-\uDBFF\uDFFF]`)})$`, 'u');
    expect([pattern.test('😀'), pattern.test('a')]).toEqual([true, false]);
  });

  test('one that lets everything through is none', () => {
    expect(translatePattern(String.raw`[\s\S]*`)).toBe('');
  });

  test('one that JavaScript cannot take stops the generator', () => {
    expect(() => translatePattern('(?i)[a-z]++')).toThrow('(?i)[a-z]++ does not become a regular expression');
  });
});

const SHAPES = {
  Request: {
    type: 'structure',
    required: ['Name', 'Kind'],
    members: { Name: { shape: 'Name' }, Kind: { shape: 'Sort' }, Sizes: { shape: 'Sizes' }, Tags: { shape: 'Map' } },
  },
  Name: { type: 'string', min: 1, max: 63, pattern: '[a-z]+' },
  Sort: { type: 'string', enum: ['Large', 'Small'] },
  Sizes: { type: 'list', member: { shape: 'Size' }, max: 3 },
  Size: { type: 'integer', min: 0 },
  Map: { type: 'map', key: { shape: 'Name' }, value: { shape: 'Flag' } },
  Flag: { type: 'boolean' },
  Answer: { type: 'structure', required: ['Text'], members: { Text: { shape: 'Text' }, At: { shape: 'Time' } } },
  Text: { type: 'string', max: 9, pattern: '[a-z]+' },
  Time: { type: 'timestamp' },
  Unused: { type: 'string' },
};

describe('the table', () => {
  const source = { service: 'service', prefix: '', requests: { Request: ['Name'] }, answers: ['Answer'] };

  test('has a line for each shape that a request or an answer reaches; an answer asks for nothing', () => {
    const text = generateConstraints(() => SHAPES, [source]);
    expect(text.slice(text.indexOf('String.raw`') + 'String.raw`'.length, text.lastIndexOf('`'))).toBe(`
Answer S Text At:Time
Flag B
Map M Name Flag - -
Name T 1 63 [a-z]+
Request S Name Kind!:Sort Sizes Tags:Map
Size I 0 -
Sizes L Size - 3
Sort E Large|Small
Text T - -
Time D
`);
  });

  test('names the service, and writes members as pipelines do', () => {
    const shapes = {
      Request: { type: 'structure', union: true, members: { modelName: { shape: 'Text' } } },
      Text: SHAPES.Text,
    };
    const other = {
      service: 'other',
      prefix: 'other.',
      isLoose: true,
      isPascal: true,
      requests: { Request: [] },
      answers: [],
    };
    const text = generateConstraints(() => shapes, [other]);
    expect(text).toContain('other.Request U ModelName:other.Text\nother.Text T - -\n');
  });

  test('refuses a shape that is not there, and a type that it does not know', () => {
    const wanting = { ...source, requests: { Lost: [] } };
    expect(() => generateConstraints(() => SHAPES, [wanting])).toThrow('the model has no shape Lost');
    const odd = { Request: { type: 'document' } };
    expect(() => generateConstraints(() => odd, [{ ...source, answers: [] }])).toThrow(
      'Request is of the unknown type document',
    );
  });
});
