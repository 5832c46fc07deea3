import { describe, expect, test } from 'vitest';

import { executionParameters, transformEnvironment } from '../../../../src/run/local/transform/parameters.ts';
import { readPlan } from '../../../../src/run/local/transform/plan.ts';

const JOIN = {
  TransformInput: { ContentType: 'text/csv', SplitType: 'Line' },
  TransformOutput: { Accept: 'text/csv', AssembleWith: 'Line' },
  DataProcessing: { JoinSource: 'Input' },
} as const;

test('arguments that say nothing have the defaults of the service', () => {
  expect(readPlan({})).toEqual({
    problems: [],
    plan: {
      source: { type: 'S3Prefix', uri: '' },
      outputPath: '',
      split: 'None',
      assembleWith: 'None',
      isGzip: false,
      asked: {},
      instances: 1,
      invocationSeconds: 600,
      invocationRetries: 3,
      environment: {},
      identifiesInferences: false,
    },
  });
});

test('nulls, which the Python SDK writes for what was not given, are as nothing', () => {
  const nulls = { TransformOutput: { S3OutputPath: null, Accept: null }, DataProcessing: null, BatchStrategy: null };
  expect(readPlan(nulls)).toEqual(readPlan({}));
});

test('every problem is said at once, with its place', () => {
  const { plan, problems } = readPlan({
    BatchStrategy: 'Batch',
    MaxPayloadInMB: 101,
    TransformInput: { SplitType: 'TFRecord', ContentType: 7 },
    TransformResources: [],
    Environment: Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`K${index}`, 'v'])),
  });
  expect(plan).toBeUndefined();
  expect(problems.map(({ path, message }) => `${path}: ${message}`)).toEqual([
    'BatchStrategy: BatchStrategy is "Batch"; it can be MultiRecord, SingleRecord',
    'MaxPayloadInMB: MaxPayloadInMB is 101; it can be 0 to 100',
    'TransformInput.SplitType: SplitType TFRecord is not supported on this machine',
    'Environment: Environment has 17 entries, 16 are allowed',
    'TransformInput.ContentType: ContentType is not a text: 7',
    'TransformResources: TransformResources is not an object',
  ]);
});

describe('DataProcessing', () => {
  test.each([
    [
      'another Accept',
      { TransformOutput: { Accept: 'application/json', AssembleWith: 'Line' } },
      'needs Accept to be ContentType',
    ],
    ['no Accept', { TransformOutput: { AssembleWith: 'Line' } }, 'it is not set'],
    [
      'another AssembleWith',
      { TransformOutput: { Accept: 'text/csv' } },
      'needs AssembleWith to be SplitType, Line; it is None',
    ],
    ['no content type', { TransformInput: { SplitType: 'Line' } }, 'does not work on ContentType that is not set'],
    [
      'a content type of its own',
      { TransformInput: { ContentType: 'image/png' } },
      'does not work on ContentType "image/png"',
    ],
    [
      'CSV that is not split',
      { TransformInput: { ContentType: 'text/csv' }, TransformOutput: { Accept: 'text/csv' } },
      'needs SplitType and AssembleWith to be Line',
    ],
  ])('is refused with %s', (_, change, message) => {
    expect(
      readPlan({ ...JOIN, ...change })
        .problems.map((problem) => problem.message)
        .join(),
    ).toContain(message);
  });

  test('that changes nothing asks for nothing', () => {
    const { plan } = readPlan({ DataProcessing: { InputFilter: '$', OutputFilter: '$', JoinSource: 'None' } });
    expect(plan!.filter).toBeUndefined();
  });

  test('takes a content type with parameters for what it is', () => {
    const type = 'text/csv; charset=utf-8';
    const { plan } = readPlan({
      ...JOIN,
      TransformInput: { ContentType: type, SplitType: 'Line' },
      TransformOutput: { Accept: 'text/csv', AssembleWith: 'Line' },
    });
    expect(plan).toMatchObject({ contentType: type, filter: { format: 'csv', joins: true } });
  });
});

describe('what is in force', () => {
  test('is the request, then the container, then the default', () => {
    const container = { MaxConcurrentTransforms: 4, MaxPayloadInMB: 2, BatchStrategy: 'SINGLE_RECORD' };
    expect(executionParameters({}, undefined)).toEqual({
      MaxConcurrentTransforms: 1,
      MaxPayloadInMB: 6,
      BatchStrategy: 'MULTI_RECORD',
    });
    expect(executionParameters({}, container)).toEqual(container);
    expect(executionParameters({ MaxPayloadInMB: 0, BatchStrategy: 'MultiRecord' }, container)).toEqual({
      MaxConcurrentTransforms: 4,
      MaxPayloadInMB: 0,
      BatchStrategy: 'MULTI_RECORD',
    });
  });

  test('is not what a container says that makes no sense', () => {
    const nonsense = { MaxConcurrentTransforms: 0, MaxPayloadInMB: null, BatchStrategy: 'ALL' };
    for (const answer of [nonsense, 'text', null, [], { MaxPayloadInMB: 'x', MaxConcurrentTransforms: -1 }]) {
      expect(executionParameters({}, answer)).toEqual(executionParameters({}, undefined));
    }
  });

  test('keeps the payloads in flight within what a request may ask for, however many cores a container counts', () => {
    expect(executionParameters({}, { MaxConcurrentTransforms: 64 }).MaxConcurrentTransforms).toBe(16);
  });
});

test("a container is told what the request sets, and the job's own environment comes last", () => {
  const environment = (request: Parameters<typeof readPlan>[0]) => transformEnvironment(readPlan(request).plan!);
  expect(environment({})).toEqual({ SAGEMAKER_BATCH: 'true' });
  expect(
    environment({
      BatchStrategy: 'SingleRecord',
      MaxPayloadInMB: 0,
      MaxConcurrentTransforms: 0,
      Environment: { OMP_NUM_THREADS: '2', SAGEMAKER_BATCH_STRATEGY: 'mine' },
    }),
  ).toEqual({
    SAGEMAKER_BATCH: 'true',
    SAGEMAKER_MAX_PAYLOAD_IN_MB: '0',
    SAGEMAKER_BATCH_STRATEGY: 'mine',
    OMP_NUM_THREADS: '2',
  });
});
