import { describe, expect, test } from 'vitest';
import { type Json, type StepDocument, check } from 'sagemaker-pipelines';

const PLACE = 's3://bucket/predictions';
const OPEN_PLACE: Json = {
  'Std:Join': { On: '/', Values: ['s3://bucket', { Get: 'Execution.PipelineExecutionId' }, 'predictions'] },
};

describe('shared-output', () => {
  test('two jobs that write to one place are a warning at the second', () => {
    expect(faultsOf(transform('Early', PLACE), transform('Late', PLACE))).toEqual([
      {
        code: 'shared-output',
        severity: 'warning',
        message: 'Early and Late write to one place',
        path: 'Steps[1].Arguments.TransformOutput.S3OutputPath',
        detail: 'the same is written by Steps[0].Arguments.TransformOutput.S3OutputPath',
        fix: 'give each a place of its own: objects of the same name overwrite each other',
      },
    ]);
  });

  test('a place that is known only when the execution runs is compared as it is written', () => {
    const faults = faultsOf(processing('Prepare', PLACE, OPEN_PLACE), transform('Predict', OPEN_PLACE));
    expect(faults).toMatchObject([
      {
        message: 'Prepare and Predict write to one place',
        path: 'Steps[1].Arguments.TransformOutput.S3OutputPath',
        detail: 'the same is written by Steps[0].Arguments.ProcessingOutputConfig.Outputs[1].S3Output.S3Uri',
      },
    ]);
  });

  test('two outputs of one job that go to one place are a warning', () => {
    expect(faultsOf(processing('Prepare', PLACE, PLACE))).toMatchObject([
      {
        message: 'Two outputs of Prepare go to one place',
        path: 'Steps[0].Arguments.ProcessingOutputConfig.Outputs[1].S3Output.S3Uri',
      },
    ]);
  });

  test('a job and one in a branch may both run', () => {
    const faults = faultsOf(transform('Always', PLACE), choice('Choose', [transform('Sometimes', PLACE)], []));
    expect(faults).toMatchObject([{ message: 'Always and Sometimes write to one place' }]);
  });

  test('jobs on one side of a condition both run', () => {
    const faults = faultsOf(choice('Choose', [transform('One', PLACE), transform('Other', PLACE)], []));
    expect(faults).toMatchObject([{ message: 'One and Other write to one place' }]);
  });

  test('jobs in the branches of two conditions may both run', () => {
    const [one, other] = [transform('One', PLACE), transform('Other', PLACE)];
    const faults = faultsOf(choice('First', [one], []), choice('Second', [], [other]));
    expect(faults).toMatchObject([{ message: 'One and Other write to one place' }]);
  });

  test('jobs on different sides of one condition never both run', () => {
    const inner = choice('Inner', [transform('Deep', PLACE)], []);
    expect(faultsOf(choice('Choose', [transform('If', PLACE)], [inner]))).toEqual([]);
  });

  test('a job is held against every other that it can run with, not only against the first', () => {
    const branches = choice('Choose', [transform('If', PLACE)], [transform('Else', PLACE), transform('Also', PLACE)]);
    expect(faultsOf(branches)).toMatchObject([{ message: 'Else and Also write to one place' }]);
  });

  test('places that differ by a letter are two places', () => {
    expect(faultsOf(transform('One', `${PLACE}/a`), transform('Other', `${PLACE}/b`))).toEqual([]);
  });

  test('outputs that leave their place open, or go to a feature store, have none to share', () => {
    const store = { OutputName: 'fs', AppManaged: true, FeatureStoreOutput: { FeatureGroupName: 'g' } };
    const prepare = (name: string): StepDocument => ({
      ...processing(name),
      Arguments: { ProcessingOutputConfig: { Outputs: [store] } },
    });
    const faults = faultsOf(transform('One', null), transform('Other', null), prepare('A'), prepare('B'));
    expect(faults).toEqual([]);
  });

  test('training jobs share a place at will: the service adds the name of the job', () => {
    const train = (Name: string): StepDocument => ({
      Name,
      Type: 'Training',
      Arguments: { OutputDataConfig: { S3OutputPath: PLACE } },
    });
    expect(faultsOf(train('One'), train('Other'))).toEqual([]);
  });

  test('steps of a type that writes nothing itself may carry the same members', () => {
    const carry = (Name: string): StepDocument => ({ ...transform(Name, PLACE), Type: 'Lambda' });
    expect(faultsOf(carry('One'), carry('Other'))).toEqual([]);
  });

  test('arguments of another shape than AWS’s are no matter of this rule', () => {
    const odd = (Name: string, Type: string, Arguments: StepDocument['Arguments']): StepDocument => {
      return { Name, Type, Arguments };
    };
    const faults = faultsOf(
      odd('A', 'Transform', { TransformOutput: PLACE }),
      odd('B', 'Transform', {}),
      odd('C', 'Processing', { ProcessingOutputConfig: { Outputs: {} } }),
      odd('D', 'Processing', { ProcessingOutputConfig: { Outputs: [null, PLACE, { S3Output: PLACE }] } }),
      odd('E', 'Processing', { ProcessingOutputConfig: null }),
    );
    expect(faults).toEqual([]);
  });
});

function faultsOf(...steps: StepDocument[]) {
  return check({ Version: '2020-12-01', Steps: steps }).filter(({ code }) => code === 'shared-output');
}

function transform(Name: string, S3OutputPath: Json): StepDocument {
  return { Name, Type: 'Transform', Arguments: { TransformOutput: { S3OutputPath } } };
}

function processing(Name: string, ...places: Json[]): StepDocument {
  const Outputs = places.map((S3Uri, index) => ({ OutputName: `${index}`, S3Output: { S3Uri } }));
  return { Name, Type: 'Processing', Arguments: { ProcessingOutputConfig: { Outputs } } };
}

function choice(Name: string, IfSteps: StepDocument[], ElseSteps: StepDocument[]): StepDocument {
  const branches = { IfSteps, ElseSteps } as unknown as { readonly [member: string]: Json };
  return { Name, Type: 'Condition', Arguments: { Conditions: [], ...branches } };
}
