import { describe, expect, test } from 'vitest';
import type { Json, PipelineDocument, StepDocument } from '../../src/definition/document.ts';
import { child, formatPath } from '../../src/definition/path.ts';
import { walkExpressions, walkStepExpressions, walkSteps } from '../../src/definition/walk.ts';

const leaf = (name: string): Json => ({
  Name: name,
  Type: 'Fail',
  Arguments: { ErrorMessage: { Get: `Parameters.${name}` } },
});
const document = {
  Version: '2020-12-01',
  Steps: [
    leaf('A'),
    {
      Name: 'B',
      Type: 'Condition',
      Arguments: {
        Conditions: [{ Type: 'Equals', LeftValue: { Get: 'Parameters.B' }, RightValue: 1 }],
        IfSteps: [{ Name: 'C', Type: 'Condition', Arguments: { Conditions: [], IfSteps: [leaf('D')] } }, leaf('E')],
        ElseSteps: [leaf('F')],
      },
    },
    leaf('G'),
  ],
} as unknown as PipelineDocument;

describe('walkSteps', () => {
  test('visits steps of all branches in the order of the document, each with its path and what is around it', () => {
    const places = [...walkSteps(document)].map(({ step, path, inside }) => [
      step.Name,
      formatPath(path),
      inside === undefined ? 'top' : `${inside.condition.step.Name} ${inside.branch}`,
    ]);
    expect(places).toEqual([
      ['A', 'Steps[0]', 'top'],
      ['B', 'Steps[1]', 'top'],
      ['C', 'Steps[1].Arguments.IfSteps[0]', 'B IfSteps'],
      ['D', 'Steps[1].Arguments.IfSteps[0].Arguments.IfSteps[0]', 'C IfSteps'],
      ['E', 'Steps[1].Arguments.IfSteps[1]', 'B IfSteps'],
      ['F', 'Steps[1].Arguments.ElseSteps[0]', 'B ElseSteps'],
      ['G', 'Steps[2]', 'top'],
    ]);
  });
});

describe('walkStepExpressions', () => {
  test('leaves to each step its own expressions', () => {
    const own = [...walkSteps(document)].map((place) =>
      [...walkStepExpressions(place)].map(({ expression }) => expression['Get']),
    );
    expect(own).toEqual([
      ['Parameters.A'],
      ['Parameters.B'],
      [],
      ['Parameters.D'],
      ['Parameters.E'],
      ['Parameters.F'],
      ['Parameters.G'],
    ]);
  });
});

describe('walkExpressions', () => {
  test('gives the outer before the inner, with paths that show odd keys', () => {
    const inner = { Get: 'Steps.A.X' };
    const value: Json = { 'a key': { 'Std:Join': { On: '', Values: ['x', inner] } }, "it's": [inner] };
    expect([...walkExpressions(value, child(undefined, 'Arguments'))].map(({ path }) => formatPath(path))).toEqual([
      "Arguments['a key']",
      "Arguments['a key'].Std:Join.Values[1]",
      String.raw`Arguments['it\'s'][0]`,
    ]);
  });

  test('takes an object with more members than Get for data', () => {
    expect([...walkExpressions({ Get: 'Parameters.X', Put: 1 }, child(undefined, 'x'))]).toEqual([]);
  });

  test('goes deeper than the call stack', () => {
    let value: Json = { Get: 'Parameters.X' };
    for (let depth = 0; depth < 100_000; depth++) value = [value];
    expect([...walkExpressions(value, child(undefined, 'x'))]).toHaveLength(1);
  });

  test('holds a list of more steps than a call takes arguments', () => {
    const steps = Array.from({ length: 200_000 }, () => leaf('A')) as unknown as StepDocument[];
    expect([...walkSteps({ Version: '2020-12-01', Steps: steps })]).toHaveLength(200_000);
  });
});
