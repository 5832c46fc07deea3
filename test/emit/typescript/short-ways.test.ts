import { describe, expect, test } from 'vitest';
import {
  type Json,
  type PipelineDocument,
  batchTransform,
  definePipeline,
  emit,
  environment,
  huggingFace,
  join,
  parameter,
  pytorch,
  sklearn,
  step,
  tensorflow,
  xgboost,
} from 'sagemaker-pipelines';
import { toTypeScript } from '../../../src/emit/typescript/pipeline.ts';
import { firstDifference } from '../../golden/difference.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { compileModules, emittedBy, jsonOf } from './imported.ts';

const Data = parameter.string({ default: 's3://b/data' });
const Count = parameter.integer({ default: 2 });
const parameters = { Data, Count };
const code = 's3://b/code/prepare.py';
const instance = { type: 'ml.m5.large' } as const;

function documentOf(...steps: Parameters<typeof definePipeline>[0]['steps']): PipelineDocument {
  return jsonOf(
    emit(definePipeline({ name: 'p', parameters, steps }), { region: 'us-west-2' }).definition,
  ) as unknown as PipelineDocument;
}

function imported(document: PipelineDocument): string {
  const { text } = toTypeScript(document, { name: 'imported' });
  expect(firstDifference(document as unknown as Json, emittedBy(text))).toBeUndefined();
  return text;
}

const written = {
  least: sklearn.processor({ version: '1.2-1', code, instance }),
  pytorch: pytorch.processor({ version: '2.6.0', code, instance }),
  device: pytorch.processor({ version: '2.6.0', code, instance, device: 'gpu' }),
  xgboost: xgboost.processor({ version: '1.7-1', code, instance }),
  tensorflow: tensorflow.processor({ version: '2.19.0', code, instance }),
  huggingFace: huggingFace.processor({ version: '4.49.0', base: 'pytorch2.5.1', device: 'gpu', code, instance }),
  machines: sklearn.processor({
    version: '1.2-1',
    code,
    instance: { type: 'ml.m5.large', count: Count, volumeGB: 100 },
  }),
  entry: sklearn.processor({ version: '1.2-1', code: join`${Data}/x.py`, entry: 'sub/x.py', instance }),
  inputs: sklearn.processor({
    version: '1.2-1',
    code,
    instance,
    inputs: {
      data: Data,
      'more-data': { uri: 's3://b/more', localPath: '/opt/ml/processing/more' },
      sharded: { uri: join`s3://${environment.bucket}/x`, distribution: 'ShardedByS3Key' },
    },
  }),
  outputs: sklearn.processor({ version: '1.2-1', code, instance, outputs: ['train', 'test'] }),
  places: sklearn.processor({
    version: '1.2-1',
    code,
    instance,
    outputs: { train: {}, test: { uri: Data }, more: { localPath: '/opt/ml/processing/more' } },
  }),
  arguments: sklearn.processor({
    version: '1.2-1',
    code,
    instance,
    arguments: ['--data', Data, '--count', Count, join`${Data}/${Count}`, '', environment.roleArn],
    environment: { A: Data, B: 'b' },
  }),
  more: {
    ...sklearn.processor({ version: '1.2-1', code, instance }),
    RoleArn: 'arn:aws:iam::111122223333:role/R',
    StoppingCondition: { MaxRuntimeInSeconds: 60 },
  },
} as const;

describe('a processing job that a function for scripts gives', () => {
  const modules = new Map(
    Object.entries(written).map(([name, args]) => [name, imported(documentOf(step.processing('Prepare', args)))]),
  );

  test('is written by that function, whatever it was told', () => {
    for (const text of modules.values()) {
      expect(text).toMatch(/\b(?:sklearn|pytorch|xgboost|tensorflow|huggingFace)\.processor\(\{/);
      expect(text).not.toMatch(/ProcessingResources|AppSpecification|ProcessingInputs|ProcessingOutputConfig/);
    }
  });

  test('says what is not to be expected and nothing else', () => {
    expect(modules.get('arguments')).toContain(`const prepare = step.processing(
  'Prepare',
  sklearn.processor({
    version: '1.2-1',
    image: sklearnImage,
    code: 's3://b/code/prepare.py',
    instance: { type: 'ml.m5.large' },
    arguments: ['--data', Data, '--count', Count, join\`\${Data}/\${Count}\`, '', environment.roleArn],
    environment: { A: Data, B: 'b' },
  }),
);
`);
    expect(modules.get('outputs')).toContain(`    outputs: ['train', 'test'],\n`);
    expect(modules.get('places')).toContain(
      `    outputs: { train: {}, test: { uri: Data }, more: { localPath: '/opt/ml/processing/more' } },\n`,
    );
    expect(modules.get('machines')).toContain(`instance: { type: 'ml.m5.large', count: Count, volumeGB: 100 },`);
    expect(modules.get('entry')).toContain("code: join`${Data}/x.py`,\n    entry: 'sub/x.py',");
    expect(modules.get('device')).toContain(`device: 'gpu',`);
  });

  test('has the rest of its arguments behind the call', () => {
    expect(modules.get('more')).toContain(`const prepare = step.processing('Prepare', {
  ...sklearn.processor({
    version: '1.2-1',
    image: sklearnImage,
    code: 's3://b/code/prepare.py',
    instance: { type: 'ml.m5.large' },
  }),
  RoleArn: 'arn:aws:iam::111122223333:role/R',
  StoppingCondition: { MaxRuntimeInSeconds: 60 },
});
`);
  });

  test('becomes a module that compiles under strict', async () => {
    expect((await compileModules(temporaryFolder(), modules)).stdout).toBe('');
  });

  test('is written in full as soon as one thing is not what the function gives', () => {
    const usual = written.inputs;
    const [data, more, , program] = usual.ProcessingInputs!;
    const application = usual.AppSpecification;
    const cluster = usual.ProcessingResources.ClusterConfig;
    const others = [
      { ...usual, AppSpecification: { ...application, ImageUri: '111122223333.dkr.ecr.us-west-2.amazonaws.com/own' } },
      { ...usual, AppSpecification: { ...application, ContainerEntrypoint: ['python3', '/opt/x.py'] } },
      { ...usual, AppSpecification: { ...application, ContainerEntrypoint: ['python', '/opt/x.py'] } },
      { ...usual, AppSpecification: { ...application, ContainerArguments: [join('-', 'a', Data)] } },
      { ...usual, ProcessingResources: { ClusterConfig: { ...cluster, VolumeKmsKeyId: 'k' } } },
      { ...usual, ProcessingInputs: [program!, data!] },
      { ...usual, ProcessingInputs: [data!, more!] },
      { ...usual, ProcessingInputs: [data!, data!, program!] },
      { ...usual, ProcessingInputs: [{ ...data!, AppManaged: true }, program!] },
      { ...usual, ProcessingInputs: [{ ...data!, InputName: '1' }, program!] },
      { ...usual, ProcessingInputs: [{ ...data!, S3Input: { ...data!.S3Input!, S3InputMode: 'Pipe' } }, program!] },
      { ...usual, ProcessingOutputConfig: { Outputs: [] } },
      { ...usual, ProcessingOutputConfig: { ...written.outputs.ProcessingOutputConfig, KmsKeyId: 'k' } },
    ] as const;
    for (const args of others) {
      const text = imported(documentOf(step.processing('Prepare', args as typeof usual)));
      expect(text).toContain('AppSpecification');
    }
  });
});

describe('a batch transform that `batchTransform` gives', () => {
  const least = { model: 'm', input: Data, contentType: 'text/csv', instance } as const;

  test.each([
    [
      'in few words',
      least,
      `batchTransform({ model: 'm', input: Data, contentType: 'text/csv', instance: { type: 'ml.m5.large' } })`,
    ],
    ['a record an object', { ...least, split: 'None' }, `split: 'None',`],
    ['a record a line', { ...least, contentType: 'application/json', split: 'Line' }, `split: 'Line',`],
    ['another answer', { ...least, contentType: 'application/jsonlines', accept: 'text/csv' }, `accept: 'text/csv',`],
    ['a type from outside', { ...least, contentType: Data }, `contentType: Data,`],
    ['joined', { ...least, join: true, inputFilter: '$[1:]', outputFilter: Data }, `join: true,`],
    ['several machines', { ...least, instance: { type: 'ml.m5.large', count: Count } }, `count: Count }`],
    [
      'elsewhere',
      { ...least, output: 's3://b/o', environment: { A: 'b' } },
      `output: 's3://b/o',\n    environment: { A: 'b' },`,
    ],
  ] as const)('is written by it: %s', (_, spec, expected) => {
    const text = imported(documentOf(step.transform('Predict', batchTransform(spec))));
    expect(text).toContain(expected);
    expect(text).not.toContain('TransformInput');
  });

  test('has the rest of its arguments behind the call, and is written in full where it says something else', () => {
    const usual = batchTransform(least);
    const more = { ...usual, BatchStrategy: 'MultiRecord', DataProcessing: { JoinSource: 'None' } } as const;
    expect(imported(documentOf(step.transform('Predict', more)))).toContain(
      `  BatchStrategy: 'MultiRecord',\n  DataProcessing: { JoinSource: 'None' },\n`,
    );
    const { Accept: _, ...output } = usual.TransformOutput;
    for (const args of [
      { ...usual, TransformOutput: output },
      { ...usual, TransformInput: { ...usual.TransformInput, CompressionType: 'Gzip' } },
      { ...usual, TransformInput: { ...usual.TransformInput, SplitType: 'RecordIO' } },
    ] as const) {
      expect(imported(documentOf(step.transform('Predict', args)))).toContain('TransformInput');
    }
  });
});

test('a role that is filled in anyway is left out', () => {
  const model = step.model('Make', { PrimaryContainer: { Image: 'i' } });
  const text = imported(documentOf(model, step.processing('Prepare', written.least)));
  expect(text).not.toMatch(/roleArn|RoleArn|parameters: \{ .*Role/);
});
