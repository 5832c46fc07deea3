import { describe, expect, test } from 'vitest';
import { parse, readDocument } from '../../src/definition/parse.ts';

const MINIMAL = { Version: '2020-12-01', Steps: [] };

function faults(value: unknown): string[] {
  return readDocument(value).diagnostics.map(({ path, message }) => `${path}: ${message}`);
}

describe('parse', () => {
  test('keeps what it does not know', () => {
    const value = {
      ...MINIMAL,
      Metadata: { any: ['thing'] },
      NewMember: { a: 1 },
      Steps: [{ Name: 'A', Type: 'NewType', Arguments: { x: null }, NewSibling: true }],
    };
    expect(parse(JSON.stringify(value)).document).toEqual(value);
  });

  test('reads a file that begins with a byte order mark', () => {
    expect(parse(`\uFEFF${JSON.stringify(MINIMAL)}`).diagnostics).toEqual([]);
  });

  test('says that text is no JSON, in the words of the parser', () => {
    const { document, diagnostics } = parse('{"Steps": [}');
    expect(document).toBeUndefined();
    expect(diagnostics).toMatchObject([
      { code: 'not-json', severity: 'error', message: expect.stringContaining("'}'") as string },
    ]);
  });
});

test.each([
  ['a comma too many', '{\n  "Version": "2020-12-01",\n  "Steps": [],\n}', 'line 4, column 1'],
  ['a name without quotes', `\uFEFF{Version: '2020-12-01'}`, 'line 1, column 2'],
])('text that is no JSON for %s is shown with its line', (_, text, place) => {
  expect(parse(text).diagnostics[0]!.message).toMatch(new RegExp(`^The definition is not JSON: .* JSON at ${place}`));
});

describe('readDocument', () => {
  test.each([
    [[], '$: A pipeline definition is a JSON object, this is a list'],
    [null, '$: A pipeline definition is a JSON object, this is null'],
    [{}, 'Steps: Steps must be a list of steps, this is nothing'],
    [{ Steps: {} }, 'Steps: Steps must be a list of steps, this is an object'],
    [{ Steps: ['A'] }, 'Steps[0]: An element of Steps must be a step, this is a text'],
    [{ ...MINIMAL, Version: 1 }, 'Version: Version is a number; it must be a text'],
    [{ ...MINIMAL, Parameters: {} }, 'Parameters: Parameters must be a list, this is an object'],
    [{ ...MINIMAL, Parameters: [3] }, 'Parameters[0]: A parameter must be an object, this is a number'],
  ])('refuses %j', (value, fault) => {
    expect(faults(value)).toEqual([fault]);
  });

  test('finds every fault of shape at once, in branches of branches too', () => {
    const inner = {
      Name: 'D',
      Type: 'Condition',
      Arguments: { IfSteps: 'D2', ElseSteps: [{ Name: 'E', Type: 5, Arguments: [] }] },
    };
    const value = {
      Parameters: [
        { Name: 'P', Type: 'Text' },
        { Type: 'String', EnumValues: [1] },
      ],
      Steps: [
        { Type: 'Training', DependsOn: 'A' },
        { Name: 'C', Type: 'Condition', Arguments: { IfSteps: [inner] } },
      ],
    };
    expect(faults(value)).toEqual([
      'Parameters[0].Type: A parameter\'s Type is one of String, Integer, Float, Boolean, this is "Text"',
      'Parameters[1].Name: Name is missing; it must be a text',
      'Parameters[1].EnumValues: EnumValues must be a list of texts',
      'Steps[0].Name: Name is missing; it must be a text',
      'Steps[0].Arguments: Arguments is missing; it must be an object',
      'Steps[0].DependsOn: DependsOn must be a list of step names',
      'Steps[1].Arguments.IfSteps[0].Arguments.IfSteps: IfSteps must be a list of steps, this is a text',
      'Steps[1].Arguments.IfSteps[0].Arguments.ElseSteps[0].Type: Type is a number; it must be a text',
      'Steps[1].Arguments.IfSteps[0].Arguments.ElseSteps[0].Arguments: Arguments is a list; it must be an object',
    ]);
  });
});
