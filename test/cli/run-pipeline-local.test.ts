import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { describeWithPython } from '../support/python-environment.ts';
import { type Project, writeProject } from '../support/project.ts';

const FIT = `import argparse, os
import joblib, numpy
from sklearn.linear_model import LinearRegression

parser = argparse.ArgumentParser()
parser.add_argument('--factor', type=float)
parser.add_argument('--model-dir', default=os.environ['SM_MODEL_DIR'])
parser.add_argument('--train', default=os.environ['SM_CHANNEL_TRAIN'])
given = parser.parse_args()
rows = numpy.loadtxt(os.path.join(given.train, 'rows.csv'), delimiter=',')
model = LinearRegression().fit(rows[:, 1:], rows[:, 0] * given.factor)
print('rows=%d;' % len(rows))
joblib.dump(model, os.path.join(given.model_dir, 'model.joblib'))
`;

const SERVE = `import os, joblib

def model_fn(folder):
    return joblib.load(os.path.join(folder, 'model.joblib'))

# The image makes a flat array of one column.
def predict_fn(rows, model):
    return model.predict(rows.reshape(-1, 1))
`;

const PREPARE = `import pathlib

rows = [f'{2 * x + 1},{x}' for x in range(20)]
pathlib.Path('/opt/ml/processing/output/train/rows.csv').write_text('\\n'.join(rows))
limit = pathlib.Path('/opt/ml/processing/input/limit/limit.txt').read_text().strip()
pathlib.Path('/opt/ml/processing/output/check/check.json').write_text('{"limit": %s}' % limit)
`;

const FITTING = `import { asset, definePipeline, jsonGet, modelPackage, parameter, sklearn, step, when } from 'sagemaker-pipelines';

const Limit = parameter.string();
const Factor = parameter.float({ default: 10 });
const instance = { type: 'ml.m5.large', count: 1 } as const;
const version = '1.2-1';

const prepare = step.processing('Prepare', sklearn.processor({
  version, instance, code: asset(import.meta, 'prepare.py'), inputs: { limit: Limit }, outputs: ['train', 'check'],
}), { propertyFiles: { check: { output: 'check', path: 'check.json' } } });
const fit = step.training('Fit', sklearn.training({
  version, instance, code: asset(import.meta, 'fit.py'), inputs: { train: prepare.output('train') },
  hyperparameters: { factor: Factor }, metrics: { rows: 'rows=([0-9]+);' },
}));
const register = step.registerModel('Register', modelPackage({
  group: 'lines', accepts: ['text/csv'], returns: ['text/csv'],
  containers: [sklearn.model({ version, data: fit.properties.ModelArtifacts.S3ModelArtifacts, code: asset(import.meta, 'serve.py') })],
}));
const stop = step.fail('TooSmall', { ErrorMessage: 'the limit is too small' });
const choose = step.condition('Choose', {
  Conditions: [when(jsonGet<number>(prepare.propertyFile('check'), 'limit'), '>', 3)], IfSteps: [register], ElseSteps: [stop],
});

export default definePipeline({ name: 'fitting', parameters: { Limit, Factor }, steps: [choose] });
`;

const PREDICTING = `import { batchTransform, definePipeline, parameter, step } from 'sagemaker-pipelines';

const Data = parameter.string();
const Results = parameter.string();
const ModelName = parameter.string();
const predict = step.transform('Predict', batchTransform({
  model: ModelName, input: Data, contentType: 'text/csv', instance: { type: 'ml.m5.large', count: 1 }, join: true, output: Results,
}));

export default definePipeline({ name: 'predicting', parameters: { Data, Results, ModelName }, steps: [predict] });
`;

const FILES = {
  'pipelines/fitting/pipeline.ts': FITTING,
  'pipelines/fitting/prepare.py': PREPARE,
  'pipelines/fitting/fit.py': FIT,
  'pipelines/fitting/serve.py': SERVE,
  'pipelines/fitting/sample/limit.txt': '5\n',
  'pipelines/fitting/sample/parameters.json': '{"Limit": "./limit.txt"}',
  'pipelines/predicting/pipeline.ts': PREDICTING,
  'new/a.csv': '100\n200\n',
  'new/b.csv': '0.5\n',
};

/** Environments are kept from one test run to the next. */
const ENV = {
  HOME: homedir(),
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('PIP_'))),
} as Record<string, string>;

const run = (project: Project, ...words: string[]) => project.run('run-pipeline', [...words, '--local'], ENV);

describeWithPython('a project without AWS', () => {
  test('trains, chooses, registers, approves and predicts with scikit-learn', { timeout: 600_000 }, async () => {
    const project = writeProject(FILES, 'Projekt Ω');
    const fitted = await run(project, '--name', 'fitting', '--json');
    expect(fitted.stderr).not.toContain('error');
    const { steps } = JSON.parse(fitted.stdout) as { steps: { step: string; state: string; facts: object }[] };
    expect(steps.map(({ step, state, facts }) => ({ step, state, facts }))).toEqual([
      { step: 'Prepare', state: 'succeeded', facts: {} },
      { step: 'Choose', state: 'succeeded', facts: { outcome: true } },
      { step: 'TooSmall', state: 'skipped', facts: {} },
      { step: 'Fit', state: 'succeeded', facts: { rows: 20 } },
      {
        step: 'Register',
        state: 'succeeded',
        facts: { group: 'lines', version: 1, approval: 'PendingManualApproval' },
      },
    ]);

    const predict = ['--name', 'predicting', '-p', 'Data=./new/', '-p', 'Results=./out', '-p', 'ModelName=lines'];
    const early = await run(project, ...predict);
    expect({
      exitCode: early.exitCode,
      fix: early.stderr.includes('sagemaker-pipelines models approve lines'),
    }).toEqual({
      exitCode: 5,
      fix: true,
    });
    await project.run('sagemaker-pipelines', ['models', 'approve', 'lines']);
    const predicted = await run(project, ...predict);
    expect(predicted.stderr).not.toContain('error');
    const numbers = ['a.csv.out', 'b.csv.out'].map((name) => readFileSync(join(project.folder, 'out', name), 'utf8'));
    // 10 · (2x + 1), fitted on a line, so that it is exact but for rounding.
    const rows = numbers
      .join('')
      .trimEnd()
      .split('\n')
      .map((row) => row.split(',').map(Number));
    expect(rows.map(([x, y]) => [x, Math.round(y! * 1e6) / 1e6])).toEqual([
      [100, 2010],
      [200, 4010],
      [0.5, 20],
    ]);
  });
});

describe('a document without containers', () => {
  test('needs no Python at all', async () => {
    const project = writeProject({
      'pipelines/small/pipeline.ts': `import { definePipeline, step } from 'sagemaker-pipelines';
export default definePipeline({ name: 'small', steps: [step.fail('Stop', { ErrorMessage: 'no' })] });
`,
    });
    const { exitCode, stderr } = await project.run('run-pipeline', ['--name', 'small', '--local'], {
      PATH: '/nowhere',
    });
    expect({ exitCode, failed: stderr.includes('Stop failed: no') }).toEqual({ exitCode: 1, failed: true });
  });
});
