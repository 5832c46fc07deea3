import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

import { readRunFolder } from '../../src/report/read-run-folder.ts';
import { openStore } from '../../src/run/local/store/store.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { ended, ran, started } from './told-run.ts';

const out = 's3://bucket/out';

/** Reads a run with one step, Fit, that left these files: in its folder, or below `store/bucket` for its output. */
async function readFit(files: Readonly<Record<string, string | Uint8Array>>, target = out) {
  const root = temporaryFolder();
  const run = join(root, 'runs/0abc');
  const events = [started(), ...ran('Fit', [0, 1], { outputs: [{ title: 'out', target }] }), ended(1)];
  const lines = events.map((event) => JSON.stringify(event)).join('\n');
  const all = { 'runs/0abc/definition.json': '{}', 'runs/0abc/events.ndjson': `${lines}\n{"type": "step-e`, ...files };
  for (const [name, text] of Object.entries(all)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  const read = await readRunFolder(
    run,
    openStore(join(root, 'store'), () => 'unique'),
  );
  return { ...read, fit: read.steps.get('Fit')! };
}

const log = (stream: string): string => `runs/0abc/steps/Fit/${stream}`;
const file = (name: string): string => `store/bucket/${name}`;

test('half a line at the end of the events is passed over', async () => {
  expect((await readFit({})).events).toHaveLength(4);
});

test('of a long log there are the last lines, whole', async () => {
  const lines = Array.from({ length: 20_000 }, (_, index) => `line ${index}`);
  const { fit } = await readFit({ [log('stdout')]: `${lines.join('\n')}\n`, [log('stderr')]: 'one\n' });
  expect(fit.logs).toEqual([
    { stream: 'stdout', lines: lines.slice(-60), isCut: true },
    { stream: 'stderr', lines: ['one'], isCut: false },
  ]);
});

test('the metrics of a training job are read out of its log', async () => {
  const MetricDefinitions = [{ Name: 'loss', Regex: 'loss=([0-9.]+)' }];
  const { fit } = await readFit({
    [log('arguments.json')]: JSON.stringify({ AlgorithmSpecification: { MetricDefinitions } }),
    [log('stdout')]: 'loss=4\nloss=2.5\n',
    [log('stderr')]: 'nothing\nloss=1\n',
  });
  expect(fit.series).toEqual([{ name: 'loss', values: [4, 2.5, 1] }]);
});

test('rows of CSV are cells, quotes and all that is in them', async () => {
  const rows = Array.from({ length: 30 }, (_, index) => `${index},"a ""b"", c",`).join('\n');
  const [output] = (await readFit({ [file('out/rows.csv')]: rows })).fit.outputs;
  expect(output!.previews[0]!.rows).toHaveLength(10);
  expect(output!.previews[0]!.rows![3]).toEqual(['3', 'a "b", c', '']);
  expect(output!.previews[0]!.isCut).toBe(true);
});

test('predictions, whose files have no ending of their own, are rows too', async () => {
  const [output] = (await readFit({ [file('out/rows.csv.out')]: '1.5\n2.5\n', [file('out/b.out')]: '1,2\n3,4\n' })).fit
    .outputs;
  expect(output!.previews.map(({ name, rows }) => [name, rows])).toEqual([
    [
      'b.out',
      [
        ['1', '2'],
        ['3', '4'],
      ],
    ],
    ['rows.csv.out', [['1.5'], ['2.5']]],
  ]);
});

test('JSON Lines are rows with their keys as columns; lines of another kind stay lines', async () => {
  const [output] = (
    await readFit({
      [file('out/a.jsonl')]: '{"id":1,"label":"a"}\n{"id":2,"scores":[0.5]}\n',
      [file('out/b.jsonl')]: '{"id":1}\n[2]\n',
    })
  ).fit.outputs;
  const [records, mixed] = output!.previews;
  expect(records).toMatchObject({
    columns: ['id', 'label', 'scores'],
    rows: [
      ['1', 'a', ''],
      ['2', '', '[0.5]'],
    ],
  });
  expect(mixed).toMatchObject({ lines: ['{"id":1}', '[2]'] });
});

test('JSON is laid out, and what is named like an evaluation is one', async () => {
  const { fit } = await readFit({
    [file('out/evaluation.json')]: '{"metrics":{"mse":{"value":4.5}}}',
    [file('out/rows.json')]: '{"count":5}',
  });
  const content = { metrics: { mse: { value: 4.5 } } };
  expect(fit.evaluations).toEqual([{ file: 'evaluation.json', propertyFile: undefined, content }]);
  expect(fit.outputs[0]!.previews[0]!.lines?.[1]).toBe('  "metrics": {');
});

test('the property files of a step are its evaluations, however they are named and however many files lie there', async () => {
  const PropertyFiles = [{ PropertyFileName: 'Result', OutputName: 'out', FilePath: 'z/result.json' }];
  const step = { Name: 'Fit', Type: 'Processing', Arguments: {}, PropertyFiles };
  const others = Array.from({ length: 20 }, (_, index) => [file(`out/metrics-${index}.json`), '{"count":5}'] as const);
  const { fit } = await readFit({
    ...Object.fromEntries(others),
    'runs/0abc/definition.json': JSON.stringify({ Version: '2020-12-01', Steps: [step] }),
    [file('out/z/result.json')]: '{"auc":0.75}',
  });
  expect(fit.evaluations).toEqual([{ file: 'z/result.json', propertyFile: 'Result', content: { auc: 0.75 } }]);
});

test('what a step was asked for is known where no job was given it, and the jobs of a search are', async () => {
  const summary = { TrainingJobName: 'fit-001', TrainingJobStatus: 'Completed', TunedHyperParameters: { depth: '3' } };
  const { fit } = await readFit({
    [log('result.json')]: JSON.stringify({
      state: 'succeeded',
      asked: { Type: 'Tuning', Arguments: { RoleArn: 'role' } },
      properties: { TrainingJobSummaries: [summary] },
    }),
  });
  expect(fit.arguments).toEqual({ RoleArn: 'role' });
  expect(fit.trials).toMatchObject([{ job: 'fit-001', choice: { depth: '3' }, value: undefined }]);
  const half = await readFit({ [log('result.json')]: '{"state": "succ' });
  expect(half.fit).toMatchObject({ trials: [] });
});

test('what is no text has a size and nothing more; a letter that the end goes through does not make it so', async () => {
  const { fit } = await readFit({
    [file('out/a.bin')]: new Uint8Array([0, 1, 2]),
    [file('out/b.txt')]: 'ä'.repeat(40_000).replace('ä', 'a'),
  });
  const [binary, text] = fit.outputs[0]!.previews;
  expect(binary).toEqual({ name: 'a.bin', size: 3, isCut: false });
  expect(text!.lines![0]!.startsWith('aä')).toBe(true);
});

test('what only begins with the same letters is no part of an output', async () => {
  const { fit } = await readFit({ [file('out/a.txt')]: 'a', [file('out2/b.txt')]: 'b' });
  expect(fit.outputs[0]!.previews.map(({ name }) => name)).toEqual(['a.txt']);
});

test('an output can be one file, or not be there at all', async () => {
  const one = await readFit({ [file('out/model.txt')]: 'abc' }, `${out}/model.txt`);
  expect(one.fit.outputs[0]!.previews.map(({ name }) => name)).toEqual(['model.txt']);
  expect((await readFit({})).fit.outputs[0]).toMatchObject({ objects: 0, previews: [] });
  expect((await readFit({}, 's3://bucket/../../etc')).fit.outputs).toEqual([]);
  expect((await readFit({}, 'https://example.com/')).fit.outputs).toEqual([]);
});
