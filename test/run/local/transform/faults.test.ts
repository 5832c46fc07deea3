import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';

import { echo, stubModel } from './model-server.ts';
import { BY_LINE, runJob } from './run-job.ts';

const ONE_BY_ONE = { ...BY_LINE, BatchStrategy: 'SingleRecord' } as const;
const JOINED = { ...BY_LINE, DataProcessing: { JoinSource: 'Input' } } as const;
const HANGS = { ...BY_LINE, ModelClientConfig: { InvocationsTimeoutInSeconds: 1, InvocationsMaxRetries: 1 } } as const;
/** Where no program listens that a user may start. */
const NOBODY = 'http://127.0.0.1:1';
/** A second of the job in milliseconds: delays and time-outs are waited for, but shorter. */
const second = 40;

describe('a container in trouble', () => {
  test('that exited at its start fails the job with its last words', async () => {
    const { failures, files, leftOpen } = await runJob({
      objects: { 'in.csv': '1\n', 'more.csv': '2\n' },
      containers: [
        {
          url: NOBODY,
          ended: Promise.resolve({ exitCode: 1, signal: null }),
          tail: () => ['Traceback (most recent call last):', "ModuleNotFoundError: No module named 'lightgbm'"],
        },
      ],
      second,
    });
    expect(files).toEqual({});
    expect(leftOpen).toBe(0);
    expect(failures[0]).toEqual({
      code: 'container-ended',
      key: 'in.csv',
      lines: { first: 1, last: 1 },
      message: 'in.csv, line 1: the container ended with exit code 1 during the job',
      detail: "Traceback (most recent call last):\nModuleNotFoundError: No module named 'lightgbm'",
    });
  });

  test('to which nobody listens is asked again, then fails the job without trying every object', async () => {
    const { failures, waits } = await runJob({
      objects: Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`${index}.csv`, '1\n'])),
      containers: [{ url: NOBODY }],
      second,
    });
    expect(failures[0]).toMatchObject({ code: 'no-answer', detail: 'Unable to get response from algorithm' });
    expect(failures[0]!.message).toMatch(/ECONNREFUSED.* \(4 tries\)$/);
    expect(failures.length).toBeLessThan(5);
    expect(waits.filter((wait) => wait < 10_000).slice(0, 4)).toEqual([250, 500, 1000, 2000]);
  });

  test('that dies within a request ends the job at once, with the lines it was at', async () => {
    let die: (end: { exitCode: null; signal: string }) => void = () => {};
    const ended = new Promise<{ exitCode: null; signal: string }>((resolve) => {
      die = resolve;
    });
    const model = await stubModel(echo, {
      handle: (request, _, call) => {
        if (call < 2) return false;
        request.socket.destroy();
        die({ exitCode: null, signal: 'SIGKILL' });
        return true;
      },
    });
    const { failures, files } = await runJob({
      request: ONE_BY_ONE,
      objects: { 'in.csv': '1\n2\n3\n4\n', 'never.csv': '1\n' },
      containers: [{ url: model.url, ended, tail: () => ['Killed'] }],
      second,
    });
    expect(files).toEqual({});
    expect(failures[0]).toMatchObject({
      code: 'container-ended',
      message: 'in.csv, line 3: the container ended by SIGKILL during the job',
      detail: 'Killed',
    });
  });

  test('that hangs is given up after its time, as often as it is asked', async () => {
    const model = await stubModel(echo, { handle: () => true });
    const { failures, files } = await runJob({
      request: HANGS,
      objects: { 'in.csv': '1\n2\n' },
      containers: [{ ...model, tail: () => ['loading …'] }],
      second,
    });
    expect(files).toEqual({});
    expect(failures).toEqual([
      {
        code: 'invocation-timeout',
        key: 'in.csv',
        lines: { first: 1, last: 2 },
        message: 'in.csv, lines 1–2: the container gave no whole answer within 1 s (2 tries)',
        detail: 'loading …',
        fix: 'raise ModelClientConfig.InvocationsTimeoutInSeconds (3600 at most), or send less at a time: MaxPayloadInMB',
      },
    ]);
  });

  test('that answers 500 once and then 200 is forgiven', async () => {
    const model = await stubModel((invocation, call) =>
      call === 0 ? { status: 500, body: 'warming up' } : echo(invocation),
    );
    const { failures, files } = await runJob({ objects: { 'in.csv': '1\n2\n' }, containers: [model], second });
    expect(failures).toEqual([]);
    expect(files).toEqual({ 'in.csv.out': '1\n2\n' });
    expect(model.invocations.length).toBe(2);
  });

  test('that answers 500 once is not forgiven when no retries are allowed', async () => {
    const model = await stubModel((invocation, call) =>
      call === 0 ? { status: 500, body: 'warming up' } : echo(invocation),
    );
    const { failures } = await runJob({
      request: { ...BY_LINE, ModelClientConfig: { InvocationsMaxRetries: 0 } },
      objects: { 'in.csv': '1\n2\n' },
      containers: [model],
      second,
    });
    expect(failures[0]).toMatchObject({ code: 'bad-status', detail: 'warming up' });
    expect(model.invocations.length).toBe(1);
  });

  test('that refuses a request is not asked the same again, and its words are no prediction', async () => {
    const model = await stubModel(({ body }) =>
      body.includes('x') ? { status: 415, body: 'ValueError: could not convert string to float: x' } : '0.5\n',
    );
    const { failures, files, leftOpen } = await runJob({
      request: ONE_BY_ONE,
      objects: { 'bad.csv': '1\n2\nx\n4\n', 'good.csv': '1\n' },
      containers: [model],
      second,
    });
    expect(files).toEqual({ 'good.csv.out': '0.5\n' });
    expect(leftOpen).toBe(0);
    expect(failures).toEqual([
      {
        code: 'bad-status',
        key: 'bad.csv',
        lines: { first: 3, last: 3 },
        message: 'bad.csv, line 3: the container answered 415',
        detail: 'ValueError: could not convert string to float: x',
      },
    ]);
    expect(model.invocations.filter(({ body }) => body.includes('x')).length).toBe(1);
  });

  test.each([201, 204, 302])('that answers %i has not answered', async (status) => {
    const model = await stubModel(() => ({ status, body: status === 204 ? '' : '0.5\n' }));
    const { failures, files } = await runJob({ objects: { 'in.csv': '1\n' }, containers: [model], second });
    expect(files).toEqual({});
    expect(failures[0]).toMatchObject({
      code: 'bad-status',
      message: `in.csv, line 1: the container answered ${status}`,
    });
  });

  test.each([
    ['of a known length', { 'Content-Length': '100' }],
    ['in chunks', {}],
  ])('whose answer %s is cut leaves no output', async (_, headers) => {
    const model = await stubModel(echo, {
      handle: (request, response) => {
        request.resume();
        response.writeHead(200, headers);
        response.write('0.5\n', () => response.destroy());
        return true;
      },
    });
    for (const MaxPayloadInMB of [6, 0]) {
      const { failures, files, leftOpen } = await runJob({
        request: { ...BY_LINE, MaxPayloadInMB },
        objects: { 'in.csv': '1\n2\n' },
        containers: [model],
        second,
      });
      expect(files).toEqual({});
      expect(leftOpen).toBe(0);
      expect(failures[0]!.code).toBe('no-answer');
      expect(failures[0]!.message).toMatch(/\(4 tries\)$/);
    }
  });

  test('that answers drop by drop is waited for, up to the time allowed for the whole answer', async () => {
    const drip = (times: number) =>
      stubModel(echo, {
        handle: (request, response) => {
          request.resume();
          response.writeHead(200);
          let drops = 0;
          const timer = setInterval(() => {
            response.write('.');
            if (++drops === times) {
              clearInterval(timer);
              response.end('\n');
            }
          }, 5);
          response.on('close', () => clearInterval(timer));
          return true;
        },
      });
    const patient = await runJob({ objects: { 'in.csv': '1\n' }, containers: [await drip(5)] });
    expect(patient.files).toEqual({ 'in.csv.out': '.....\n' });
    const endless = await runJob({
      request: HANGS,
      objects: { 'in.csv': '1\n' },
      containers: [await drip(100_000)],
      second,
    });
    expect(endless.failures[0]!.code).toBe('invocation-timeout');
  });

  test('that closes its idle connections costs no retry', async () => {
    const model = await stubModel(echo, {
      handle: (_, response, call) => {
        // The answer is whole; the connection is gone right after it, unannounced.
        response.on('finish', () => setImmediate(() => response.socket?.destroy()));
        return call < 0;
      },
    });
    const { failures, files } = await runJob({
      request: { ...ONE_BY_ONE, ModelClientConfig: { InvocationsMaxRetries: 0 } },
      objects: { 'in.csv': '1\n2\n3\n4\n5\n6\n7\n8\n' },
      containers: [model],
    });
    expect(failures).toEqual([]);
    expect(files['in.csv.out']).toBe('1\n2\n3\n4\n5\n6\n7\n8\n');
  });
});

describe('an answer that cannot be joined', () => {
  test('is one with too few lines, shown as it came', async () => {
    const model = await stubModel(() => '{"predictions": [0.1, 0.2]}');
    const { failures, files } = await runJob({
      request: JOINED,
      objects: { 'in.csv': '1\n2\n' },
      containers: [model],
    });
    expect(files).toEqual({});
    expect(failures[0]).toMatchObject({
      code: 'record-count',
      lines: { first: 1, last: 2 },
      message:
        'in.csv, lines 1–2: 2 records went to the model and 1 answer came back: JoinSource Input needs one answer a record',
      detail: '{"predictions": [0.1, 0.2]}',
    });
  });

  test.each([
    ['fewer', '1\n2\n3\n', '1\n2\n', { first: 3, last: 3 }],
    ['more', '1\n', '1\n2\n', { first: 2, last: 2 }],
  ])('is one with %s lines than the stream that was asked', async (_, asked, answered, lines) => {
    const model = await stubModel(() => answered);
    const { failures, files, leftOpen } = await runJob({
      request: { ...JOINED, MaxPayloadInMB: 0 },
      objects: { 'in.csv': asked },
      containers: [model],
    });
    expect(files).toEqual({});
    expect(leftOpen).toBe(0);
    expect(failures[0]).toMatchObject({ code: 'record-count', lines });
  });

  test('is one of another type than JSON, with the line it was to answer', async () => {
    const model = await stubModel(({ body }, call) =>
      call === 0
        ? body
        : { type: 'text/html', body: body.toString().replaceAll('{"a":4}', '<html>504 Gateway Time-out</html>') },
    );
    const { failures } = await runJob({
      request: {
        TransformInput: { ContentType: 'application/jsonlines', SplitType: 'Line' },
        TransformOutput: { Accept: 'application/jsonlines', AssembleWith: 'Line' },
        DataProcessing: { JoinSource: 'Input' },
        BatchStrategy: 'SingleRecord',
      },
      objects: { 'in.jsonl': '{"a":1}\n{"a":2}\n{"a":3}\n{"a":4}\n' },
      containers: [model],
    });
    expect(failures[0]).toMatchObject({ code: 'not-json', lines: { first: 4, last: 4 } });
    expect(failures[0]!.message).toContain('the model\'s answer is not JSON: "<html>504 Gateway Ti" at character 1');
  });
});

describe('an input in trouble', () => {
  test('is one without objects', async () => {
    const { failures } = await runJob({
      request: { TransformInput: { DataSource: { S3DataSource: { S3Uri: 's3://bucket/inn/' } } } },
      objects: {},
      containers: [await stubModel(echo)],
    });
    expect(failures).toMatchObject([{ code: 'no-objects', message: 'there are no objects under s3://bucket/inn/' }]);
  });

  test('is an object that cannot be read', async () => {
    const { failures, files } = await runJob({
      objects: { 'in.csv': '1\n', 'next.csv': '2\n' },
      containers: [await stubModel(echo)],
      unreadable: 'in.csv',
    });
    expect(files).toEqual({ 'next.csv.out': '2\n' });
    expect(failures).toMatchObject([{ code: 'object-unreadable', key: 'in.csv' }]);
  });

  test('is a record that is too large: its object has no output, the next one does', async () => {
    const model = await stubModel(echo);
    const { failures, files } = await runJob({
      request: { ...BY_LINE, MaxPayloadInMB: 1 },
      objects: { 'wide.csv': `1\n2\n${'x'.repeat(1024 ** 2)}\n`, 'narrow.csv': '1\n' },
      containers: [model],
    });
    expect(files).toEqual({ 'narrow.csv.out': '1\n' });
    expect(failures).toEqual([
      {
        code: 'payload-too-large',
        key: 'wide.csv',
        lines: { first: 3, last: 3 },
        message: 'wide.csv, line 3: a record is larger than the payload allowed: MaxPayloadInMB is 1',
        fix: 'raise MaxPayloadInMB (100 at most, 0 for no limit)',
      },
    ]);
  });

  test.each([
    ['that is no gzip at all', Buffer.from('1\n2\n')],
    ['that is cut off', gzipSync('1\n2\n'.repeat(5000)).subarray(0, 40)],
  ])('is gzip %s', async (_, content) => {
    const model = await stubModel(echo);
    for (const MaxPayloadInMB of [6, 0]) {
      const { failures, files, leftOpen } = await runJob({
        request: { ...BY_LINE, TransformInput: { ...BY_LINE.TransformInput, CompressionType: 'Gzip' }, MaxPayloadInMB },
        objects: { 'in.csv.gz': content },
        containers: [model],
      });
      expect(files).toEqual({});
      expect(leftOpen).toBe(0);
      expect(failures[0]!.code).toBe('not-gzip');
    }
  });

  test('is a row that ends within quotes, and a record without what a filter asks for', async () => {
    const model = await stubModel(echo);
    const quotes = await runJob({ request: JOINED, objects: { 'in.csv': '1\n"a\nb",1\n' }, containers: [model] });
    expect(quotes.failures[0]).toMatchObject({ code: 'csv-newline', lines: { first: 2, last: 2 } });
    const columns = await runJob({
      request: { ...BY_LINE, DataProcessing: { InputFilter: '$[2]' } },
      objects: { 'in.csv': '1,2,3\n1,2\n' },
      containers: [model],
    });
    expect(columns.failures[0]!.message).toBe('in.csv, line 2: the filter asks for [2], and the row has 2 columns');
  });
});

test('an interrupted job stops within a request and leaves nothing half done', async () => {
  const interruption = new AbortController();
  const model = await stubModel(echo, {
    handle: () => {
      interruption.abort();
      return true;
    },
  });
  const { failures, files, leftOpen } = await runJob({
    objects: { 'in.csv': '1\n', 'next.csv': '1\n' },
    containers: [model],
    signal: interruption.signal,
  });
  // The second object may have been opened already.
  expect(new Set(failures.map(({ code }) => code))).toEqual(new Set(['interrupted']));
  expect([files, leftOpen]).toEqual([{}, 0]);
});

test('a job that was interrupted before it began says so', async () => {
  const model = await stubModel(echo);
  const { failures, files } = await runJob({
    objects: { 'in.csv': '1\n' },
    containers: [model],
    signal: AbortSignal.abort(),
  });
  expect(failures.map(({ code }) => code)).toEqual(['interrupted']);
  expect([files, model.invocations]).toEqual([{}, []]);
});
