import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Asset, type Assembly, asset, definePipeline, emit, sklearn, step } from 'sagemaker-pipelines';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { emitted } from './emitted.ts';

/** A folder with `src/train.py`, `src/lib/model.py` and `prepare.py`. */
function project(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'src/lib'), { recursive: true });
  for (const name of ['prepare.py', 'src/train.py', 'src/lib/model.py'])
    writeFileSync(join(folder, name), `# ${name}\n`);
  return folder;
}

const uri = (key: string): unknown => ({
  'Std:Join': { On: '', Values: ['s3://', { Get: 'Parameters.ArtifactBucket' }, `/${key}`] },
});

function trained(code: Asset, entry?: string): Assembly {
  const instance = { type: 'ml.m5.large' } as const;
  const steps = [step.training('Train', sklearn.training({ version: '1.2-1', code, entry, instance }))];
  return emit(definePipeline({ name: 'p', steps }), { region: 'eu-west-1' });
}

describe('an asset', () => {
  test('is named by its content: a file, a folder, and each as one bundle', () => {
    const folder = project();
    const [file, source] = [asset(folder, 'prepare.py'), asset(folder, 'src')];
    const { value } = emitted([file, file.bundle, source, source.bundle]);
    const [fileHash, sourceHash] = [...JSON.stringify(value).matchAll(/[0-9a-f]{64}/g)]
      .map(String)
      .filter((_, at) => at % 2 === 0);
    expect(value).toEqual([
      uri(`assets/${fileHash}/prepare.py`),
      uri(`assets/${fileHash}/sourcedir.tar.gz`),
      uri(`assets/${sourceHash}/`),
      uri(`assets/${sourceHash}/sourcedir.tar.gz`),
    ]);
  });

  test('travels with the assembly once, however often it is used, with all that an uploader needs', () => {
    const folder = project();
    const source = asset(folder, 'src', { ignore: ['*.md'] });
    const steps = [step.custom('A', 'T', { code: source.bundle }), step.custom('B', 'T', { code: source.bundle })];
    const { assets } = emit(definePipeline({ name: 'p', steps }), { region: 'eu-west-1' });
    expect(assets).toEqual([
      {
        hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
        path: join(folder, 'src'),
        packaging: 'archive',
        key: `assets/${assets[0]!.hash}/sourcedir.tar.gz`,
        ignore: ['*.md'],
      },
    ]);
  });
});

describe('emit reports', () => {
  test('an asset that is missing, with the line that names it', () => {
    const folder = project();
    const { diagnostics } = emitted(asset(folder, 'prepair.py'));
    expect(diagnostics).toEqual([
      {
        code: 'asset-missing',
        severity: 'error',
        message: `The asset "${join(folder, 'prepair.py')}" does not exist`,
        path: 'Steps[0].Arguments.value',
        at: expect.stringMatching(/assets\.test\.ts:\d+$/) as string,
        detail: `looked for ${join(folder, 'prepair.py')}`,
        fix: 'did you mean "prepare.py"?',
      },
    ]);
  });

  test('a missing asset once, though two steps use it', () => {
    const lost = asset(project(), 'lost.py');
    expect(emitted([lost, lost.bundle]).diagnostics).toHaveLength(1);
  });

  test('an entry that the folder does not hold', () => {
    const { diagnostics } = trained(asset(project(), 'src'), 'trian.py');
    expect(diagnostics).toMatchObject([
      {
        code: 'unknown-entry',
        message: 'src holds no file "trian.py"',
        path: 'Steps[0].Arguments.HyperParameters.sagemaker_submit_directory',
        detail: 'it holds: lib/model.py, train.py',
        fix: 'did you mean "train.py"?',
      },
    ]);
  });

  test('a folder of which nobody says what is run', () => {
    expect(trained(asset(project(), 'src')).diagnostics).toMatchObject([
      {
        code: 'entry-missing',
        message: 'src is a folder, and nothing says which file of it is run',
        fix: "name it: entry: 'train.py'",
      },
    ]);
  });

  test('a file that carries the name of bundles and is used as both', () => {
    const folder = project();
    writeFileSync(join(folder, 'sourcedir.tar.gz'), 'x');
    const archive = asset(folder, 'sourcedir.tar.gz');
    expect(emitted([archive, archive.bundle]).diagnostics).toMatchObject([{ code: 'asset-key-taken' }]);
  });
});
