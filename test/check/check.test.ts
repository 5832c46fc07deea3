import { describe, expect, test } from 'vitest';
import {
  type Json,
  type PipelineDocument,
  type StepDocument,
  check,
  definePipeline,
  emit,
  step,
} from 'sagemaker-pipelines';

const LENGTH = 10_000;
const QUEUE = 'https://sqs.us-east-1.amazonaws.com/111122223333/steps';

describe('check', () => {
  test('finds nothing in a pipeline that is right', () => {
    expect(check(documentOf(waitingFor('A'), waitingFor('B', 'A'), waitingFor('C', 'A', 'B')))).toEqual([]);
  });

  test('finds nothing in a pipeline without steps', () => {
    expect(check(documentOf())).toEqual([]);
  });

  test('finds the faults of all rules at once, in the order of the document', () => {
    const place = { TransformOutput: { S3OutputPath: 's3://bucket/x' } };
    const transform = (Name: string): StepDocument => ({ Name, Type: 'Transform', Arguments: place });
    const faults = check(
      documentOf(waitingFor('A', 'A'), waitingFor('B', 'Nowhere'), transform('C'), transform('D'), waitingFor('B')),
    );
    const codes = faults.map(({ code }) => code).filter((code) => code !== 'missing-member');
    expect(codes).toEqual(['cycle', 'unknown-step', 'shared-output', 'duplicate-step']);
  });

  test('leaves the document as it is', () => {
    const document = documentOf(waitingFor('A', 'A'), waitingFor('A', 'B'));
    const before = structuredClone(document);
    check(document);
    expect(document).toEqual(before);
  });

  test('says where the author wrote it, when it is told', () => {
    const document = documentOf(waitingFor('A'), waitingFor('B', 'Nowhere'));
    const origins = { 'Steps[0]': '/project/pipeline.ts:3', 'Steps[1]': '/project/pipeline.ts:7' };
    expect(check(document, origins)).toMatchObject([{ path: 'Steps[1].DependsOn[0]', at: '/project/pipeline.ts:7' }]);
  });

  test('says nothing of lines when nobody knows them', () => {
    const [fault] = check(documentOf(waitingFor('A', 'Nowhere')), { 'Steps[7]': '/project/pipeline.ts:7' });
    expect(fault!.at).toBeUndefined();
  });

  test('finds the author’s line of a step that was emitted', () => {
    const lost = step.fail('Lost', { ErrorMessage: 'no' }, { dependsOn: ['Nowhere'] });
    const { definition, origins } = emit(definePipeline({ name: 'p', steps: [lost] }), { region: 'us-west-2' });
    const [fault] = check(definition, origins);
    expect(fault).toMatchObject({ code: 'unknown-step', path: 'Steps[0].DependsOn[0]' });
    expect(fault?.at).toMatch(/check\.test\.ts:\d+$/);
  });

  test('takes a chain of ten thousand steps, and its end tied to its beginning', () => {
    const names = Array.from({ length: LENGTH }, (_, index) => `Step-${index}`);
    const chain = names.map((name, index) => waitingFor(name, ...names.slice(Math.max(0, index - 1), index)));
    const tooLarge = { code: 'too-large', path: '$' };
    expect(check(documentOf(...chain))).toMatchObject([tooLarge]);
    const tied = check(documentOf(...chain.with(0, waitingFor('Step-0', names.at(-1)!))));
    expect(tied).toMatchObject([tooLarge, { code: 'cycle', path: 'Steps' }]);
  });

  test('takes conditions nested a thousand deep', () => {
    let nested = waitingFor('Innermost', 'Nowhere');
    for (let depth = 0; depth < 1000; depth++) nested = choice(`Choice-${depth}`, nested);
    expect(check(documentOf(nested)).filter(({ severity }) => severity === 'error')).toMatchObject([
      { code: 'unknown-step' },
    ]);
  });
});

function documentOf(...steps: StepDocument[]): PipelineDocument {
  return { Version: '2020-12-01', Steps: steps };
}

function waitingFor(Name: string, ...DependsOn: string[]): StepDocument {
  return { Name, Type: 'Callback', Arguments: {}, DependsOn, SqsQueueUrl: QUEUE } as StepDocument;
}

function choice(Name: string, inner: StepDocument): StepDocument {
  return { Name, Type: 'Condition', Arguments: { Conditions: [], IfSteps: [inner as unknown as Json], ElseSteps: [] } };
}
