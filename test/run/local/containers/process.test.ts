import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';

import type { Containers, ContainerJob } from '../../../../src/run/local/containers/container.ts';
import { startMoto } from '../../../support/moto-server.ts';
import { describeWithPython } from '../../../support/python-environment.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { PLAIN, SKLEARN, layOut, openContainers, processing } from './process-containers.ts';

const CODE = 'processing/input/code';
const BUILD = 600_000;

async function run(containers: Containers, job: ContainerJob, signal = new AbortController().signal) {
  const lines: string[] = [];
  const end = await containers.run(job, (_, line) => lines.push(line), signal);
  return { end, lines };
}

describeWithPython('processes in the place of containers', () => {
  beforeAll(async () => {
    const { containers } = openContainers({}, afterAll);
    await containers.inspect([processing('/')]);
  }, BUILD);

  describe.each(['namespace', 'rewrite'] as const)('by %s', (isolation) => {
    const open = (more = {}) => openContainers({ isolation, ...more }).containers;

    test('a script finds the paths of its container: whole, relative, in arguments, in variables and in other files', async () => {
      const folder = layOut({
        [`${CODE}/x.py`]: `
import json, os, sqlite3, sys
from places import OUT
config = json.load(open('/opt/ml/config/processingjobconfig.json'))
text = open('opt/ml/processing/input/data/a b.txt').read()
assert open(sys.argv[2]).read() == text and open(os.environ['DATA'] + '/a b.txt').read() == text
os.makedirs(config['Out'], exist_ok=True)
open(OUT + '/out.txt', 'w').write(text.upper())
base = sqlite3.connect('/opt/ml/processing/output/native.db')
base.execute('create table t (x)'); base.commit()
print('s3://bucket/opt/ml/model', '/opt/mlflow')
`,
        [`${CODE}/places.py`]: `OUT = "/opt/ml/processing/output"\n`,
        'processing/input/data/a b.txt': 'grüße',
        'processing/input/data/paths.json': '["/opt/ml/processing"]',
        'config/processingjobconfig.json': '{"Out": "/opt/ml/processing/output"}',
      });
      const given = {
        arguments: ['--input', '/opt/ml/processing/input/data/a b.txt'],
        environment: { DATA: '/opt/ml/processing/input/data' },
      };
      const { end, lines } = await run(open(), processing(folder, given));
      expect(lines).toEqual(['s3://bucket/opt/ml/model /opt/mlflow']);
      expect(end).toEqual({ exitCode: 0, signal: null, timedOut: false });
      expect(readFileSync(join(folder, 'processing/output/out.txt'), 'utf8')).toBe('GRÜSSE');
      expect(existsSync(join(folder, 'processing/output/native.db'))).toBe(true);
      // Afterwards all is as it was laid out.
      expect(readFileSync(join(folder, CODE, 'places.py'), 'utf8')).toBe(`OUT = "/opt/ml/processing/output"\n`);
      expect(readFileSync(join(folder, 'processing/input/data/paths.json'), 'utf8')).toBe('["/opt/ml/processing"]');
    });

    test('two at once have each their own', async () => {
      const script = `import time\nopen('/opt/ml/me', 'w').write(open('/opt/ml/who').read())\ntime.sleep(0.3)\nprint(open('/opt/ml/me').read())`;
      const containers = open();
      const folders = ['eins', 'zwei'].map((who) => layOut({ [`${CODE}/x.py`]: script, who }));
      const ends = await Promise.all(folders.map((folder) => run(containers, processing(folder))));
      expect(ends.map(({ lines }) => lines)).toEqual([['eins'], ['zwei']]);
    });

    test(
      'a framework processor unpacks its archive, installs what it requires, and the next job knows nothing of it',
      async () => {
        const runproc = `#!/bin/bash
cd /opt/ml/processing/input/code/
tar -xzf sourcedir.tar.gz
set -e
if [[ -f 'requirements.txt' ]]; then
    pip uninstall --yes typing
    pip install -r requirements.txt
fi
python prepare.py "$@"
`;
        const source = temporaryFolder();
        const prepare = `import six, sys\nopen('/opt/ml/processing/out.txt', 'w').write(six.__version__ + ' ' + sys.argv[1])\n`;
        writeFileSync(join(source, 'prepare.py'), prepare);
        writeFileSync(join(source, 'requirements.txt'), 'six==1.14.0\n');
        const folder = layOut({ 'processing/input/entrypoint/runproc.sh': runproc, [`${CODE}/.keep`]: '' });
        expect(spawnSync('tar', ['-czf', join(folder, CODE, 'sourcedir.tar.gz'), '-C', source, '.']).status).toBe(0);
        const containers = open();
        const entrypoint = ['/bin/bash', '/opt/ml/processing/input/entrypoint/runproc.sh'];
        const { end, lines } = await run(containers, processing(folder, { entrypoint, arguments: ['zwei Worte'] }));
        expect([end.exitCode, lines.join('\n')]).toEqual([
          0,
          expect.stringContaining('Requirement already satisfied: six==1.14.0'),
        ]);
        expect(readFileSync(join(folder, 'processing/out.txt'), 'utf8')).toBe('1.14.0 zwei Worte');
        const other = layOut({ [`${CODE}/x.py`]: `import six; print(six.__version__)` });
        expect((await run(containers, processing(other))).lines).not.toEqual(['1.14.0']);
      },
      BUILD,
    );

    test('a program that is not there, one that exits, one that is killed and one that hangs end as they should', async () => {
      const containers = open();
      const missing = await run(containers, processing(layOut({}), { entrypoint: ['nobody'] }));
      expect([missing.end.exitCode, missing.lines]).toEqual([127, ['cannot start nobody: No such file or directory']]);
      const gone = await run(containers, processing(layOut({})));
      expect([gone.end.exitCode, gone.lines.join()]).toEqual([2, expect.stringContaining("can't open file")]);
      const killed = await run(
        containers,
        processing(layOut({ [`${CODE}/x.py`]: 'import os\nos.kill(os.getpid(), 9)' })),
      );
      expect(killed.end).toEqual({ exitCode: null, signal: 'SIGKILL', timedOut: false });
      const hanging = layOut({ [`${CODE}/x.py`]: 'import time\ntime.sleep(600)' });
      expect((await run(containers, processing(hanging, { secondsAtMost: 0.3 }))).end.timedOut).toBe(true);
    });

    test('what it leaves behind is its folder alone', async () => {
      const temporary = temporaryFolder();
      const folder = layOut({ [`${CODE}/x.py`]: `print(open('/opt/ml/${CODE}/x.py').read()[:5])` });
      await run(open({ temporary }), processing(folder));
      expect(readdirSync(temporary)).toEqual([]);
      expect((readdirSync(folder, { recursive: true }) as string[]).toSorted()).toEqual([
        'processing',
        'processing/input',
        CODE,
        `${CODE}/x.py`,
      ]);
    });
  });

  test('a job finds nothing of the accounts of whoever sits here, and what it is given', async () => {
    const env = { ...process.env, AWS_PROFILE: 'work', AWS_ACCESS_KEY_ID: 'mine', GITHUB_TOKEN: 'mine' };
    const script = `import os; print(*sorted(k for k in os.environ if k.startswith('AWS') and k != 'AWS_CA_BUNDLE' or 'TOKEN' in k))`;
    const folder = layOut({ [`${CODE}/x.py`]: script });
    const given = { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1', AWS_ACCESS_KEY_ID: 'local' };
    const { lines } = await run(openContainers({ env }).containers, processing(folder, { environment: given }));
    expect(lines).toEqual([
      'AWS_ACCESS_KEY_ID AWS_CONFIG_FILE AWS_EC2_METADATA_DISABLED AWS_ENDPOINT_URL_S3 AWS_SHARED_CREDENTIALS_FILE',
    ]);
  });

  test(
    'boto3 reaches the S3 that the job was given, and that one alone',
    async () => {
      const moto = await startMoto();
      onTestFinished(() => moto.stop());
      const script = `import boto3
s3 = boto3.client('s3')
s3.create_bucket(Bucket='data')
s3.put_object(Bucket='data', Key='in/a.csv', Body=b'1,2')
boto3.resource('s3').Bucket('data').download_file('in/a.csv', '/opt/ml/processing/a.csv')
print(open('opt/ml/processing/a.csv').read())`;
      const given = {
        AWS_ENDPOINT_URL_S3: moto.endpoint,
        AWS_REGION: 'us-east-1',
        AWS_DEFAULT_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
      };
      const job = processing(layOut({ [`${CODE}/x.py`]: script }), { environment: given });
      const { lines, end } = await run(openContainers().containers, job);
      expect([end.exitCode, lines]).toEqual([0, ['1,2']]);
    },
    BUILD,
  );

  test('an environment that somebody made is used as it is', async () => {
    const cwd = temporaryFolder();
    expect(spawnSync('python3', ['-m', 'venv', '--without-pip', join(cwd, 'mine')]).status).toBe(0);
    const [python = ''] = readdirSync(join(cwd, 'mine/lib'));
    writeFileSync(join(cwd, 'mine/lib', python, 'site-packages/only_here.py'), '');
    const { containers, told } = openContainers({ cwd, images: { [PLAIN]: { environment: './mine' } } });
    expect(await containers.inspect([processing('/')])).toEqual([]);
    const { lines } = await run(
      containers,
      processing(layOut({ [`${CODE}/x.py`]: 'import only_here; print(only_here.__file__)' })),
    );
    expect(lines[0]).toContain(join(cwd, 'mine', 'lib'));
    expect(told).toEqual([]);
    // Beneath a managed image it is the Python alone that is another: that image still trains and serves.
    const { containers: managed } = openContainers({ cwd, images: { [SKLEARN]: { environment: './mine' } } });
    const { entrypoint: _, ...training } = processing('/', { image: SKLEARN, kind: 'training' });
    expect(await managed.inspect([training, { image: SKLEARN, folder: '/', environment: {} }])).toEqual([]);
    const { containers: broken } = openContainers({ cwd, images: { plain: { environment: './nowhere' } } });
    await expect(broken.inspect([processing('/')])).rejects.toMatchObject({ failure: 'usage', code: 'bad-setting' });
  });

  test('a shim that stands for Python is asked once in a run, and not before each job', async () => {
    const shims = temporaryFolder();
    const calls = join(shims, 'calls');
    const real = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).stdout.trim();
    const shim = `#!/bin/sh\necho called >> '${calls}'\nexec '${real}' "$@"\n`;
    writeFileSync(join(shims, 'python3'), shim, { mode: 0o755 });
    const { containers } = openContainers({ env: { ...process.env, PATH: `${shims}:${process.env['PATH']}` } });
    const called = () => readFileSync(calls, 'utf8').split('\n').length - 1;
    await containers.inspect([processing('/')]);
    const before = called();
    for (const word of ['eins', 'zwei']) {
      const { lines } = await run(containers, processing(layOut({ [`${CODE}/x.py`]: `print('${word}')` })));
      expect(lines).toEqual([word]);
    }
    expect(before).toBeGreaterThan(0);
    expect(called()).toBe(before);
  });

  test('what cannot run is said before anything is built', async () => {
    const { containers, told } = openContainers({ images: {}, cache: temporaryFolder() });
    const { entrypoint: _, ...without } = processing('/', { image: SKLEARN });
    const found = await containers.inspect([
      processing('/'),
      processing('/'),
      without,
      { image: PLAIN, folder: '/', environment: {} },
    ]);
    expect(found.map(({ code, severity, message }) => [code, severity, message])).toEqual([
      ['image-not-supported', 'error', `Nothing on this machine stands in for the image ${PLAIN}`],
      ['image-not-supported', 'error', 'Prepare names no program, and what its image would run is not known here'],
    ]);
    expect(found[0]?.fix).toContain('pipelines.config.json');
    expect(told).toEqual([]);
  });

  test('where paths are rewritten, that is said before', async () => {
    const { containers } = openContainers({ isolation: 'rewrite' });
    const found = await containers.inspect([processing('/')]);
    expect(found.map(({ code, severity }) => [code, severity])).toContainEqual(['paths-rewritten', 'warning']);
  });

  test(
    'scikit-learn runs in the place of its image, and the differences are told',
    async () => {
      const { containers } = openContainers();
      const script = `import numpy, sklearn\nfrom sklearn.preprocessing import StandardScaler\nprint(sklearn.__version__, StandardScaler().fit_transform(numpy.array([[1.0], [3.0]])).tolist())`;
      const job = processing(layOut({ [`${CODE}/x.py`]: script }), { image: SKLEARN });
      const found = await containers.inspect([job]);
      expect(found.filter(({ severity }) => severity === 'error')).toEqual([]);
      const { end, lines } = await run(containers, job);
      expect([end.exitCode, lines]).toEqual([0, ['1.2.1 [[-1.0], [1.0]]']]);
      // A run that accepts no differences ends where they are, and only there.
      const strict = await openContainers({ strictEnvironment: true }).containers.inspect([job]);
      expect(strict.map(({ code }) => code)).toEqual(found.map(({ code }) => code));
      expect(strict.every(({ severity, code }) => code !== 'environment-substituted' || severity === 'error')).toBe(
        true,
      );
    },
    BUILD,
  );

  test('a disk that is full fails the job, in its own words', async ({ skip }) => {
    if (process.getuid?.() !== 0) skip('needs root, to mount a small disk');
    const folder = layOut({
      [`${CODE}/x.py`]: `open('/opt/ml/output/x', 'wb').write(b'x' * (4 << 20))`,
      'output/.keep': '',
    });
    const disk = join(folder, 'output');
    expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'none', disk]).status).toBe(0);
    onTestFinished(() => void spawnSync('umount', [disk]));
    const { end, lines } = await run(openContainers().containers, processing(folder));
    expect([end.exitCode, lines.at(-1)]).toEqual([1, 'OSError: [Errno 28] No space left on device']);
  });
});
