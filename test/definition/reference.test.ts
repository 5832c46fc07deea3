import { describe, expect, test } from 'vitest';
import * as fc from '../support/fast-check.ts';
import { formatStepReference, parseReference, type Segment } from '../../src/definition/reference.ts';

describe('parseReference', () => {
  test.each([
    ['Parameters.InputDataUrl', { root: 'Parameters', name: 'InputDataUrl' }],
    ['Execution.PipelineExecutionId', { root: 'Execution', variable: 'PipelineExecutionId' }],
    ['PipelineExperimentConfig.TrialName', { root: 'PipelineExperimentConfig', member: 'TrialName' }],
    ['Steps.Train', { root: 'Steps', step: 'Train', path: [] }],
    [
      'Steps.Train.ModelArtifacts.S3ModelArtifacts',
      { root: 'Steps', step: 'Train', path: [{ member: 'ModelArtifacts' }, { member: 'S3ModelArtifacts' }] },
    ],
    [
      "Steps.A-b_1.Outputs['train.csv'].S3Uri",
      { root: 'Steps', step: 'A-b_1', path: [{ member: 'Outputs' }, { key: 'train.csv' }, { member: 'S3Uri' }] },
    ],
    [
      'Steps.Tune.Summaries[3].Name',
      { root: 'Steps', step: 'Tune', path: [{ member: 'Summaries' }, { index: 3 }, { member: 'Name' }] },
    ],
  ])('reads %s', (text, expected) => {
    expect(parseReference(text)).toEqual(expected);
  });

  test('reads a key whose quote the Python SDK left bare', () => {
    expect(parseReference("Steps.L.OutputParameters['o'x']")).toMatchObject({ path: [{}, { key: "o'x" }] });
  });

  test.each([
    '',
    'Get',
    'Parameters.',
    'Step.Train.Name',
    'Steps.',
    'Steps..Name',
    "Steps.A['open",
    'Steps.A[-1]',
    'Steps.A[x]',
    'Steps.A..B',
  ])('takes "%s" for no reference', (text) => {
    expect(parseReference(text)).toEqual({ root: 'unknown', text });
  });

  test('gives back every path that was written, whatever its keys hold', () => {
    const segment: fc.Arbitrary<Segment> = fc.oneof(
      fc.stringMatching(/^[A-Z][A-Za-z0-9]{0,8}$/).map((member) => ({ member })),
      fc.nat().map((index) => ({ index })),
      fc.string({ unit: 'grapheme', maxLength: 8 }).map((key) => ({ key })),
      fc.constantFrom("o'x", "']", '\\', "\\'", '"', "a'].b['c", '日本', '\n').map((key) => ({ key })),
    );
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 5 }), (path) => {
        expect(parseReference(formatStepReference('Step', path))).toEqual({ root: 'Steps', step: 'Step', path });
      }),
      { numRuns: 2000 },
    );
  });
});
