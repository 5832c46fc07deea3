import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject, StepDocument } from '../../../../src/definition/document.ts';
import type { Containers, ModelContainer } from '../../../../src/run/local/containers/container.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { plainContainers } from '../plain-containers.ts';
import { type Bench, bench, documentOf, get } from '../run-document.ts';
import { stubModel } from '../transform/model-server.ts';

/** Containers whose models answer each line with the text of `answer.txt` in their archive and the line. */
async function answering(): Promise<{ containers: Containers; served: ModelContainer[]; stopped: () => number }> {
  const served: ModelContainer[] = [];
  let stops = 0;
  const containers: Containers = {
    ...plainContainers,
    serve: async (model) => {
      served.push(model);
      const word = readFileSync(join(model.folder, 'answer.txt'), 'utf8').trim();
      const { url } = await stubModel(({ body }) => {
        if (body.toString().includes('bad')) return { status: 400, body: 'not this one' };
        const lines = body.toString().trimEnd().split('\n');
        return lines.map((line) => `${word}-${line}\n`).join('');
      });
      return {
        url,
        tail: () => [],
        ended: new Promise(() => {}),
        stop: () => {
          stops++;
          return Promise.resolve();
        },
      };
    },
  };
  return { containers, served, stopped: () => stops };
}

/** Puts a model archive with a word into the store. */
function putModel({ stateFolder }: Bench, name: string, word: string): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'answer.txt'), word);
  mkdirSync(join(stateFolder, 'store/models'), { recursive: true });
  execFileSync('tar', ['-C', folder, '-czf', join(stateFolder, 'store/models', name), '.']);
  return `s3://models/${name}`;
}

const create = (containers: readonly string[]): StepDocument => ({
  Name: 'Create',
  Type: 'Model',
  Arguments: {
    ExecutionRoleArn: 'arn:aws:iam::111122223333:role/SageMaker',
    Containers: containers.map((ModelDataUrl) => ({
      Image: 'example.com/serve:1',
      ModelDataUrl,
      Environment: { A: 'b' },
    })),
  },
});

const predict = (ModelName: Json, more: JsonObject = {}): StepDocument => ({
  Name: 'Predict',
  Type: 'Transform',
  Arguments: {
    ModelName,
    TransformInput: {
      ContentType: 'text/csv',
      SplitType: 'Line',
      DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://b/in/' } },
    },
    TransformOutput: { S3OutputPath: 's3://b/out', AssembleWith: 'Line', Accept: 'text/csv' },
    TransformResources: { InstanceType: 'ml.m5.large', InstanceCount: 1 },
    ...more,
  },
});

const MADE = get('Steps.Create.ModelName');

describe('a Transform step', () => {
  test('names what went in and came out where data capture wants it', async () => {
    const tested = bench();
    const { containers } = await answering();
    await tested.put('s3://b/in/a.csv', '1\n');
    await tested.put('s3://b/in/sub/b.csv', '2\n');
    const captured = predict(MADE, { DataCaptureConfig: { DestinationS3Uri: 's3://b/captured' } });
    const document = documentOf([create([putModel(tested, 'x.tar.gz', 'x')]), captured]);
    await tested.run(document, { settings: { containers: () => Promise.resolve(containers) } });
    const root = join(tested.stateFolder, 'store/b/captured');
    const files = readdirSync(root, { encoding: 'utf8', recursive: true }).filter((name) => name.endsWith('.json'));
    expect(files.toSorted().map((name) => name.split(/[/\\]/)[0])).toEqual(['input', 'output']);
    expect(files.toSorted().map((name) => JSON.parse(readFileSync(join(root, name), 'utf8')) as Json)).toEqual([
      [{ prefix: 's3://b/in/' }, 'a.csv', 'sub/b.csv'],
      [{ prefix: 's3://b/out/' }, 'a.csv.out', 'sub/b.csv.out'],
    ]);
  });

  test('names for data capture what a manifest lists, wherever the manifest is', async () => {
    const tested = bench();
    const { containers } = await answering();
    await tested.put('s3://b/in/a.csv', '1\n');
    await tested.put('s3://b/more/b.csv', '2\n');
    await tested.put('s3://lists/l.json', '["s3://b/in/a.csv", "s3://b/more/b.csv"]');
    const captured = predict(MADE, {
      TransformInput: {
        ContentType: 'text/csv',
        SplitType: 'Line',
        DataSource: { S3DataSource: { S3DataType: 'ManifestFile', S3Uri: 's3://lists/l.json' } },
      },
      DataCaptureConfig: { DestinationS3Uri: 's3://b/captured' },
    });
    const document = documentOf([create([putModel(tested, 'x.tar.gz', 'x')]), captured]);
    await tested.run(document, { settings: { containers: () => Promise.resolve(containers) } });
    const root = join(tested.stateFolder, 'store/b/captured/input');
    const [file = ''] = readdirSync(root, { encoding: 'utf8', recursive: true }).filter((name) =>
      name.endsWith('.json'),
    );
    expect(JSON.parse(readFileSync(join(root, file), 'utf8'))).toEqual([
      { prefix: 's3://b/' },
      'in/a.csv',
      'more/b.csv',
    ]);
  });

  test('sends each object through the containers of a model, one after the other', async () => {
    const tested = bench();
    const { containers, served, stopped } = await answering();
    await tested.put('s3://b/in/a.csv', '1\n2\n');
    await tested.put('s3://b/in/sub/b.csv', '3\n');
    const model = create([putModel(tested, 'x.tar.gz', 'x'), putModel(tested, 'y.tar.gz', 'y')]);
    const settings = { containers: () => Promise.resolve(containers) };
    const ran = await tested.run(documentOf([model, predict(MADE)]), { settings });
    expect(ran.reasons).toEqual({ Create: undefined, Predict: undefined });
    expect(await tested.get('s3://b/out/a.csv.out')).toBe('y-x-1\ny-x-2\n');
    expect(await tested.get('s3://b/out/sub/b.csv.out')).toBe('y-x-3\n');
    expect(served.map(({ environment }) => environment)).toEqual([
      expect.objectContaining({ A: 'b', SAGEMAKER_BATCH: 'true' }),
      expect.objectContaining({ A: 'b', SAGEMAKER_BATCH: 'true' }),
    ]);
    expect({ stopped: stopped(), left: existsSync(join(ran.folder, 'steps/Predict/models')) }).toEqual({
      stopped: 2,
      left: false,
    });
  });

  test('gives every object an output of its own, whatever the keys are', async () => {
    const tested = bench();
    const { containers } = await answering();
    const keys = ['a', 'a.out/b', 'x/y', 'x//y', `${'long'.repeat(62)}.csv`];
    for (const [index, key] of keys.entries()) await tested.put(`s3://b/in/${key}`, `${index}\n`);
    const settings = { containers: () => Promise.resolve(containers) };
    const model = create([putModel(tested, 'x.tar.gz', 'x')]);
    const ran = await tested.run(documentOf([model, predict(MADE)]), { settings });
    expect(ran.reasons['Predict']).toBeUndefined();
    for (const [index, key] of keys.entries()) {
      expect(await tested.get(`s3://b/out/${key}.out`)).toBe(`x-${index}\n`);
    }
  });

  test('keeps the output of an object that a manifest lists twice', async () => {
    const tested = bench();
    const { containers } = await answering();
    await tested.put('s3://b/in/a.csv', '1\n');
    await tested.put('s3://b/list.json', '[{"prefix": "s3://b/in/"}, "a.csv", "a.csv"]');
    const TransformInput = {
      ContentType: 'text/csv',
      SplitType: 'Line',
      DataSource: { S3DataSource: { S3DataType: 'ManifestFile', S3Uri: 's3://b/list.json' } },
    };
    const settings = { containers: () => Promise.resolve(containers) };
    const model = create([putModel(tested, 'x.tar.gz', 'x')]);
    const ran = await tested.run(documentOf([model, predict(MADE, { TransformInput })]), { settings });
    expect(ran.reasons['Predict']).toBeUndefined();
    expect(await tested.get('s3://b/out/a.csv.out')).toBe('x-1\n');
  });

  test('fails when an object fails, and keeps what came of the others', async () => {
    const tested = bench();
    const { containers, stopped } = await answering();
    await tested.put('s3://b/in/good.csv', '1\n');
    await tested.put('s3://b/in/worse.csv', 'bad\n');
    const settings = { containers: () => Promise.resolve(containers) };
    const model = create([putModel(tested, 'x.tar.gz', 'x')]);
    const ran = await tested.run(
      documentOf([model, predict(MADE, { ModelClientConfig: { InvocationsMaxRetries: 0 } })]),
      { settings },
    );
    expect(ran.states).toEqual({ Create: 'succeeded', Predict: 'failed' });
    expect(ran.reasons['Predict']).toContain('s3://b/in/worse.csv, line 1: the container answered 400');
    expect(await tested.get('s3://b/out/good.csv.out')).toBe('x-1\n');
    expect(existsSync(join(tested.stateFolder, 'store/b/out/worse.csv.out'))).toBe(false);
    expect(stopped()).toBe(1);
  });

  test('whose model nobody has made is refused before the run, with what there is', async () => {
    const tested = bench();
    await tested.put('s3://b/in/a.csv', '1\n');
    await expect(tested.run(documentOf([predict('abalone')]))).rejects.toMatchObject({
      diagnostics: [{ code: 'no-such-model', path: 'Steps[0].Arguments.ModelName' }],
    });
  });

  test('whose arguments do not fit together is refused before the run', async () => {
    const tested = bench();
    const model = create([putModel(tested, 'x.tar.gz', 'x')]);
    const join = predict(MADE, {
      DataProcessing: { JoinSource: 'Input' },
      TransformOutput: { S3OutputPath: 's3://b/out' },
    });
    await expect(tested.run(documentOf([model, join]))).rejects.toMatchObject({
      diagnostics: [{ code: 'transform-argument' }, { code: 'transform-argument' }],
    });
  });

  test('with a model whose archive leads out of its folder fails and serves nothing', async () => {
    const tested = bench();
    const { containers, served } = await answering();
    await tested.put('s3://b/in/a.csv', '1\n');
    mkdirSync(join(tested.stateFolder, 'store/models'), { recursive: true });
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'x'), 'x');
    const archive = join(tested.stateFolder, 'store/models/evil.tar.gz');
    execFileSync('tar', ['-C', folder, '-czf', archive, '--transform', 's,^,../,', 'x']);
    const settings = { containers: () => Promise.resolve(containers) };
    const ran = await tested.run(documentOf([create(['s3://models/evil.tar.gz']), predict(MADE)]), { settings });
    expect(ran.reasons['Predict']).toContain('../x leads out of it');
    expect(served).toEqual([]);
  });
});
