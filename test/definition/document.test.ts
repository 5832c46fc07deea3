import { describe, expect, test } from 'vitest';
import { parse } from 'sagemaker-pipelines';
import { parameterType } from '../../src/definition/document.ts';

describe('the type of a parameter', () => {
  test.each(['String', 'Integer', 'Float', 'Boolean'] as const)('is read when it is %s', (Type) => {
    const { document, diagnostics } = parse(JSON.stringify({ Parameters: [{ Name: 'P', Type }], Steps: [] }));
    expect(diagnostics).toEqual([]);
    expect(document!.Parameters!.map(parameterType)).toEqual([Type]);
  });

  test('is String where the document leaves it out, and stays left out', () => {
    const text = JSON.stringify({ Parameters: [{ Name: 'P', DefaultValue: '' }], Steps: [] });
    const { document, diagnostics } = parse(text);
    expect(diagnostics).toEqual([]);
    expect(document!.Parameters!.map(parameterType)).toEqual(['String']);
    expect(JSON.stringify(document)).toBe(text);
  });

  test.each([
    ['Int', '"Int"'],
    [null, 'null'],
    [5, 'a number'],
  ])('is refused when it is %j', (Type, shown) => {
    expect(parse(JSON.stringify({ Parameters: [{ Name: 'P', Type }], Steps: [] }))).toEqual({
      document: undefined,
      diagnostics: [
        {
          code: 'document-shape',
          severity: 'error',
          message: `A parameter's Type is one of String, Integer, Float, Boolean, this is ${shown}`,
          path: 'Parameters[0].Type',
        },
      ],
    });
  });
});
