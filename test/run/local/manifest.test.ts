import { describe, expect, test } from 'vitest';
import type { StepDocument } from '../../../src/definition/document.ts';
import { PipelineError } from '../../../src/definition/error.ts';
import { listedIn } from '../../../src/run/local/manifest.ts';
import { bench, documentOf, get, shellStep } from './run-document.ts';

const AT = 's3://b/list.json';

describe('what a manifest lists', () => {
  test('is a prefix and names below it', () => {
    expect(listedIn(AT, '[{"prefix": "s3://b/some/"}, "a.csv", "deep/a.csv"]')).toEqual([
      { uri: 's3://b/some/a.csv', name: 'a.csv' },
      { uri: 's3://b/some/deep/a.csv', name: 'deep/a.csv' },
    ]);
  });

  test('or whole URIs', () => {
    expect(listedIn(AT, '["s3://b/x/a.csv", "s3://c/a.csv"]')).toEqual([
      { uri: 's3://b/x/a.csv', name: 'x/a.csv' },
      { uri: 's3://c/a.csv', name: 'a.csv' },
    ]);
  });

  test.each([
    ['', 'Unexpected end of JSON input'],
    ['{}', 'it is not a list'],
    ['[]', 'it is empty'],
    ['[{}]', 'its first element is neither {"prefix": "s3://…"} nor a URI'],
    ['[1]', 'its first element is neither {"prefix": "s3://…"} nor a URI'],
    ['[{"prefix": 1}]', 'its first element is neither {"prefix": "s3://…"} nor a URI'],
    ['[{"prefix": "s3://b/"}]', 'it names nothing after its prefix'],
    ['[{"prefix": "s3://b/"}, "a", 1]', 'element 3 is not the name of an object'],
    ['[{"prefix": "s3://b/"}, ""]', 'element 2 is not the name of an object'],
    ['["a.csv"]', 'element 1 is not an s3:// URI, and there is no {"prefix": …} before it'],
    ['["s3://b/a", "s3://b"]', 'element 2 is not an s3:// URI, and there is no {"prefix": …} before it'],
  ])('is not in %j', (text, detail) => {
    const fault = (() => {
      try {
        return listedIn(AT, text);
      } catch (error) {
        return error;
      }
    })();
    expect(fault).toBeInstanceOf(PipelineError);
    expect(fault).toMatchObject({ code: 'bad-manifest', message: `${AT} is no manifest`, detail });
  });
});

/** The step with a manifest where it had a prefix. */
function byManifest(step: StepDocument): StepDocument {
  return JSON.parse(JSON.stringify(step).replaceAll('"S3Prefix"', '"ManifestFile"')) as StepDocument;
}

const copy = byManifest(
  shellStep(
    'Copy',
    {
      script: 'cd /opt/ml/processing/in/i && find . -type f | sort | xargs tail -n +1 > /opt/ml/processing/out/o/all',
      inputs: { i: AT },
      outputs: { o: { 'Std:Join': { On: '/', Values: ['s3:/', 'b', get('Execution.PipelineExecutionId')] } } },
    },
    { CacheConfig: { Enabled: true, ExpireAfter: 'P30D' } },
  ),
);

const predict: StepDocument = {
  Name: 'Predict',
  Type: 'Transform',
  Arguments: {
    ModelName: get('Steps.Create.ModelName'),
    TransformInput: { DataSource: { S3DataSource: { S3DataType: 'ManifestFile', S3Uri: AT } } },
    TransformOutput: { S3OutputPath: 's3://b/out' },
    TransformResources: { InstanceType: 'ml.m5.large', InstanceCount: 1 },
  },
};
const create: StepDocument = {
  Name: 'Create',
  Type: 'Model',
  Arguments: {
    ExecutionRoleArn: 'arn:aws:iam::111122223333:role/SageMaker',
    PrimaryContainer: { Image: 'example.com/serve:1' },
  },
};

describe('a step that reads by a manifest', () => {
  test('gets the objects that it lists, by their names, and nothing else', async () => {
    const { put, get: read, run } = bench();
    await put(AT, '[{"prefix": "s3://b/in/"}, "a", "deep/b"]');
    for (const name of ['a', 'deep/b', 'c']) await put(`s3://b/in/${name}`, `${name}\n`);
    const ran = await run(documentOf([copy]));
    expect(ran.reasons).toEqual({ Copy: undefined });
    expect(await read(`s3://b/${ran.run}/all`)).toBe('==> ./a <==\na\n\n==> ./deep/b <==\ndeep/b\n');
  });

  test('runs again when the content of an object has changed that it lists, and not when another has', async () => {
    const { put, run } = bench();
    await put(AT, '[{"prefix": "s3://b/in/"}, "a"]');
    await put('s3://b/in/a', 'before\n');
    await run(documentOf([copy]));
    await put('s3://b/in/b', 'another\n');
    expect((await run(documentOf([copy]))).states).toEqual({ Copy: 'cached' });
    await put('s3://b/in/a', 'after\n');
    expect((await run(documentOf([copy]))).states).toEqual({ Copy: 'succeeded' });
  });

  test.each([
    ['a job', [copy]],
    ['a transform', [create, predict]],
  ])('fails in the same words when it is none: %s', async (_, steps) => {
    const { put, run } = bench();
    await put(AT, '{"prefix": "s3://b/in/"}');
    const { reasons } = await run(documentOf(steps));
    expect(reasons[steps.at(-1)!.Name]).toBe(`${AT} is no manifest: it is not a list`);
  });
});
