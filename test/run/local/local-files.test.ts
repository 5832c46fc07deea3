import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { StepDocument } from '../../../src/definition/document.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { bench, documentOf, get, shellStep } from './run-document.ts';

const DECLARED = [{ Name: 'Input', Type: 'String' }] as const;
const LIST = 'cd /opt/ml/processing/in/data && find . -type f | sort > /opt/ml/processing/out/o/names';

function lister(): StepDocument {
  return shellStep('List', { script: LIST, inputs: { data: get('Parameters.Input') }, outputs: { o: 's3://b/o' } });
}

function files(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'data/sub dir'), { recursive: true });
  writeFileSync(join(folder, 'data/a.csv'), 'a\n');
  writeFileSync(join(folder, 'data/b.txt'), 'b\n');
  writeFileSync(join(folder, 'data/sub dir/ç.csv'), 'c\n');
  return folder;
}

describe('a parameter that stands where an S3 URI stands', () => {
  test.each<[string, (folder: string) => string, string]>([
    ['a file', () => './data/a.csv', './a.csv\n'],
    ['an absolute path', (folder) => join(folder, 'data/b.txt'), './b.txt\n'],
    ['a URL of a file', (folder) => pathToFileURL(join(folder, 'data/a.csv')).href, './a.csv\n'],
    ['a pattern', () => 'data/*.csv', './a.csv\n'],
    ['a pattern at any depth', () => 'data/**/*.csv', './a.csv\n./sub dir/ç.csv\n'],
  ])('may be %s', async (_, value, expected) => {
    const folder = files();
    const { run, get: read } = bench(folder);
    const ran = await run(documentOf([lister()], DECLARED), { parameters: { Input: value(folder) } });
    expect(ran.reasons).toEqual({ List: undefined });
    expect(await read('s3://b/o/names')).toBe(expected);
  });

  test('may be a folder, which the job gets a copy of', async () => {
    const folder = files();
    const { run, get: read } = bench(folder);
    const script = 'cd /opt/ml/processing/in/data && echo spoilt > a.csv && ls > /opt/ml/processing/out/o/names';
    const step = shellStep('List', { script, inputs: { data: get('Parameters.Input') }, outputs: { o: 's3://b/o' } });
    const ran = await run(documentOf([step], DECLARED), { parameters: { Input: 'data' } });
    expect(ran.reasons).toEqual({ List: undefined });
    expect(await read('s3://b/o/names')).toBe('a.csv\nb.txt\nsub dir\n');
    expect(readFileSync(join(folder, 'data/a.csv'), 'utf8')).toBe('a\n');
  });

  test('may not be a folder without a single file', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'data/deep'), { recursive: true });
    await expect(
      bench(folder).run(documentOf([lister()], DECLARED), { parameters: { Input: 'data' } }),
    ).rejects.toMatchObject({
      code: 'missing-file',
      diagnostics: [{ detail: `no file is in the folder ${join(folder, 'data')}` }],
    });
  });

  test('may be a folder to write to', async () => {
    const folder = files();
    const step = shellStep('Write', {
      script: 'echo out > /opt/ml/processing/out/o/made',
      outputs: { o: { 'Std:Join': { On: '/', Values: [get('Parameters.Input'), 'sub'] } } },
    });
    const ran = await bench(folder).run(documentOf([step], DECLARED), { parameters: { Input: './results' } });
    expect(ran.reasons).toEqual({ Write: undefined });
    expect(readFileSync(join(folder, 'results/sub/made'), 'utf8')).toBe('out\n');
  });

  test('that leads nowhere ends the run before it begins', async () => {
    const { run } = bench();
    await expect(run(documentOf([lister()], DECLARED), { parameters: { Input: './none.csv' } })).rejects.toMatchObject({
      failure: 'usage',
      code: 'missing-file',
      diagnostics: [
        {
          message: 'The parameter Input leads nowhere',
          fix: 'give a file or folder that is there: --param Input=./data, or an S3 URI',
        },
      ],
    });
  });

  test('stays what it is where no URI stands, even if it looks like a path', async () => {
    const folder = files();
    const { run, get: read } = bench(folder);
    const step = shellStep('Echo', {
      script: 'echo $1 > /opt/ml/processing/out/o/said',
      words: [get('Parameters.Input')],
      outputs: { o: 's3://b/o' },
    });
    await run(documentOf([step], DECLARED), { parameters: { Input: './data' } });
    expect(await read('s3://b/o/said')).toBe('./data\n');
  });
});

test('--map lets a folder stand for a part of S3 that the document names', async () => {
  const folder = files();
  const { run, get: read } = bench(folder);
  const place = { bucket: 'elsewhere', key: 'raw' };
  const step = shellStep('List', { script: LIST, inputs: { data: 's3://elsewhere/raw' }, outputs: { o: 's3://b/o' } });
  const ran = await run(documentOf([step]), {
    settings: { mounts: [{ place, path: join(folder, 'data'), readOnly: false }] },
  });
  expect(ran.reasons).toEqual({ List: undefined });
  expect(await read('s3://b/o/names')).toBe('./a.csv\n./b.txt\n./sub dir/ç.csv\n');
});
