import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { bind, check, emit, toJson } from 'sagemaker-pipelines';
import pipeline from '../../pipelines/batch_inference/pipeline.ts';
import { describeWithPython } from '../support/python-environment.ts';
import { runCommand } from '../support/run-command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const FOLDER = fileURLToPath(new URL('../../pipelines/batch_inference/', import.meta.url));
const SAMPLE = readFileSync(join(FOLDER, 'sample', 'abalone.csv'), 'utf8');

describe('the batch_inference pipeline', () => {
  const assembly = emit(pipeline, { region: 'us-east-1' });

  test('is the golden document', async () => {
    await expect(toJson(assembly.definition)).toMatchFileSnapshot('../golden/pipelines/batch_inference.json');
  });

  test('has nothing wrong with it', () => {
    expect([...assembly.diagnostics, ...check(assembly.definition)]).toEqual([]);
  });

  test('needs nothing of an account once it is bound', () => {
    const bound = bind(assembly.definition, { bucket: 'b', roleArn: 'arn:aws:iam::111122223333:role/r' });
    expect(bound.Parameters?.map(({ Name }) => Name)).toEqual(Object.keys(pipeline.parameters));
  });

  test('writes the results of each execution to a place of its own', () => {
    const places = [...JSON.stringify(assembly.definition).matchAll(/Execution\.PipelineExecutionId"\},"(\/[^"]*)"/g)];
    expect(places.map(([, place]) => place)).toEqual(['/PreprocessData/inference', '/Predict']);
  });
});

describeWithPython('preprocess.py', () => {
  async function preprocess(files: Record<string, string>) {
    const folder = temporaryFolder();
    const [input, output] = [join(folder, 'in'), join(folder, 'out')];
    mkdirSync(join(input, 'more'), { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(input, name), text);
    const script = join(FOLDER, 'preprocess.py');
    const run = await runCommand('python3', [script, '--input', input, '--output', output], { timeLimit: 30_000 });
    return { ...run, read: (name: string) => readFileSync(join(output, name), 'utf8') };
  }

  test('gives every record of the sample one row, in order, with the digits it came with', async () => {
    const { exitCode, read } = await preprocess({ 'abalone.csv': SAMPLE });
    expect(exitCode).toBe(0);
    const rows = SAMPLE.trimEnd()
      .split('\n')
      .map((record) => {
        const [sex, ...measurements] = record.split(',');
        return [...measurements, ...['F', 'I', 'M'].map((known) => (known === sex ? '1' : '0'))].join(',');
      });
    expect(read('abalone.csv')).toBe(`${rows.join('\n')}\n`);
  });

  test('leaves the label out, reads Windows line ends and keeps folders', async () => {
    const { exitCode, stdout, read } = await preprocess({
      'more/a.csv': 'M,1.0,2,3,4,5,6,7,15\r\nF,1e-05,2,3,4,5,6,7,9\r\n',
    });
    expect([exitCode, stdout]).toEqual([0, 'a.csv: 2 records\n']);
    expect(read('more/a.csv')).toBe('1.0,2,3,4,5,6,7,0,0,1\n1e-05,2,3,4,5,6,7,1,0,0\n');
  });

  test.each([
    ['a column too few', 'M,1,2,3,4,5,6\n', 'a.csv, line 1: 7 columns, but 8 (or 9 with the rings) are expected'],
    ['a text for a number', 'M,1,2,3,4,5,6,7\nF,x,2,3,4,5,6,7\n', 'a.csv, line 2: length is "x", which is no number'],
    ['a number that is none', 'M,1,2,3,4,5,6,nan\n', 'a.csv, line 1: shell weight is "nan", which is no finite number'],
    ['a sex it was not trained on', 'Q,1,2,3,4,5,6,7\n', 'a.csv, line 1: sex is "Q", which is none of F, I, M'],
    ['a header', 'sex,a,b,c,d,e,f,g\n', 'a.csv, line 1: sex is "sex", which is none of F, I, M'],
  ])('stops at %s and names file and line', async (_, text, message) => {
    const { exitCode, stderr } = await preprocess({ 'a.csv': text });
    expect([exitCode, stderr]).toEqual([1, `${message}\n`]);
  });

  test.each([
    ['no files', {}, /^No \.csv file lies in /],
    ['files without records', { 'a.csv': '\n' }, /hold no records/],
  ])('stops at %s', async (_, files, message) => {
    const { exitCode, stderr } = await preprocess(files);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(message);
  });
});
