import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';

import { type Invocation, type Reply, echo, stubModel } from './model-server.ts';
import { BY_LINE, runJob, sleep } from './run-job.ts';

const ROWS = Array.from({ length: 60_000 }, (_, row) => `${row},${row / 7},"a ""quoted"" name, ${row}"\n`).join('');

/** A model that answers nobody before so many ask at the same time. */
function together(number: number): (invocation: Invocation) => Promise<Reply> {
  let waiting: (() => void)[] = [];
  return async ({ body }) => {
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
      if (waiting.length < number) return;
      for (const go of waiting) go();
      waiting = [];
    });
    return body;
  };
}

describe('a CSV through a container that echoes', () => {
  test.each([0, 1, 2, 6, 100])('comes back byte for byte with MaxPayloadInMB %i', async (MaxPayloadInMB) => {
    const model = await stubModel(echo);
    const { files, failures } = await runJob({
      request: { ...BY_LINE, MaxPayloadInMB },
      objects: { 'in.csv': ROWS },
      containers: [model],
    });
    expect(failures).toEqual([]);
    expect(files['in.csv.out'] === ROWS).toBe(true);
  });

  test('comes back byte for byte record by record', async () => {
    const model = await stubModel(echo);
    const some = ROWS.slice(0, ROWS.indexOf('\n500,') + 1);
    const { files, requests } = await runJob({
      request: { ...BY_LINE, BatchStrategy: 'SingleRecord' },
      objects: { 'in.csv': some },
      containers: [model],
      piece: 1000,
    });
    expect(files['in.csv.out']).toBe(some);
    expect(requests).toBe(500);
  });

  test('comes back byte for byte from gzip', async () => {
    const model = await stubModel(echo);
    const { files } = await runJob({
      request: {
        ...BY_LINE,
        TransformInput: { ...BY_LINE.TransformInput, CompressionType: 'Gzip' },
        MaxPayloadInMB: 1,
      },
      objects: { 'in.csv.gz': gzipSync(ROWS) },
      containers: [model],
    });
    expect(files['in.csv.gz.out'] === ROWS).toBe(true);
  });
});

test('an object that is not split is one request, whatever its bytes', async () => {
  const model = await stubModel(echo);
  const image = randomBytes(300_000);
  const { bytes, requests } = await runJob({
    request: { TransformInput: { ContentType: 'application/x-image' } },
    objects: { '0.png': image, '1.png': image.subarray(1) },
    containers: [model],
  });
  expect(bytes['0.png.out']!.equals(image)).toBe(true);
  expect(bytes['1.png.out']!.equals(image.subarray(1))).toBe(true);
  expect(requests).toBe(2);
});

describe('a serial model', () => {
  test('gets the content type first, the accept last, and between them what each container answers', async () => {
    const first = await stubModel(({ body }) => ({
      type: 'application/x-npy',
      body: Buffer.concat([body, Buffer.from('+')]),
    }));
    const second = await stubModel(({ body }) => ({
      type: 'application/x-own',
      body: Buffer.concat([body, Buffer.from('*')]),
    }));
    const third = await stubModel(({ body }) => ({ type: 'text/csv', body: Buffer.concat([body, Buffer.from('!')]) }));
    for (const MaxPayloadInMB of [6, 0]) {
      const { files } = await runJob({
        request: { ...BY_LINE, BatchStrategy: 'SingleRecord', MaxPayloadInMB },
        objects: { 'in.csv': '1' },
        containers: [
          { ...first, environment: { SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT: 'application/x-npy' } },
          second,
          { ...third, environment: { SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT: 'application/json' } },
        ],
      });
      expect(files).toEqual({ 'in.csv.out': '1+*!\n' });
    }
    const types = [first, second, third].map(({ invocations: [asked] }) => [asked!.contentType, asked!.accept]);
    expect(types).toEqual([
      ['text/csv', 'application/x-npy'],
      ['application/x-npy', 'application/json'],
      ['application/x-own', 'text/csv'],
    ]);
  });

  test('is tried again from its first container, and its failure names the one that failed', async () => {
    const first = await stubModel(echo);
    const second = await stubModel(() => ({ status: 503, body: 'no worker' }));
    const { failures } = await runJob({
      request: { ...BY_LINE, ModelClientConfig: { InvocationsMaxRetries: 2 } },
      objects: { 'in.csv': '1\n' },
      containers: [first, second],
      second: 10,
    });
    expect(failures[0]).toMatchObject({
      message: 'in.csv, line 1: container 2 of 2 answered 503 (3 tries)',
      detail: 'no worker',
    });
    expect([first.invocations.length, second.invocations.length]).toEqual([3, 3]);
  });
});

describe('requests', () => {
  test('have no content type and no accept where the job has none', async () => {
    const model = await stubModel(echo);
    await runJob({ request: {}, objects: { in: 'x' }, containers: [model] });
    expect(model.invocations).toMatchObject([{ contentType: undefined, accept: undefined, isChunked: false }]);
  });

  test('go in chunks when MaxPayloadInMB is 0, and a whole object is one of them', async () => {
    const model = await stubModel(echo);
    await runJob({ request: { ...BY_LINE, MaxPayloadInMB: 0 }, objects: { in: ROWS }, containers: [model] });
    expect(model.invocations.map(({ isChunked, body }) => [isChunked, body.length])).toEqual([[true, ROWS.length]]);
  });

  test('go over connections that are kept', async () => {
    const model = await stubModel(echo);
    const { requests } = await runJob({
      request: { ...BY_LINE, BatchStrategy: 'SingleRecord', MaxConcurrentTransforms: 2 },
      objects: { in: '1\n'.repeat(200) },
      containers: [model],
    });
    expect(requests).toBe(200);
    // One more for /execution-parameters at most.
    expect(model.connections()).toBeLessThanOrEqual(3);
  });

  test('are as many at once as InstanceCount and MaxConcurrentTransforms allow, over objects too', async () => {
    const model = await stubModel(together(6));
    const objects = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`${index}`, `${index}`]));
    const { files } = await runJob({
      request: { TransformResources: { InstanceCount: 2 }, MaxConcurrentTransforms: 3 },
      objects,
      containers: [model],
    });
    expect(model.mostAtOnce()).toBe(6);
    expect(Object.keys(files).length).toBe(12);
  });

  test('may end in any order: what came of the objects is told in theirs', async () => {
    let go: () => void = () => {};
    const others = new Promise<void>((resolve) => (go = resolve));
    let quick = 0;
    const model = await stubModel(async ({ body }) => {
      const text = body.toString();
      if (text.startsWith('slow')) {
        await others;
        await sleep(30);
      } else if (++quick === 2) go();
      return text.includes('bad') ? { status: 400, body: 'no' } : text;
    });
    const { outputs, failures } = await runJob({
      request: { ...BY_LINE, MaxConcurrentTransforms: 4 },
      objects: { a: 'slow\n', b: 'quick\n', c: 'slow bad\n', d: 'quick bad\n' },
      containers: [model],
    });
    expect([outputs, failures.map(({ key }) => key)]).toEqual([
      ['a.out', 'b.out'],
      ['c', 'd'],
    ]);
  });

  test("follow the container's own execution parameters where the job sets none", async () => {
    const executionParameters = { MaxConcurrentTransforms: 2, MaxPayloadInMB: 1, BatchStrategy: 'SINGLE_RECORD' };
    const model = await stubModel(together(2), { executionParameters });
    const { parameters } = await runJob({ objects: { in: '1\n2\n3\n4\n' }, containers: [model] });
    expect(parameters).toEqual(executionParameters);
    expect([model.invocations.length, model.mostAtOnce()]).toEqual([4, 2]);
  });

  test('are not made for an object without a record', async () => {
    const model = await stubModel(echo);
    for (const MaxPayloadInMB of [6, 0]) {
      const { files } = await runJob({
        request: { ...BY_LINE, MaxPayloadInMB },
        objects: { in: '' },
        containers: [model],
      });
      expect(files).toEqual({ 'in.out': '' });
    }
    expect(model.invocations).toEqual([]);
  });
});

describe('a join', () => {
  const lines = (type: string, processing: object) => ({
    TransformInput: { ContentType: type, SplitType: 'Line' },
    TransformOutput: { Accept: type, AssembleWith: 'Line' },
    DataProcessing: { JoinSource: 'Input', ...processing },
  });

  test('of CSV appends columns as text and filters the joined row', async () => {
    const model = await stubModel(({ body }) => body.toString().replaceAll(/.+/g, '0.10,"b, c"'));
    const { files } = await runJob({
      request: lines('text/csv', { InputFilter: '$[1:]', OutputFilter: '$[0,-2,-1]' }),
      objects: { in: 'id1,1.0,007\r\nid2,"x,y",1e5' },
      containers: [model],
    });
    expect(model.invocations[0]!.body.toString()).toBe('1.0,007\n"x,y",1e5');
    expect(files).toEqual({ 'in.out': 'id1,0.10,"b, c"\nid2,0.10,"b, c"\n' });
  });

  test('of JSON Lines sorts members and keeps the text of numbers and of letters', async () => {
    const model = await stubModel(() => '{"score": 0.10, "label": "é"}\n[1.0]\n');
    const { files } = await runJob({
      request: lines('application/jsonlines', {}),
      objects: { in: '{"x": 1.00, "ä": "ü", "SageMakerOutput": 7}\n5\n' },
      containers: [model],
    });
    expect(files['in.out']).toBe(
      '{"SageMakerOutput":{"label":"é","score":0.10},"x":1.00,"ä":"ü"}\n{"SageMakerInput":5,"SageMakerOutput":[1.0]}\n',
    );
  });

  test('of one JSON document is one request and one document', async () => {
    const model = await stubModel(() => ' {"predictions": [1.0]} ');
    for (const MaxPayloadInMB of [6, 0]) {
      const { files } = await runJob({
        request: {
          TransformInput: { ContentType: 'application/json' },
          TransformOutput: { Accept: 'application/json' },
          DataProcessing: { JoinSource: 'Input', InputFilter: '$.instances' },
          MaxPayloadInMB,
        },
        objects: { in: '{\n "instances": [ {"b": 1, "a": 2} ]\n}\n' },
        containers: [model],
      });
      expect(files).toEqual({ 'in.out': '{"SageMakerOutput":{"predictions":[1.0]},"instances":[{"a":2,"b":1}]}' });
    }
    expect(model.invocations[0]!.body.toString()).toBe('[{"a":2,"b":1}]');
  });

  test('takes a pretty-printed answer to a single record of JSON for the one value it is', async () => {
    const model = await stubModel(() => '{\n  "b": 1\n}\n');
    const { files } = await runJob({
      request: { ...lines('application/jsonlines', {}), BatchStrategy: 'SingleRecord' },
      objects: { in: '{"a":1}\n{"a":2}\n' },
      containers: [model],
    });
    expect(files['in.out']).toBe('{"SageMakerOutput":{"b":1},"a":1}\n{"SageMakerOutput":{"b":1},"a":2}\n');
  });

  test('goes on over several requests when a filter makes records longer than the payload', async () => {
    const model = await stubModel(echo);
    const { files } = await runJob({
      request: lines('text/csv', { InputFilter: '$[0,0,0,0]' }),
      objects: { in: 'aaaaa\nbbbbb\nccccc\nddddd\n' },
      containers: [model],
      payloadBytes: 50,
    });
    expect(model.invocations.map(({ body }) => body.length)).toEqual([48, 48]);
    expect(files['in.out']!.split('\n')[3]).toBe('ddddd,ddddd,ddddd,ddddd,ddddd');
  });

  test('can stamp each record with an identifier and the time the job began', async () => {
    const model = await stubModel(({ body }) => body.toString().replaceAll(/.+/g, '0.5'));
    const ids = ['89180035-821a-41d9-87b2-67a22490de94', '909383e8-fbe7-4667-8656-176b664409fb'];
    const { files } = await runJob({
      request: { ...lines('text/csv', { OutputFilter: '$[-1]' }), DataCaptureConfig: { GenerateInferenceId: true } },
      objects: { in: '1\n2\n' },
      containers: [model],
      ids,
      now: new Date('2023-01-21T01:29:04.567Z'),
    });
    expect(files['in.out']).toBe(`0.5,${ids[0]},2023-01-21T01:29:04Z\n0.5,${ids[1]},2023-01-21T01:29:04Z\n`);
  });
});

test('an output filter works on answers that are not joined', async () => {
  const model = await stubModel(() => '0.1,0.9\n0.8,0.2');
  for (const MaxPayloadInMB of [6, 0]) {
    const { files } = await runJob({
      request: { ...BY_LINE, DataProcessing: { OutputFilter: '$[1]' }, MaxPayloadInMB },
      objects: { in: 'a\nb\n' },
      containers: [model],
    });
    expect(files).toEqual({ 'in.out': '0.9\n0.2\n' });
  }
});
