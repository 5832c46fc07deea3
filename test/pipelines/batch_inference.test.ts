import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import pipeline from '../../pipelines/batch_inference/pipeline.ts';
import training from '../../pipelines/batch_inference/training/pipeline.ts';
import { describeWithPython } from '../support/python-environment.ts';
import { runCommand } from '../support/run-command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { computeDirectly, copyOfPipelines, describeDocument, expectSameNumbers, readJson, runHere } from './shipped.ts';

const FOLDER = fileURLToPath(new URL('../../pipelines/batch_inference/', import.meta.url));
const SAMPLE = readFileSync(join(FOLDER, 'sample', 'abalone.csv'), 'utf8');

describeDocument('batch_inference', pipeline, 'batch_inference');
describeDocument('batch_inference/training', training, 'batch_inference_training');

describeWithPython('preprocess.py', () => {
  async function preprocess(files: Record<string, string>) {
    const folder = temporaryFolder();
    const [input, output] = [join(folder, 'in'), join(folder, 'out')];
    mkdirSync(join(input, 'more'), { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(input, name), text);
    const script = join(FOLDER, 'preprocess.py');
    const run = await runCommand('python3', [script, '--input', input, '--output', output]);
    return { ...run, read: (name: string) => readFileSync(join(output, name), 'utf8') };
  }

  test('gives every record of the sample one row, in order, with the digits it came with', async () => {
    const { exitCode, read } = await preprocess({ 'abalone.csv': SAMPLE });
    expect(exitCode).toBe(0);
    expect(read('abalone.csv')).toBe(SAMPLE);
  });

  test('leaves the label out, reads Windows line ends and keeps folders', async () => {
    const { exitCode, stdout, read } = await preprocess({
      'more/a.csv': 'M,1.0,2,3,4,5,6,7,15\r\nF,1e-05,2,3,4,5,6,7,9\r\n',
    });
    expect([exitCode, stdout]).toEqual([0, 'more/a.csv: 2 records\n']);
    expect(read('more/a.csv')).toBe('M,1.0,2,3,4,5,6,7\nF,1e-05,2,3,4,5,6,7\n');
  });

  test.each([
    ['a column too few', 'M,1,2,3,4,5,6\n', 'a.csv, line 1: 7 columns, but 8 (or 9 with the rings) are expected'],
    ['a text for a number', 'M,1,2,3,4,5,6,7\nF,x,2,3,4,5,6,7\n', 'a.csv, line 2: length is "x", which is no number'],
    ['a number that is none', 'M,1,2,3,4,5,6,nan\n', 'a.csv, line 1: shell weight is "nan", which is no finite number'],
    ['a sex it was not trained on', 'Q,1,2,3,4,5,6,7\n', 'a.csv, line 1: sex is "Q", which is none of F, I, M'],
    [
      'a header of other columns',
      'sex,a,b\n',
      'a.csv, line 1: the header is "sex,a,b", but "sex,length,diameter,height,whole weight,shucked weight,viscera weight,shell weight,rings" is expected',
    ],
  ])('stops at %s and names file and line', async (_, text, message) => {
    const { exitCode, stderr } = await preprocess({ 'a.csv': text });
    expect([exitCode, stderr]).toEqual([1, `${message}\n`]);
  });

  test.each([
    ['no files', {}, /^No \.csv or \.data file lies in /],
    ['files without records', { 'a.csv': '\n' }, /^No record is in a\.csv$/m],
  ])('stops at %s', async (_, files, message) => {
    const { exitCode, stderr } = await preprocess(files);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(message);
  });
});

interface Direct {
  readonly r2: number;
  readonly rmse: number;
  readonly tested: number[];
  readonly predictions: number[];
}

describeWithPython('batch_inference on this machine', () => {
  test('trains the model it lacks, and predicts what plain scikit-learn predicts', { timeout: 600_000 }, async () => {
    const project = copyOfPipelines();
    const [first, direct] = await Promise.all([
      runHere(project, 'batch_inference'),
      computeDirectly<Direct>('abalone'),
    ]);
    expect({ exitCode: first.exitCode, states: first.states }).toEqual({
      exitCode: 0,
      states: { PreprocessData: 'succeeded', Predict: 'succeeded' },
    });
    expect(first.stderr).toContain('batch_inference/training runs first: no approved version of the model "abalone"');
    expect(metricsOfTraining(project.folder)).toEqual({ r2: direct.r2.toFixed(6), rmse: direct.rmse.toFixed(6) });
    const readme = readFileSync(join(FOLDER, 'README.md'), 'utf8');
    expect(readme).toContain(`an R² of ${direct.r2.toFixed(3)} and is ${direct.rmse.toFixed(2)} rings off (RMSE)`);

    const rows = lines(first.file('batch-inference', 'Predict', 'inference', 'abalone.csv.out'));
    expect(rows.map((row) => row.slice(0, row.lastIndexOf(',')))).toEqual(SAMPLE.trimEnd().split('\n'));
    expectSameNumbers(lastColumn(rows), direct.predictions);

    // What training kept for its test, through the model's containers in a batch of their own.
    const records = lines(join(FOLDER, 'training', 'sample', 'abalone.csv'));
    const tested = direct.tested.map((at) => records[at]!);
    writeFileSync(join(project.folder, 'tested.csv'), `${tested.join('\n')}\n`);
    const second = await runHere(project, 'batch_inference', '-p', 'InputDataUrl=tested.csv');
    expect(second.stderr).not.toContain('runs first');
    const predicted = lastColumn(lines(second.file('batch-inference', 'Predict', 'inference', 'tested.csv.out')));
    expect(r2Of(lastColumn(tested), predicted)).toBeCloseTo(direct.r2, 12);
    const sha256 = createHash('sha256')
      .update(readFileSync(join(project.folder, 'tested.csv')))
      .digest('hex');
    expect(readJson(second.file('batch-inference', 'PreprocessData', 'lineage', 'lineage.json'))).toEqual({
      run: second.run,
      model: 'abalone/1',
      inputs: [{ file: 'tested.csv', rows: tested.length, sha256 }],
    });
  });
});

/** What the training job of a project's only training run said of itself, with the digits that it printed. */
function metricsOfTraining(project: string): Record<string, string> {
  const runs = join(project, '.sagemaker-pipelines', 'runs');
  const logs = readdirSync(runs).map((run) => join(runs, run, 'steps', 'TrainModel', 'stdout'));
  const log = readFileSync(logs.find(existsSync)!, 'utf8');
  return Object.fromEntries([...log.matchAll(/(\w+)=([\d.]+);/g)].map(([, name, value]) => [name!, value!]));
}

function lines(file: string): string[] {
  return readFileSync(file, 'utf8').trimEnd().split('\n');
}

function lastColumn(rows: readonly string[]): number[] {
  return rows.map((row) => Number(row.slice(row.lastIndexOf(',') + 1)));
}

function r2Of(known: readonly number[], predicted: readonly number[]): number {
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const squares = (others: readonly number[]) => known.reduce((sum, value, at) => sum + (value - others[at]!) ** 2, 0);
  return 1 - squares(predicted) / squares(known.map(() => mean));
}
