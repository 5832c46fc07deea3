import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';

import { describeWithPython } from '../../../support/python-environment.ts';
import { layOut, openContainers, processing } from './process-containers.ts';

const XGBOOST = '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1';
const nobody = new AbortController().signal;

const ROWS = Array.from({ length: 200 }, (_, index) => [3 * index + 1, index, index % 7]);
const CSV = ROWS.map((row) => row.join(',')).join('\n');
const LIBSVM = ROWS.map(([label, first, second]) => `${label} 0:${first} 1:${second}`).join('\n');

async function train(
  files: Readonly<Record<string, string>>,
  channels: object,
  hyperparameters: Readonly<Record<string, string>>,
) {
  const folder = layOut({
    ...files,
    'input/config/inputdataconfig.json': JSON.stringify(channels),
    'input/config/hyperparameters.json': JSON.stringify(hyperparameters),
  });
  const lines: string[] = [];
  const job = { kind: 'training', name: 'Boost', image: XGBOOST, environment: {}, folder } as const;
  const end = await openContainers().containers.run(job, (_, line) => lines.push(line), nobody);
  return { end, lines, folder };
}

describeWithPython("SageMaker's XGBoost algorithm", () => {
  beforeAll(async () => {
    const { containers } = openContainers({}, () => {});
    const found = await containers.inspect([
      { kind: 'training', name: 'Boost', image: XGBOOST, environment: {}, folder: '/' },
    ]);
    if (found.some(({ severity }) => severity === 'error')) throw new Error(JSON.stringify(found));
  }, 600_000);

  test.each([
    ['CSV', CSV, 'text/csv'],
    ['LIBSVM', LIBSVM, 'text/libsvm'],
  ])(
    'learns from %s, tells its metrics as the image does, and gives the same figures as XGBoost by hand',
    async (_, text, ContentType) => {
      const files = {
        'input/data/train/part-0': text,
        'input/data/train/_SUCCESS': '',
        'input/data/validation/part-0': text,
      };
      const given = {
        num_round: '5',
        objective: 'reg:squarederror',
        eta: '0.5',
        eval_metric: 'rmse,mae',
        early_stopping_rounds: '3',
      };
      const { end, lines, folder } = await train(files, { train: { ContentType }, validation: { ContentType } }, given);
      expect([end.exitCode, lines]).toEqual([
        0,
        expect.arrayContaining([
          expect.stringMatching(
            /^\[4\]\ttrain-rmse:[\d.]+\ttrain-mae:[\d.]+\tvalidation-rmse:[\d.]+\tvalidation-mae:[\d.]+$/,
          ),
        ]),
      ]);
      expect(existsSync(join(folder, 'model/xgboost-model'))).toBe(true);
      const script = `import xgboost as x, numpy as n
rows = n.array(${JSON.stringify(ROWS)}, 'float32')
mine = x.train({'objective': 'reg:squarederror', 'eta': 0.5}, x.DMatrix(rows[:, 1:], label=rows[:, 0]), 5)
theirs = x.Booster(model_file='/opt/ml/model/xgboost-model')
data = x.DMatrix(rows[:, 1:])
print(bool((mine.predict(data) == theirs.predict(data)).all()))`;
      const said: string[] = [];
      const check = processing(folder, { image: XGBOOST, entrypoint: ['python3', '-c', script] });
      await openContainers().containers.run(check, (__, line) => said.push(line), nobody);
      expect(said).toContain('True');
    },
  );

  test('says what is wrong with its data and its hyperparameters', async () => {
    const csv = { train: { ContentType: 'text/csv' } };
    const file = 'input/data/train/a.csv';
    const failure = async (...words: Parameters<typeof train>): Promise<string | undefined> =>
      (await train(...words)).end.failure;
    expect(await failure({ [file]: CSV }, csv, {})).toBe('Missing required hyperparameter: num_round');
    expect(await failure({}, csv, { num_round: '1' })).toBe('No data in train channel path /opt/ml/input/data/train');
    expect(await failure({ [file]: `a,b,c\n${CSV}` }, csv, { num_round: '1' })).toContain(
      'it must have no header, and the label first',
    );
    expect(await failure({ [file]: CSV }, { train: { ContentType: 'image/png' } }, { num_round: '1' })).toContain(
      'the ContentType image/png is not supported',
    );
    expect(await failure({ [file]: CSV }, csv, { num_round: '1', objective: 'nonsense' })).toContain(
      'XGB train call failed with exception',
    );
  });

  test('a script of the author reads Parquet with get_dmatrix as the image does', async () => {
    const script = `
import os, pandas
from sagemaker_xgboost_container.data_utils import get_dmatrix
os.makedirs("data/nested")
for name, first in [("data/b", 1), ("data/nested/part=9", 7)]:
    pandas.DataFrame({"label": [first, first + 1], "x": [0.5, None], "y": [3, 4]}).to_parquet(name)
open("data/_SUCCESS", "w").close()
read = get_dmatrix("data", "parquet")
print(read.num_row(), read.num_col(), read.get_label().tolist())
`;
    const { end, lines } = await train({ 'code/learn.py': script }, {}, { sagemaker_program: '"learn.py"' });
    expect([end.exitCode, lines]).toEqual([0, expect.arrayContaining(['4 2 [1.0, 2.0, 7.0, 8.0]'])]);
  });
});
