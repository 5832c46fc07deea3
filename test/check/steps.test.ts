import { describe, expect, test } from 'vitest';
import { type Json, type StepDocument, check } from 'sagemaker-pipelines';

describe('duplicate-step', () => {
  test('two steps of one name are an error at the name of the second', () => {
    expect(faultsOf(step('Prepare'), step('Train'), { ...step('Prepare'), Type: 'Processing' })).toEqual([
      {
        code: 'duplicate-step',
        severity: 'error',
        message: 'Two steps are named Prepare',
        path: 'Steps[2].Name',
        detail: 'the other is Steps[0], a Training step',
        fix: 'give one of them another name; names count through all branches',
      },
    ]);
  });

  test('names count through the branches of conditions', () => {
    const faults = faultsOf(choice('Choose', [step('Train')], [choice('Again', [step('Train')], [])]));
    expect(faults).toMatchObject([
      {
        code: 'duplicate-step',
        path: 'Steps[0].Arguments.ElseSteps[0].Arguments.IfSteps[0].Name',
        detail: 'the other is Steps[0].Arguments.IfSteps[0], a Training step',
      },
    ]);
  });

  test('a third step of the name is an error of its own', () => {
    const faults = faultsOf(step('Train'), step('Train'), step('Train'));
    expect(faults.map(({ code, path }) => `${code} ${path}`)).toEqual([
      'duplicate-step Steps[1].Name',
      'duplicate-step Steps[2].Name',
    ]);
  });

  test('names that differ in case are two names', () => {
    expect(faultsOf(step('Train'), step('train'))).toEqual([]);
  });

  test('names of members that every object has are names like others', () => {
    expect(faultsOf(step('constructor'), step('__proto__'), step('toString'))).toEqual([]);
  });
});

describe('unknown-step', () => {
  test('a step that is read from and is not there is an error where it is read', () => {
    const train = step('Train', { Input: { Get: 'Steps.Prepair.Output' } });
    expect(faultsOf(step('Prepare'), train)).toEqual([
      {
        code: 'unknown-step',
        severity: 'error',
        message: 'Train reads from step Prepair, which the pipeline does not have',
        path: 'Steps[1].Arguments.Input',
        detail: 'it has: Prepare',
        fix: 'did you mean "Prepare"?',
      },
    ]);
  });

  test('a step that is waited for and is not there is an error at its place in DependsOn', () => {
    expect(faultsOf(step('Prepare'), { ...step('Train'), DependsOn: ['Prepare', 'Upload'] })).toEqual([
      {
        code: 'unknown-step',
        severity: 'error',
        message: 'Train depends on step Upload, which the pipeline does not have',
        path: 'Steps[1].DependsOn[1]',
        detail: 'it has: Prepare',
        fix: 'list the step, or depend on the step itself instead of its name',
      },
    ]);
  });

  test('reads inside joins, in property files and beside the arguments count', () => {
    const join = { 'Std:Join': { On: '/', Values: ['s3:/', { Get: 'Steps.A.Output' }] } };
    const file = { 'Std:JsonGet': { PropertyFile: { Get: 'Steps.B.PropertyFiles.F' }, Path: 'x' } };
    const reader = { ...step('Reader', { join, file }), FunctionArn: { Get: "Steps.C.OutputParameters['x']" } };
    expect(faultsOf(reader).map(({ path }) => path)).toEqual([
      'Steps[0].Arguments.join.Std:Join.Values[1]',
      'Steps[0].Arguments.file.Std:JsonGet.PropertyFile',
      'Steps[0].FunctionArn',
    ]);
  });

  test('the steps that a pipeline has are listed, the first eight of them', () => {
    const names = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J'];
    const [fault] = faultsOf(...names.map((name) => step(name)), { ...step('Last'), DependsOn: ['Elsewhere'] });
    expect(fault?.detail).toBe('it has: A, B, C, D, E, F, G, H …');
  });

  test('a step may read from one that stands in a branch, and a branch from one outside', () => {
    const outside = step('Outside');
    const inside = step('Inside', { Input: { Get: 'Steps.Outside.Output' } });
    const after = step('After', { Input: { Get: 'Steps.Inside.Output' }, Choice: { Get: 'Steps.Choose.Outcome' } });
    expect(faultsOf(outside, choice('Choose', [inside], []), after)).toEqual([]);
  });

  test('a text that looks like a reference and is none is left alone', () => {
    const args = { Text: 'Steps.Nowhere.Output', Environment: { Get: 'Steps.Nowhere.Output', Other: 'x' } };
    expect(faultsOf(step('Train', args))).toEqual([]);
  });

  test('parameters and execution variables are no steps', () => {
    const args = { A: { Get: 'Parameters.Nowhere' }, B: { Get: 'Execution.PipelineExecutionId' }, C: { Get: '' } };
    expect(faultsOf(step('Train', args))).toEqual([]);
  });
});

describe('cycle', () => {
  test('steps that wait for each other are an error where the first says so', () => {
    const a = { ...step('A'), DependsOn: ['B'] };
    const b = step('B', { Input: { Get: 'Steps.A.Output' } });
    expect(faultsOf(a, b)).toEqual([
      {
        code: 'cycle',
        severity: 'error',
        message: 'Steps wait for each other in a cycle: A → B → A',
        path: 'Steps',
        detail: 'they are tied at Steps[0].DependsOn[0], Steps[1].Arguments.Input',
        fix: 'take one of these dependencies away',
      },
    ]);
  });

  test('a step that reads from itself waits for itself', () => {
    expect(faultsOf(step('A', { Input: { Get: 'Steps.A.Output' } }))).toMatchObject([
      { message: 'Steps wait for each other in a cycle: A → A', detail: 'they are tied at Steps[0].Arguments.Input' },
    ]);
  });

  test('a condition that waits for a step of its own branch never chooses', () => {
    const choose = { ...choice('Choose', [step('Train')], []), DependsOn: ['Train'] };
    expect(faultsOf(choose)).toMatchObject([
      { message: 'Steps wait for each other in a cycle: Choose → Train → Choose', path: 'Steps' },
    ]);
  });

  test('every knot is one error, and what only waits for a knot is none', () => {
    const faults = faultsOf(
      { ...step('A'), DependsOn: ['B'] },
      { ...step('B'), DependsOn: ['A'] },
      { ...step('C'), DependsOn: ['C'] },
      { ...step('After'), DependsOn: ['A', 'C'] },
    );
    expect(faults.map(({ message }) => message)).toEqual([
      'Steps wait for each other in a cycle: A → B → A',
      'Steps wait for each other in a cycle: C → C',
    ]);
  });

  test('steps that meet again are no cycle', () => {
    const faults = faultsOf(
      step('A'),
      { ...step('B'), DependsOn: ['A'] },
      { ...step('C'), DependsOn: ['A'] },
      { ...step('D'), DependsOn: ['B', 'C', 'A'] },
    );
    expect(faults).toEqual([]);
  });

  test('a round that is there only because two steps share a name is not reported beside the name', () => {
    const reader = step('Prepare', { Input: { Get: 'Steps.Prepare.Output' } });
    expect(faultsOf(step('Prepare'), reader).map(({ code }) => code)).toEqual(['duplicate-step']);
  });
});

const CODES = ['duplicate-step', 'unknown-step', 'cycle', 'fail-depended-on'];

function faultsOf(...steps: StepDocument[]) {
  return check({ Version: '2020-12-01', Steps: steps }).filter(({ code }) => CODES.includes(code));
}

function step(Name: string, Arguments: { readonly [member: string]: Json } = {}): StepDocument {
  return { Name, Type: 'Training', Arguments };
}

function choice(Name: string, IfSteps: StepDocument[], ElseSteps: StepDocument[]): StepDocument {
  const branches = { IfSteps, ElseSteps } as unknown as { readonly [member: string]: Json };
  return { Name, Type: 'Condition', Arguments: { Conditions: [], ...branches } };
}
