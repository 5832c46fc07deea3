import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import {
  type EnvironmentCache,
  type PythonEnvironment,
  environmentFor,
  substitutions,
} from '../../../../src/run/local/containers/environments.ts';
import { addRequirements, layEnvironment } from '../../../../src/run/local/containers/layers.ts';
import { recipeOf } from '../../../../src/run/local/containers/recipes.ts';
import { describeWithPython } from '../../../support/python-environment.ts';
import { runCommand } from '../../../support/run-command.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { writeWheel } from './package-index.ts';
import { unique } from './process-containers.ts';

/** One small package without others behind it. */
const small = { name: 'small 1.0', packages: { six: '1.16.0' } };

function cacheIn(folder: string, env: NodeJS.ProcessEnv = process.env) {
  const told: string[] = [];
  const cache: EnvironmentCache = {
    folder,
    supervisor: { python: 'python3', env },
    unique,
    now: () => new Date(),
    interrupted: new AbortController().signal,
    tell: (message) => told.push(message),
  };
  return { cache, told };
}

async function ask(environment: PythonEnvironment, code: string): Promise<string> {
  const { stdout, stderr, exitCode } = await runCommand(join(environment.folder, 'bin/python'), ['-c', code]);
  if (exitCode !== 0) throw new Error(stderr);
  return stdout.trim();
}

/** An environment in which pip knows the wheels of a folder and nothing else. */
function withWheelsOf(folder: string): NodeJS.ProcessEnv {
  return { ...process.env, PIP_NO_INDEX: '1', PIP_FIND_LINKS: folder };
}

describeWithPython('a folder that cannot be written to', () => {
  test('is told of as such, with what to do', async () => {
    const { cache } = cacheIn('/dev/null/environments');
    await expect(environmentFor(cache, small)).rejects.toMatchObject({
      failure: 'machine',
      code: 'cache-not-writable',
      fix: 'name a folder that can be: SAGEMAKER_PIPELINES_CACHE=FOLDER',
    });
  });
});

describeWithPython('a python3 that does not start', () => {
  test.each([
    ['as there is none, though there are other interpreters', '/nowhere/python3', 'python-missing'],
    ['as it is broken', '/bin/false', 'cannot-lock'],
  ])('is told of as such: %s', async (_, python, code) => {
    const { cache } = cacheIn(temporaryFolder());
    const supervisor = { ...cache.supervisor, python };
    await expect(environmentFor({ ...cache, supervisor }, small)).rejects.toMatchObject({
      failure: 'machine',
      code,
      fix: expect.stringMatching(/on the PATH|that .bin.false works/) as string,
    });
  });
});

describe('what stands for an image', () => {
  test('has what the image pins, the framework first', () => {
    const { name, python, packages } = recipeOf({ family: 'sklearn', version: '1.2-1' })!;
    expect([name, python, Object.keys(packages)[0], packages['scikit-learn']]).toEqual([
      'sklearn 1.2-1',
      '3.9',
      'scikit-learn',
      '1.2.1',
    ]);
  });

  test.each([
    ['2.6.0', 'py312', '3.12', { torch: '2.6.0', torchvision: '0.21.0' }, '<2'],
    ['1.13.1', 'py39', '3.9', { torch: '1.13.1' }, '<2'],
    ['2.8.0', 'py312', '3.12', { torch: '2.8.0', torchvision: '0.23.0' }, ''],
  ])('PyTorch %s keeps to the NumPy that it was built for', (version, tag, python, torch, numpy) => {
    const recipe = recipeOf({ family: 'pytorch', version, python: tag })!;
    expect([recipe.python, recipe.torch, recipe.packages['numpy']]).toEqual([python, torch, numpy]);
  });

  test('Hugging Face is what it is called and the PyTorch beneath it; on another framework nothing stands for it', () => {
    const image = { family: 'huggingface', version: '4.28.1', python: 'py310' } as const;
    const recipe = recipeOf({ ...image, base: 'pytorch2.0.0' });
    expect([recipe?.python, recipe?.torch, recipe?.packages['transformers']]).toEqual([
      '3.10',
      { torch: '2.0.0', torchvision: '0.15.0' },
      '4.28.1',
    ]);
    expect(recipeOf({ ...image, base: 'tensorflow2.6.3' })).toBeUndefined();
    expect(recipeOf({ family: 'blazingtext', version: '1' })).toBeUndefined();
  });

  test('XGBoost keeps clear of CUDA on Linux', () => {
    expect(recipeOf({ family: 'xgboost', version: '1.7-1' })?.onLinux).toBeUndefined();
    expect(recipeOf({ family: 'xgboost', version: '3.0-5' })?.onLinux).toEqual({ xgboost: 'xgboost-cpu' });
  });
});

describeWithPython('an environment', () => {
  let shared = '';
  let base: PythonEnvironment | undefined;
  let builds: readonly { readonly built: PythonEnvironment; readonly told: readonly string[] }[] = [];

  beforeAll(async () => {
    shared = temporaryFolder(afterAll);
    const both = [cacheIn(shared), cacheIn(shared)].map(async ({ cache, told }) => {
      const built = await environmentFor(cache, small);
      return { built, told };
    });
    builds = await Promise.all(both);
    base = builds[0]!.built;
  });

  test('holds exactly what was asked for and is built once', async () => {
    const { cache, told } = cacheIn(shared);
    const again = await environmentFor(cache, small);
    expect(again).toEqual(base);
    expect(told).toEqual([]);
    expect(again.substituted).toEqual([]);
    expect(await ask(again, 'import six; print(six.__version__)')).toBe('1.16.0');
  });

  test('that two runs want at once is built by one of them', () => {
    const [one, other] = [builds[0]!, builds[1]!];
    expect(one.built).toEqual(other.built);
    const [builder, waiter] = one.told[0]?.startsWith('building') === true ? [one, other] : [other, one];
    expect(builder.told.at(-1)).toBe('built the environment small 1.0');
    expect(waiter.told).toEqual([
      'another run is building the environment small 1.0; waiting for it',
      'the other run is done with the environment small 1.0',
    ]);
    const made = readdirSync(shared).filter((name) => name.startsWith('small') && name.includes('.build-'));
    expect(made).toHaveLength(1);
  });

  test('that this Python cannot have takes the nearest release that is there as a wheel, and says so', async () => {
    const folder = temporaryFolder();
    for (const version of ['1.2', '3.0', '3.1rc1']) writeWheel(folder, 'thing', version);
    for (const version of ['1.0', '1.1']) writeFileSync(join(folder, `thing-${version}.tar.gz`), '');
    const { cache, told } = cacheIn(temporaryFolder(), withWheelsOf(folder));
    const wanted = { name: 'things 1.0', python: '3.2', packages: { thing: '1.0' } };
    const environment = await environmentFor(cache, wanted);
    const [python, thing] = environment.substituted;
    expect(python).toMatchObject({ what: 'Python', wanted: '3.2' });
    expect(thing).toEqual({ what: 'thing', wanted: '1.0', got: '1.2' });
    expect(told).toContain('things 1.0: this Python cannot have all versions of the image, looking for the nearest');
    const [warning] = substitutions(environment, false);
    expect(warning).toMatchObject({ code: 'environment-substituted', severity: 'warning' });
    expect(warning?.detail).toMatch(/^Python 3\.2 → 3\.\d+, thing 1\.0 → 1\.2$/);
    expect(substitutions(environment, true)).toMatchObject([{ severity: 'error' }]);
  });

  test('whose releases do not go together takes none of another major version than the image has', async () => {
    const folder = temporaryFolder();
    writeWheel(folder, 'frame', '1.0');
    for (const version of ['1.0', '1.5', '2.0']) writeWheel(folder, 'base', version);
    for (const version of ['1.0', '1.1']) writeWheel(folder, 'other', version, version === '1.0' ? 'base<1' : '');
    const { cache } = cacheIn(temporaryFolder(), withWheelsOf(folder));
    const packages = { frame: '1.0', base: '1.0', other: '1.0' };
    const { substituted } = await environmentFor(cache, { name: 'frame 1.0', packages });
    expect(substituted).toEqual([
      { what: 'base', wanted: '1.0', got: '1.5' },
      { what: 'other', wanted: '1.0', got: '1.1' },
    ]);
  });

  test('whose package index cannot be reached says what to do, and leaves nothing behind', async () => {
    const folder = temporaryFolder();
    const env = {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      PIP_INDEX_URL: 'http://127.0.0.1:9/simple',
      PIP_CONFIG_FILE: '/dev/null',
    };
    await expect(environmentFor(cacheIn(folder, env).cache, small)).rejects.toMatchObject({
      failure: 'machine',
      code: 'package-index-unreachable',
      fix: expect.stringContaining('PIP_INDEX_URL') as unknown,
    });
    expect(readdirSync(folder).filter((name) => !name.endsWith('.lock'))).toEqual([]);
  });

  test('without any Python says what to install', async () => {
    const env = { PATH: temporaryFolder(), HOME: temporaryFolder() };
    await expect(environmentFor(cacheIn(temporaryFolder(), env).cache, small)).rejects.toMatchObject({
      failure: 'machine',
      code: 'python-missing',
    });
  });

  test('lends its packages to a layer and is not changed by what is installed there', async () => {
    const folder = join(temporaryFolder(), 'mit Leerzeichen ä', 'layer');
    const layer = layEnvironment(folder, base!);
    expect(await ask(layer, 'import six, sys; print(six.__version__, sys.prefix)')).toBe(`1.16.0 ${folder}`);
    const pip = await runCommand(join(folder, 'bin/pip'), ['install', '--quiet', 'six==1.15.0'], {});
    expect(pip.exitCode).toBe(0);
    expect(await ask(layer, 'import six; print(six.__version__)')).toBe('1.15.0');
    expect(await ask(base!, 'import six; print(six.__version__)')).toBe('1.16.0');
  });

  test('gets the requirements of a source folder on top, once', async () => {
    const source = temporaryFolder();
    const file = join(source, 'requirements.txt');
    writeFileSync(file, 'six==1.14.0\n');
    const { cache, told } = cacheIn(shared);
    const added = (await addRequirements(cache, base!, file, temporaryFolder())) as PythonEnvironment;
    expect(await ask(added, 'import six; print(six.__version__)')).toBe('1.14.0');
    expect(await addRequirements(cache, base!, file, temporaryFolder())).toEqual(added);
    expect(told.filter((message) => message.startsWith('buil'))).toEqual([
      'building the environment small 1.0 with requirements.txt: pip installs six==1.14.0',
      'built the environment small 1.0 with requirements.txt',
    ]);
    expect(await ask(layEnvironment(join(source, 'layer'), added), 'import six; print(six.__version__)')).toBe(
      '1.14.0',
    );
  });

  test('keeps nothing of requirements that cannot be had', async () => {
    const file = join(temporaryFolder(), 'requirements.txt');
    writeFileSync(file, 'six==99.0\n');
    const { cache } = cacheIn(temporaryFolder());
    const end = await addRequirements(cache, base!, file, temporaryFolder());
    const lines = expect.arrayContaining(['ERROR: No matching distribution found for six==99.0']) as unknown;
    expect(end).toMatchObject({ ok: false, lines });
  });
});
