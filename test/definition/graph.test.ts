import { describe, expect, test } from 'vitest';
import type { JsonObject, PipelineDocument, StepDocument } from '../../src/definition/document.ts';
import { cyclesOf, graphOf, orderOf } from '../../src/definition/graph.ts';
import { formatPath } from '../../src/definition/path.ts';

function step(name: string, args: JsonObject = {}, more: Partial<StepDocument> = {}): StepDocument {
  return { Name: name, Type: 'Training', Arguments: args, ...more };
}

function condition(
  name: string,
  args: JsonObject,
  ifSteps: StepDocument[],
  elseSteps: StepDocument[] = [],
): StepDocument {
  const branches = { IfSteps: ifSteps, ElseSteps: elseSteps } as unknown as JsonObject;
  return { Name: name, Type: 'Condition', Arguments: { ...args, ...branches } };
}

const read = (name: string): JsonObject => ({ Get: `Steps.${name}.ModelArtifacts` });
const documentOf = (...steps: StepDocument[]): PipelineDocument => ({ Version: '2020-12-01', Steps: steps });
const edgesOf = (document: PipelineDocument): string[] =>
  graphOf(document).edges.map(
    ({ step: waits, needs, kind, path }) => `${waits} → ${needs} (${kind}, ${formatPath(path)})`,
  );

describe('graphOf', () => {
  test('sees data references, DependsOn and branches, each with its place', () => {
    const document = documentOf(
      step('A'),
      step('B', { x: ['text', read('A')] }, { DependsOn: ['A'] }),
      condition('C', { Conditions: [{ Type: 'Equals', LeftValue: read('B'), RightValue: 1 }] }, [
        step('D', { y: read('A') }),
      ]),
    );
    expect(edgesOf(document)).toEqual([
      'B → A (dependsOn, Steps[1].DependsOn[0])',
      'B → A (reference, Steps[1].Arguments.x[1])',
      'C → B (reference, Steps[2].Arguments.Conditions[0].LeftValue)',
      'D → C (branch, Steps[2].Arguments.IfSteps[0])',
      'D → A (reference, Steps[2].Arguments.IfSteps[0].Arguments.y)',
    ]);
  });

  test('sees references inside joins and JsonGets, and in members beside the arguments', () => {
    const document = documentOf(
      step('A'),
      step('B', {
        join: { 'Std:Join': { On: '/', Values: ['s3:/', read('A')] } },
        file: { 'Std:JsonGet': { PropertyFile: { Get: 'Steps.A.PropertyFiles.E' }, Path: 'x' } },
      }),
      { ...step('C'), FunctionArn: read('B') } as StepDocument,
    );
    expect(graphOf(document).edges.map(({ step: waits, needs }) => waits + needs)).toEqual(['BA', 'BA', 'CB']);
  });

  test('keeps edges to steps that are not there apart', () => {
    const graph = graphOf(documentOf(step('A', { x: read('Nobody') }, { DependsOn: ['Noone'] })));
    expect(graph.edges).toEqual([]);
    expect(graph.dangling.map(({ needs }) => needs)).toEqual(['Noone', 'Nobody']);
  });
});

describe('orderOf', () => {
  test('puts every step behind what it waits for, else in the order of the document', () => {
    const document = documentOf(
      step('Late', { x: read('Middle') }),
      step('First'),
      step('Middle', {}, { DependsOn: ['First'] }),
      condition('Choice', {}, [step('Inside')]),
    );
    expect(orderOf(graphOf(document))).toEqual(['First', 'Choice', 'Middle', 'Inside', 'Late']);
  });
});

describe('cyclesOf', () => {
  test('finds nothing where nothing waits for itself', () => {
    expect(cyclesOf(graphOf(documentOf(step('A'), step('B', { x: read('A') }))))).toEqual([]);
  });

  test('names each knot once, and leaves out what only waits for it', () => {
    const document = documentOf(
      step('a', { x: read('b') }),
      step('b', {}, { DependsOn: ['a'] }),
      step('behind', { x: read('a') }),
      step('self', { x: read('self') }),
    );
    expect(cyclesOf(graphOf(document))).toEqual([
      ['a', 'b', 'a'],
      ['self', 'self'],
    ]);
  });

  test('takes the shortest round through a knot', () => {
    const document = documentOf(
      step('a', { x: [read('b'), read('d')] }),
      step('b', { x: read('c') }),
      step('c', { x: read('a') }),
      step('d', { x: read('a') }),
    );
    expect(cyclesOf(graphOf(document))).toEqual([['a', 'd', 'a']]);
  });

  test('sees a condition that reads from its own branch', () => {
    const document = documentOf(
      condition('C', { Conditions: [{ Type: 'Equals', LeftValue: read('D'), RightValue: 1 }] }, [step('D')]),
    );
    expect(cyclesOf(graphOf(document))).toEqual([['C', 'D', 'C']]);
  });

  test('follows chains that are longer than the call stack is deep', () => {
    const length = 50_000;
    const steps = Array.from({ length }, (_, index) => step(`s${index}`, { x: read(`s${(index + 1) % length}`) }));
    expect(cyclesOf(graphOf(documentOf(...steps)))[0]).toHaveLength(length + 1);
  });
});
