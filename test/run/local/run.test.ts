import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bench, documentOf, get, shellStep } from './run-document.ts';

const OUT = '/opt/ml/processing/out';
const IN = '/opt/ml/processing/in';

describe('a run on this machine', () => {
  test('lays out what a step reads and keeps what it writes', async () => {
    const { put, run, get: read } = bench();
    await put('s3://b/data/a.csv', 'a\n');
    await put('s3://b/data/sub/b.csv', 'b\n');
    const script = `cat ${IN}/data/a.csv ${IN}/data/sub/b.csv > ${OUT}/all/all.csv`;
    const step = shellStep('Both', { script, inputs: { data: 's3://b/data' }, outputs: { all: 's3://b/out/x' } });
    const { state, states } = await run(documentOf([step]));
    expect({ state, states }).toEqual({ state: 'succeeded', states: { Both: 'succeeded' } });
    expect(await read('s3://b/out/x/all.csv')).toBe('a\nb\n');
  });

  test('hands the output of a step to the next, by what the service would describe', async () => {
    const { run, get: read } = bench();
    const first = shellStep('First', { script: `echo 1 > ${OUT}/train/one`, outputs: { train: 's3://b/first' } });
    const second = shellStep('Second', {
      script: `echo "$1 $WHO" | cat ${IN}/train/one - > ${OUT}/o/two`,
      inputs: { train: get("Steps.First.ProcessingOutputConfig.Outputs['train'].S3Output.S3Uri") },
      outputs: { o: { 'Std:Join': { On: '/', Values: ['s3:/', 'b', get('Execution.PipelineExecutionId'), 'out'] } } },
      words: [get('Parameters.Word')],
      environment: { WHO: get('Steps.First.ProcessingJobStatus') },
    });
    const parameters = [{ Name: 'Word', Type: 'String', DefaultValue: 'none' }] as const;
    const ran = await run(documentOf([second, first], parameters), { parameters: { Word: 'said' } });
    expect(ran.states).toEqual({ First: 'succeeded', Second: 'succeeded' });
    expect(await read(`s3://b/${ran.run}/out/two`)).toBe('1\nsaid Completed\n');
  });

  test('takes no time, and not less, when the clock is set back meanwhile', async () => {
    let hour = 12;
    const { state, events } = await bench().run(documentOf([shellStep('A', { script: 'true' })]), {
      now: () => new Date(Date.UTC(2026, 0, 1, hour)),
      listen: (event) => {
        if (event.type === 'step-started') hour = 11;
      },
    });
    const seconds = events.flatMap((event) => ('seconds' in event ? [event.seconds] : []));
    expect({ state, seconds }).toEqual({ state: 'succeeded', seconds: [0, 0] });
  });

  test('leaves a folder that tells all of it, and no more', async () => {
    const { run } = bench();
    const step = shellStep('Say', { script: 'echo hello; echo oh >&2', words: ['w'] });
    const { folder, run: name } = await run(documentOf([step]));
    expect(readdirSync(folder).toSorted()).toEqual([
      'definition.json',
      'events.ndjson',
      'owner.1',
      'run.json',
      'steps',
    ]);
    expect(readdirSync(join(folder, 'steps/Say')).toSorted()).toEqual([
      'arguments.json',
      'cache.json',
      'result.json',
      'stderr',
      'stdout',
    ]);
    expect(readFileSync(join(folder, 'steps/Say/stdout'), 'utf8')).toBe('hello\n');
    const events = readFileSync(join(folder, 'events.ndjson'), 'utf8').trimEnd().split('\n');
    const types = events.map((line) => (JSON.parse(line) as { type: string }).type);
    expect(types).toEqual(
      ['run-started', 'step-started', 'diagnostic', 'step-ended', 'run-ended'].filter((type) => type !== 'diagnostic'),
    );
    expect(JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'))).toMatchObject({
      version: 1,
      run: name,
      pipeline: 'tested',
    });
  });

  test('tells why a step failed, with the end of its log, and starts nothing more', async () => {
    const { run, stateFolder } = bench();
    const bad = shellStep('Bad', { script: 'for i in $(seq 30); do echo line $i; done; exit 3' });
    const after = shellStep('After', { script: 'true' }, { DependsOn: ['Bad'] });
    const ran = await run(documentOf([bad, after]));
    expect(ran.state).toBe('failed');
    expect(ran.reasons).toEqual({ Bad: 'its program exited with 3', After: 'not started, as Bad failed' });
    const end = ran.events.find((event) => event.type === 'step-ended' && event.step === 'Bad');
    expect(end).toMatchObject({ tail: Array.from({ length: 20 }, (_, index) => `line ${index + 11}`) });
    expect(existsSync(join(stateFolder, 'runs', ran.run, 'steps/Bad/opt-ml'))).toBe(true);
  });
});

test('a job finds the store as S3 by what every client of AWS reads from its environment', async () => {
  const { put, run, get: read } = bench();
  await put('s3://b/in/a.csv', 'from the store');
  const script = `node -e "
    const http = require('node:http');
    const url = process.env.AWS_ENDPOINT_URL_S3 + '/b/';
    http.get(url + 'in/a.csv', (answer) => {
      answer.on('data', (text) => {
        const request = http.request(url + 'out/b', { method: 'PUT' }, ({ statusCode }) => process.exit(statusCode - 200));
        request.end(text + ', and back');
      });
    });
  "`;
  const ran = await run(documentOf([shellStep('Client', { script })]));
  expect(ran.reasons).toEqual({ Client: undefined });
  expect(await read('s3://b/out/b')).toBe('from the store, and back');
});
