import { appendFileSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import type { Json, StepDocument } from '../../../src/definition/document.ts';
import { readCacheNote } from '../../../src/run/local/cache.ts';
import { after } from '../../../src/run/local/duration.ts';
import { type Bench, type Ran, type Shell, bench, documentOf, get, shellStep } from './run-document.ts';

const OUT = '/opt/ml/processing/out';
const IN = '/opt/ml/processing/in';
const CACHED = { CacheConfig: { Enabled: true, ExpireAfter: 'P30D' } };
const inRun = (name: string): Json => ({
  'Std:Join': { On: '/', Values: ['s3:/', 'b', get('Execution.PipelineExecutionId'), name] },
});

function make(more: Partial<Shell> = {}, rest: Partial<StepDocument> = CACHED): StepDocument {
  return shellStep(
    'Make',
    { script: `cat ${IN}/i/* > ${OUT}/o/made`, inputs: { i: 's3://b/in' }, outputs: { o: inRun('made') }, ...more },
    rest,
  );
}

async function project(): Promise<Bench> {
  const made = bench();
  await made.put('s3://b/in/a', 'a\n');
  return made;
}

const told = ({ events }: Ran): string[] =>
  events.flatMap((event) => (event.type === 'progress' ? [event.message] : []));

describe('a step whose results may be used again', () => {
  test('is not run when what it is made of is the same, and those behind it read what was made', async () => {
    const { run, get: read } = await project();
    const use = shellStep('Use', {
      script: `cat ${IN}/i/made > ${OUT}/o/used`,
      inputs: { i: get("Steps.Make.ProcessingOutputConfig.Outputs['o'].S3Output.S3Uri") },
      outputs: { o: inRun('used') },
    });
    const first = await run(documentOf([make(), use]));
    expect(told(first)).toEqual(['Make runs: not from the cache, as no earlier run has a result of it']);
    const second = await run(documentOf([make(), use]));
    expect(second.states).toEqual({ Make: 'cached', Use: 'succeeded' });
    expect(second.reasons['Make']).toBe(`as run ${first.run} made it`);
    expect(await read(`s3://b/${second.run}/used/used`)).toBe('a\n');
  });

  test('is not run when its input is at another place with the same content', async () => {
    const { run, put } = await project();
    await run(documentOf([make()]));
    await put('s3://b/copy/a', 'a\n');
    expect((await run(documentOf([make({ inputs: { i: 's3://b/copy' } })]))).states).toEqual({ Make: 'cached' });
  });

  test.each<[string, (at: Bench) => Promise<StepDocument>, RegExp]>([
    [
      'its program',
      () => Promise.resolve(make({ words: ['x'] })),
      /^Make runs: not from the cache, as Arguments\.AppSpecification\.ContainerArguments\[0\] is new \(compared with run \w+\)$/,
    ],
    [
      'its environment',
      () => Promise.resolve(make({ environment: { A: '1' } })),
      /as Arguments\.Environment\.A is new/,
    ],
    [
      'a variable that has the name of a member without effect',
      () => Promise.resolve(make({ environment: { Tags: '1' } })),
      /as Arguments\.Environment\.Tags is new/,
    ],
    [
      'what it reads',
      async ({ put }) => {
        await put('s3://b/in/a', 'b\n');
        return make();
      },
      /as Arguments\.ProcessingInputs\[0\]\.S3Input\.S3Uri was "an object with the content/,
    ],
    [
      'where it writes',
      () => Promise.resolve(make({ outputs: { o: 's3://b/elsewhere' } })),
      /as Arguments\.ProcessingOutputConfig\.Outputs\[0\]\.S3Output\.S3Uri was "s3:\/\/b\/<run>\/made" and is/,
    ],
  ])('is run when %s is another, and says so', async (_, change, why) => {
    const at = await project();
    await at.run(documentOf([make()]));
    const again = await at.run(documentOf([await change(at)]));
    expect(again.states).toEqual({ Make: 'succeeded' });
    expect(told(again)).toEqual([expect.stringMatching(why)]);
  });

  test('is run when what it made has been changed since', async () => {
    const { run, put, stateFolder } = await project();
    const first = await run(documentOf([make()]));
    appendFileSync(join(stateFolder, 'store/b', first.run, 'made/made'), 'x');
    expect(told(await run(documentOf([make()])))).toEqual([
      `Make runs: not from the cache, as what run ${first.run} made at s3://b/${first.run}/made is not there as it was`,
    ]);
    await put('s3://b/in/a', 'anew\n');
  });

  test('is run when its result is too old', async () => {
    const { run, stateFolder } = await project();
    const { run: name } = await run(documentOf([make()]));
    const folder = join(stateFolder, 'cache/tested/Make');
    const file = join(folder, readdirSync(folder)[0]!);
    const entry = JSON.parse(readFileSync(file, 'utf8')) as object;
    writeFileSync(file, JSON.stringify({ ...entry, ended: '2020-01-01T00:00:00.000Z' }));
    expect(told(await run(documentOf([make()])))).toEqual([
      `Make runs: not from the cache, as the result of run ${name} is older than P30D`,
    ]);
  });

  test('is run when the run is to use nothing, and one that may not be is not when it is to use all', async () => {
    const { run } = await project();
    await run(documentOf([make()]));
    expect((await run(documentOf([make()]), { settings: { cache: 'none' } })).states).toEqual({ Make: 'succeeded' });
    const plain = documentOf([make({}, {})]);
    expect((await run(plain)).states).toEqual({ Make: 'succeeded' });
    expect((await run(plain, { settings: { cache: 'all' } })).states).toEqual({ Make: 'cached' });
  });

  test('keeps why with its run', async () => {
    const { run } = await project();
    const { folder } = await run(documentOf([make(), shellStep('Other', { script: 'true' })]));
    expect(readCacheNote({ path: folder }, 'Make')).toMatchObject({
      outcome: 'miss',
      why: 'no earlier run has a result of it',
    });
    expect(readCacheNote({ path: folder }, 'Other')).toEqual({
      outcome: 'off',
      why: 'the step has no CacheConfig that is enabled; --cache uses the results of all steps',
    });
  });

  test('passes over results that somebody has damaged', async () => {
    const { run, stateFolder } = await project();
    await run(documentOf([make()]));
    const folder = join(stateFolder, 'cache/tested/Make');
    for (const [index, text] of ['null', '{}', '{"version": 1', '[]'].entries()) {
      writeFileSync(join(folder, `${index}.json`), text);
    }
    expect((await run(documentOf([make()]))).states).toEqual({ Make: 'cached' });
    expect((await run(documentOf([make({ words: ['x'] })]))).states).toEqual({ Make: 'succeeded' });
  });

  test('of which there are many results keeps the last twenty', async () => {
    const { run, stateFolder } = await project();
    for (let index = 0; index < 23; index++) await run(documentOf([make({ words: [String(index)] })]));
    expect(readdirSync(join(stateFolder, 'cache/tested/Make'))).toHaveLength(20);
  });
});

test.each([
  ['P30D', '2026-01-31T00:00:00.000Z'],
  ['PT1H', '2026-01-01T01:00:00.000Z'],
  ['P1M', '2026-02-01T00:00:00.000Z'],
  ['P1Y2W', '2027-01-15T00:00:00.000Z'],
  ['PT1M0.5S', '2026-01-01T00:01:00.500Z'],
  ['30d', '2026-01-31T00:00:00.000Z'],
  ['T16m', '2026-01-01T00:16:00.000Z'],
])('%s ends as ISO 8601 has it', (duration, end) => {
  expect(after(new Date('2026-01-01T00:00:00Z'), duration)?.toISOString()).toBe(end);
});
