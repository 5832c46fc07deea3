import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { type EnvironmentCache, environmentFor } from '../../../../src/run/local/containers/environments.ts';
import { pipReader } from '../../../../src/run/local/containers/pip-progress.ts';
import type { ProgressAbout } from '../../../../src/run/say.ts';
import { describeWithPython } from '../../../support/python-environment.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { slowIndex } from './package-index.ts';
import { layOut, openContainers, processing, unique } from './process-containers.ts';

interface Told {
  readonly message: string;
  readonly about: ProgressAbout | undefined;
}

/** A cache of its own, and what it tells; each time that the clock is asked a second has passed. */
function cacheWith(env: NodeJS.ProcessEnv, hear: (message: string) => void = () => {}) {
  const told: Told[] = [];
  let seconds = 0;
  const stop = new AbortController();
  const cache: EnvironmentCache = {
    folder: join(temporaryFolder(), 'environments'),
    supervisor: { python: 'python3', env },
    unique,
    now: () => new Date((seconds += 1) * 1000),
    interrupted: stop.signal,
    tell: (message, about) => {
      told.push({ message, about });
      hear(message);
    },
  };
  return { cache, told, stop };
}

test.each([
  ['Collecting pandas>=1.1 (from seaborn==0.12)', 'looking for pandas>=1.1'],
  ['  Downloading numpy-1.24.1-cp39-cp39-manylinux_2_17_x86_64.whl (17.3 MB)', 'fetching numpy 1.24.1 (17.3 MB)'],
  [
    '  Downloading https://download.pytorch.org/whl/cpu/torch-2.6.0%2Bcpu-cp312-cp312-linux_x86_64.whl (178.7 MB)',
    'fetching torch 2.6.0+cpu (178.7 MB)',
  ],
  ['Downloading scikit_learn-1.2.1-cp39-cp39-linux_x86_64.whl', 'fetching scikit-learn 1.2.1'],
  ['  Downloading python-dateutil-2.8.2.tar.gz (357 kB)', 'fetching python-dateutil 2.8.2 (357 kB)'],
  ['  Downloading six-1.16.0-py2.py3-none-any.whl.metadata (1.8 kB)', undefined],
  ['  Using cached six-1.16.0-py2.py3-none-any.whl (11 kB)', "has six 1.16.0 in pip's cache (11 kB)"],
  ['Processing /opt/wheels/six-1.16.0-py2.py3-none-any.whl', 'reading six 1.16.0'],
  ['  Building wheel for old (pyproject.toml): started', 'compiling old'],
  ['Installing collected packages: six, numpy', 'installing 2 packages'],
  [
    "WARNING: Retrying (Retry(total=1)) after connection broken by 'X': /six/",
    'the package index does not answer, pip tries again',
  ],
  ['Looking in indexes: https://someone:secret@example.com/simple', undefined],
])('of "%s" it is told: %s', (line, message) => {
  expect(pipReader()(line)).toBe(message);
});

test('a pip that counts bytes is told in tenths, and none of them where it fetches nothing that has a name', () => {
  const read = pipReader();
  const lines = [
    'Progress 5 of 10',
    '  Downloading six-1.16.0-py3-none-any.whl (1 MB)',
    'Progress 0 of 1000',
    'Progress 99 of 1000',
    'Progress 499 of 1000',
    'Progress 1000 of 1000',
    'Collecting numpy',
    '  Downloading numpy-1.24.1-cp39-cp39-linux_x86_64.whl.metadata (5 kB)',
    'Progress 50 of 100',
  ];
  expect(lines.map(read)).toEqual([
    undefined,
    'fetching six 1.16.0 (1 MB)',
    'fetching six 1.16.0 (1 MB)',
    'fetching six 1.16.0 (1 MB)',
    'fetching six 1.16.0 (1 MB), 40 %',
    'fetching six 1.16.0 (1 MB)',
    'looking for numpy',
    undefined,
    undefined,
  ]);
});

describeWithPython('an environment that is built', () => {
  test('tells what it is and stands for, each package with its size while it is fetched, how long it took, and once where it is kept', async () => {
    const index = await slowIndex();
    index.add('thing', '1.0', 'other');
    index.add('other', '2.0');
    // Nothing comes to its end before this is told: so it is told while it is fetched.
    const { cache, told } = cacheWith(index.env, (message) => message.startsWith('fetching') && index.release());
    const recipe = { name: 'things 1.0', packages: { thing: '1.0' } };
    const image = '683313688378.dkr.ecr.us-east-1.amazonaws.com/things:1.0-cpu';
    const { interpreter } = await environmentFor(cache, recipe, [image]);
    const work = (state: string) => ({ work: { name: 'things 1.0', state } });
    const size = expect.stringMatching(/^fetching other 2\.0 \(\d+ bytes\)/) as unknown;
    expect(told).toEqual([
      {
        message: `building the environment things 1.0 for things:1.0-cpu on Python ${interpreter.version}: pip installs thing 1.0`,
        about: work('begun'),
      },
      { message: `this happens once: environments are kept in ${cache.folder}`, about: undefined },
      { message: 'making a virtual environment', about: work('going') },
      { message: 'looking for thing==1.0', about: work('going') },
      { message: expect.stringMatching(/^fetching thing 1\.0 \(\d+ bytes\)/) as unknown, about: work('going') },
      { message: 'looking for other', about: work('going') },
      { message: size, about: work('going') },
      { message: 'installing 2 packages', about: work('going') },
      { message: 'built the environment things 1.0', about: { work: { ...work('done').work, seconds: 1 } } },
    ]);
    // Where it is kept is told of the first, and not of the next.
    index.add('thing', '2.0');
    await environmentFor(cache, { name: 'things 2.0', packages: { thing: '2.0' } });
    expect(told.at(-1)?.message).toBe('built the environment things 2.0');
    expect(told.filter(({ message }) => message.startsWith('this happens once'))).toHaveLength(1);
  });

  test('that cannot be had is given up, and the error ends with what pip said', async () => {
    const index = await slowIndex();
    index.release();
    index.add('thing', '1.0', 'missing');
    const { cache, told } = cacheWith(index.env);
    await expect(environmentFor(cache, { name: 'things 1.0', packages: { thing: '1.0' } })).rejects.toMatchObject({
      code: 'environment-not-built',
      detail: expect.stringMatching(/ERROR: No matching distribution found for missing$/) as unknown,
    });
    expect(told.at(-1)).toEqual({
      message: 'gave up on the environment things 1.0',
      about: { work: { name: 'things 1.0', state: 'given-up', seconds: 1 } },
    });
  });
});

describeWithPython('an interruption', () => {
  const recipe = { name: 'things 1.0', packages: { thing: '1.0' } };

  test('ends what is being built and whoever waits for it, and leaves nothing of it behind', async () => {
    const index = await slowIndex();
    index.add('thing', '1.0');
    let waiting: Promise<unknown> | undefined;
    const { cache, told, stop } = cacheWith(index.env, (message) => {
      if (message.startsWith('fetching')) waiting ??= environmentFor({ ...cache, tell }, recipe).catch(String);
    });
    const tell = (message: string): void => {
      if (message.startsWith('another run')) stop.abort();
    };
    await expect(environmentFor(cache, recipe)).rejects.toMatchObject({ failure: 'interrupted', code: 'stopped' });
    expect(await waiting).toMatch('The run was stopped before its first step');
    expect(told.at(-1)).toMatchObject({ message: 'gave up on the environment things 1.0' });
    expect(readdirSync(cache.folder).filter((name) => !name.endsWith('.lock'))).toEqual([]);
  });
});

describeWithPython('requirements of a job', () => {
  test('are told of its step, by name and without addresses', async () => {
    const index = await slowIndex();
    index.release();
    // What an environment of no image holds.
    index.add('boto3', '1.0');
    index.add('thing', '1.0');
    const folder = layOut({
      'processing/input/code/x.py': 'import importlib.metadata as m; print(m.version("thing"))\n',
      'processing/input/code/requirements.txt': [
        'thing==1.0 \\',
        '  --no-binary=other # the only one',
        'other @ https://someone:secret@example.com/other.whl ; python_version < "3"',
      ].join('\n'),
    });
    const told: Told[] = [];
    const { containers } = openContainers({
      env: index.env,
      cache: temporaryFolder(),
      tell: (message, about) => told.push({ message, about }),
    });
    const lines: string[] = [];
    const job = processing(folder, { step: 'Read' });
    const end = await containers.run(job, (_, line) => lines.push(line), new AbortController().signal);
    expect([end.exitCode, lines]).toEqual([0, ['1.0']]);
    const name = 'python 3.11 with requirements.txt';
    const ofStep = told.filter(({ about }) => about?.work?.name === name);
    expect(ofStep[0]).toEqual({
      message: `building the environment ${name}: pip installs thing==1.0`,
      about: { step: 'Read', work: { name, state: 'begun' } },
    });
    expect(ofStep.at(-1)).toMatchObject({
      message: `built the environment ${name}`,
      about: { step: 'Read', work: { name, state: 'done' } },
    });
    expect(JSON.stringify(told)).not.toContain('secret');
  });
});
