import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

import * as fc from '../../../support/fast-check.ts';
import { type Invocation, type Reply, stubModel } from './model-server.ts';
import { runJob, sleep } from './run-job.ts';

const RUNS = { numRuns: 100 };

/** Answers in any order: some requests wait a little. */
const unsteady =
  (answer: (body: Buffer) => Reply) =>
  async ({ body }: Invocation, call: number): Promise<Reply> => {
    if (call % 3 === 0) await sleep(1);
    return answer(body);
  };

/** Any bytes, with newlines more often than chance has them. */
const bytes = fc
  .array(
    fc.oneof({ weight: 3, arbitrary: fc.integer({ min: 0, max: 255 }) }, { weight: 1, arbitrary: fc.constant(10) }),
    {
      maxLength: 400,
    },
  )
  .map((list) => Buffer.from(list));

const circumstances = fc.record({
  objects: fc.array(bytes, { minLength: 1, maxLength: 4 }),
  split: fc.constantFrom('None', 'Line'),
  strategy: fc.constantFrom('MultiRecord', 'SingleRecord'),
  assembleWith: fc.constantFrom('None', 'Line'),
  // 0 is a stream of any length.
  payloadBytes: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 500 })),
  workers: fc.integer({ min: 1, max: 5 }),
  instances: fc.integer({ min: 1, max: 3 }),
  piece: fc.integer({ min: 1, max: 300 }),
  isGzip: fc.boolean(),
  containers: fc.integer({ min: 1, max: 3 }),
});

test('what an echoing model is sent comes back as the output, or a record is larger than the payload', async () => {
  const model = await stubModel(unsteady((body) => body));
  await fc.assert(
    fc.asyncProperty(circumstances, async (given) => {
      const { objects, split, strategy, assembleWith, payloadBytes, workers, instances, piece, isGzip } = given;
      const named = Object.fromEntries(objects.map((content, index) => [`${index}`, content]));
      const {
        bytes: outputs,
        failures,
        leftOpen,
      } = await runJob({
        request: {
          TransformInput: { SplitType: split, CompressionType: isGzip ? 'Gzip' : 'None' },
          TransformOutput: { AssembleWith: assembleWith },
          BatchStrategy: strategy,
          MaxConcurrentTransforms: workers,
          TransformResources: { InstanceCount: instances },
        },
        objects: Object.fromEntries(
          Object.entries(named).map(([key, content]) => [key, isGzip ? gzipSync(content) : content]),
        ),
        containers: Array.from({ length: given.containers }, () => model),
        payloadBytes,
        piece,
      });
      expect(leftOpen).toBe(0);
      for (const [key, content] of Object.entries(named)) {
        const records = split === 'None' ? [content] : linesOf(content);
        const isTooLarge = payloadBytes > 0 && records.some((record) => record.length > payloadBytes);
        const wanted = isTooLarge ? undefined : echoed(content, split, assembleWith).toString('latin1');
        expect(outputs[`${key}.out`]?.toString('latin1')).toBe(wanted);
        expect(failures.some((failure) => failure.key === key)).toBe(isTooLarge);
      }
    }),
    RUNS,
  );
});

test('a model that fails once at everything changes nothing', async () => {
  let seen = new Set<string>();
  const model = await stubModel((invocation) => {
    const asked = invocation.body.toString('latin1');
    if (seen.has(asked)) return invocation.body;
    seen.add(asked);
    return { status: 500, body: 'not yet' };
  });
  await fc.assert(
    fc.asyncProperty(circumstances, async (given) => {
      seen = new Set();
      const objects = Object.fromEntries(given.objects.map((content, index) => [`${index}`, content]));
      const { bytes: outputs, failures } = await runJob({
        request: {
          TransformInput: { SplitType: given.split },
          BatchStrategy: given.strategy,
          MaxConcurrentTransforms: given.workers,
        },
        objects,
        containers: [model],
        payloadBytes: given.payloadBytes === 0 ? 0 : given.payloadBytes + 400,
        piece: given.piece,
        second: 20,
      });
      expect(failures).toEqual([]);
      expect(Object.keys(objects).filter((key) => !outputs[`${key}.out`]!.equals(objects[key]!))).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

test('a join with columns loses, adds and moves no row', async () => {
  // The answer to a row is made of the row, so that an answer at another row's side shows.
  const model = await stubModel(
    unsteady((body) => body.toString('latin1').replaceAll(/[^\n]+/g, (row) => `<${row.length}:${row}>`)),
  );
  const field = fc.oneof(
    fc.stringMatching(/^[a-z0-9 é;.-]{0,8}$/),
    fc.stringMatching(/^[a-z, ]{0,5}$/).map((text) => `"${text}""${text}"`),
  );
  const rows = fc.array(fc.array(field, { minLength: 2, maxLength: 5 }), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(rows, circumstances, fc.boolean(), async (table, given, isEnded) => {
      const lines = table.map((fields, index) => [String(index), ...fields].join(','));
      const content = `${lines.join('\n')}${isEnded && lines.length > 0 ? '\n' : ''}`;
      const { files, failures } = await runJob({
        request: {
          TransformInput: { ContentType: 'text/csv', SplitType: 'Line' },
          TransformOutput: { Accept: 'text/csv', AssembleWith: 'Line' },
          DataProcessing: { InputFilter: '$[0]', JoinSource: 'Input' },
          BatchStrategy: given.strategy,
          MaxConcurrentTransforms: given.workers,
        },
        objects: { 'in.csv': content },
        containers: [model],
        payloadBytes: given.payloadBytes === 0 ? 0 : 200 + given.payloadBytes,
        piece: given.piece,
      });
      expect(failures).toEqual([]);
      const wanted = lines.map((line, index) => `${line},<${String(index).length}:${index}>\n`);
      expect(files['in.csv.out']).toBe(wanted.join(''));
    }),
    RUNS,
  );
});

test('a join with JSON Lines keeps every record, its members and the text of its numbers', async () => {
  const model = await stubModel(unsteady((body) => body));
  const number = fc.stringMatching(/^-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?$/);
  const records = fc.array(fc.record({ number, text: fc.string(), list: fc.array(number, { maxLength: 4 }) }), {
    maxLength: 40,
  });
  await fc.assert(
    fc.asyncProperty(records, circumstances, async (values, given) => {
      const lines = values.map(
        ({ number, text, list }, index) =>
          `{"z": ${number},  "text":${JSON.stringify(text)}, "list" :[${list.join(' , ')}], "at":${index}}`,
      );
      const { files, failures } = await runJob({
        request: {
          TransformInput: { ContentType: 'application/jsonlines', SplitType: 'Line' },
          TransformOutput: { Accept: 'application/jsonlines', AssembleWith: 'Line' },
          DataProcessing: { InputFilter: '$.at', JoinSource: 'Input' },
          BatchStrategy: given.strategy,
          MaxConcurrentTransforms: given.workers,
        },
        objects: { 'in.jsonl': lines.map((line) => `${line}\n`).join('') },
        containers: [model],
        payloadBytes: given.payloadBytes === 0 ? 0 : 1000 + given.payloadBytes,
        piece: given.piece,
      });
      expect(failures).toEqual([]);
      const wanted = values.map(
        ({ number, text, list }, index) =>
          `{"SageMakerOutput":${index},"at":${index},"list":[${list.join(',')}],"text":${JSON.stringify(text)},"z":${number}}\n`,
      );
      expect(files['in.jsonl.out']).toBe(wanted.join(''));
    }),
    RUNS,
  );
});

function linesOf(content: Buffer): Buffer[] {
  return content
    .toString('latin1')
    .split(/(?<=\n)/)
    .map((line) => Buffer.from(line, 'latin1'));
}

/** `AssembleWith: Line` ends the last answer, if it is not ended. */
function echoed(content: Buffer, split: string, assembleWith: string): Buffer {
  const isAnswered = content.length > 0 || split === 'None';
  const isOpen = isAnswered && content.at(-1) !== 10;
  return assembleWith === 'Line' && isOpen ? Buffer.concat([content, Buffer.from('\n')]) : content;
}
