import { describe, expect, test } from 'vitest';

import { type GivenValues, readAssignments, runParameters } from '../../src/cli/parameters.ts';
import type { Assembly } from '../../src/definition/assembly.ts';
import type { Json, ParameterDeclaration, ParameterType } from '../../src/definition/document.ts';

const assembly = (...parameters: ParameterDeclaration[]): Assembly => ({
  name: 'p',
  tags: {},
  definition: { Version: '2020-12-01', Parameters: parameters, Steps: [] },
  assets: [],
  origins: Object.fromEntries(parameters.map((_, index) => [`Parameters[${index}]`, `/p/pipeline.ts:${index + 1}`])),
  diagnostics: [],
});

const flags = (values: Record<string, Json>): GivenValues => ({ from: 'flag', values });

/** The message of everything that is wrong. */
const faultsOf = (declared: Assembly, ...given: GivenValues[]): string[] => {
  try {
    runParameters(declared, given);
  } catch (error) {
    return (error as { diagnostics: { message: string }[] }).diagnostics.map(({ message }) => message);
  }
  return [];
};

test('the nearest place wins: flag, file, sample, default', () => {
  const declared = assembly(
    ...['A', 'B', 'C', 'D'].map((Name) => ({ Name, Type: 'String', DefaultValue: 'default' }) as const),
  );
  const values = runParameters(declared, [
    flags({ A: 'flag' }),
    { from: 'file', values: { A: 'file', B: 'file' } },
    { from: 'sample', values: { A: 'sample', B: 'sample', C: 'sample' } },
  ]);
  expect(values.map(({ name, value, from }) => `${name}=${String(value)} ${from}`)).toEqual([
    'A=flag flag',
    'B=file file',
    'C=sample sample',
    'D=default default',
  ]);
});

describe('a value has its parameter’s type', () => {
  test.each<[ParameterType, Json, Json]>([
    ['String', '5', '5'],
    ['Integer', '5', 5],
    ['Integer', '-5', -5],
    ['Integer', 5, 5],
    ['Float', '0.5', 0.5],
    ['Float', '1e-3', 0.001],
    ['Float', 5, 5],
    ['Boolean', 'True', true],
    ['Boolean', 'false', false],
    ['Boolean', true, true],
  ])('%s from %j: %j', (Type, given, value) => {
    expect(runParameters(assembly({ Name: 'X', Type }), [flags({ X: given })])).toEqual([
      { name: 'X', type: Type, value, from: 'flag' },
    ]);
  });

  test.each<[ParameterType, Json, string]>([
    ['String', '', 'X is empty, and AWS takes no empty value'],
    ['String', 5, 'X must be a text, it is the number 5'],
    ['String', null, 'X must be a text, it is null'],
    ['String', ['a'], 'X must be a text, it is a list'],
    ['Integer', '5.0', 'X must be a whole number, it is the string "5.0"'],
    ['Integer', '', 'X must be a whole number, it is the string ""'],
    ['Integer', 5.5, 'X must be a whole number, it is the number 5.5'],
    ['Integer', '9007199254740993', 'X must be a whole number, it is the string "9007199254740993"'],
    ['Float', 'half', 'X must be a number, it is the string "half"'],
    ['Float', '0x10', 'X must be a number, it is the string "0x10"'],
    ['Float', 'Infinity', 'X must be a number, it is the string "Infinity"'],
    ['Boolean', 'yes', 'X must be true or false, it is the string "yes"'],
    ['Boolean', 1, 'X must be true or false, it is the number 1'],
  ])('%s from %j: %s', (Type, given, message) => {
    expect(faultsOf(assembly({ Name: 'X', Type }), flags({ X: given }))).toEqual([message]);
  });

  test('an enumeration names what there is', () => {
    const declared = assembly({ Name: 'X', Type: 'String', EnumValues: ['Approved', 'Rejected'] });
    expect(faultsOf(declared, flags({ X: 'approved' }))).toEqual([
      'X cannot be "approved"; it is one of: Approved, Rejected',
    ]);
  });
});

test('everything that is wrong is said at once, with the place of each', () => {
  const declared = assembly(
    { Name: 'Model', Type: 'String' },
    { Name: 'Count', Type: 'Integer', DefaultValue: 1 },
    { Name: 'Input', Type: 'String' },
  );
  const given: GivenValues = { from: 'file', values: { Count: 'x', Modell: 'm' }, file: '/p/parameters.json' };
  expect(() => runParameters(declared, [given])).toThrow(
    expect.objectContaining({
      failure: 'usage',
      code: 'bad-parameters',
      message: '4 parameters are not right',
      fix: '--param Model=VALUE --param Input=VALUE',
      diagnostics: [
        {
          code: 'unknown-parameter',
          severity: 'error',
          message: 'The pipeline has no parameter Modell',
          at: '/p/parameters.json',
          detail: 'it has: Model, Count, Input',
          fix: 'did you mean "Model"?',
        },
        {
          code: 'missing-parameter',
          severity: 'error',
          message: 'Model has no default and was not given',
          at: '/p/pipeline.ts:1',
        },
        {
          code: 'bad-parameter',
          severity: 'error',
          message: 'Count must be a whole number, it is the string "x"',
          at: '/p/parameters.json',
        },
        {
          code: 'missing-parameter',
          severity: 'error',
          message: 'Input has no default and was not given',
          at: '/p/pipeline.ts:3',
        },
      ],
    }),
  );
});

test('bucket and role are the account’s to give, with flags of their own', () => {
  const declared = assembly({ Name: 'ArtifactBucket', Type: 'String' }, { Name: 'ExecutionRoleArn', Type: 'String' });
  expect(runParameters(declared, [])).toEqual([]);
  expect(() => runParameters(declared, [flags({ ArtifactBucket: 'b' })])).toThrow(
    expect.objectContaining({ diagnostics: [expect.objectContaining({ fix: 'give it with --bucket' })] }),
  );
});

describe('an assignment', () => {
  test('ends its name at the first equals sign', () => {
    expect(readAssignments(['A=b=c', 'B=', '__proto__=x'])).toEqual(
      Object.fromEntries([
        ['A', 'b=c'],
        ['B', ''],
        ['__proto__', 'x'],
      ]),
    );
  });

  test.each([
    ['A', '"A" gives no parameter a value'],
    ['=x', '"=x" gives no parameter a value'],
  ])('%s is none', (word, message) => {
    expect(() => readAssignments([word])).toThrow(expect.objectContaining({ failure: 'usage', message }));
  });

  test('is made once', () => {
    expect(() => readAssignments(['A=1', 'A=2'])).toThrow('The parameter A is given twice');
  });
});
