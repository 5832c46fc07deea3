import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';

import { PATIENCE } from '../../../support/patience.ts';
import { describeWithPython } from '../../../support/python-environment.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { archiveOf, makeToolkit, train } from './toolkit-training.ts';

const BUILD = 300_000;

/** Makes a wheel without any tool, so that none has to be fetched for it. https://peps.python.org/pep-0517/ */
const BACKEND = `import zipfile
def build_wheel(folder, settings=None, metadata=None):
    files = {'METADATA': 'Metadata-Version: 2.1\\nName: fitting\\nVersion: 1\\n', 'RECORD': '',
             'WHEEL': 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n'}
    with zipfile.ZipFile(folder + '/fitting-1-py3-none-any.whl', 'w') as wheel:
        wheel.write('fitting.py')
        for name, text in files.items(): wheel.writestr('fitting-1.dist-info/' + name, text)
    return 'fitting-1-py3-none-any.whl'
`;

describeWithPython('training', () => {
  beforeAll(makeToolkit, BUILD);

  describe.each(['namespace', 'rewrite'] as const)('by %s', (isolation) => {
    test('a script gets its hyperparameters, its channels and its places as the toolkit gives them', async () => {
      const script = `
import argparse, json, os, helper
parser = argparse.ArgumentParser()
parser.add_argument('--alpha', type=float)
parser.add_argument('--names')
parser.add_argument('-k', type=int)
parser.add_argument('--flag')
parser.add_argument('--text')
parser.add_argument('--none')
parser.add_argument('--train', default=os.environ['SM_CHANNEL_TRAIN'])
parser.add_argument('--model-dir', default=os.environ['SM_MODEL_DIR'])
args = parser.parse_args()
print(open(os.path.join(args.train, 'data.csv')).read(), args.alpha, args.names, args.k, args.flag, args.text, repr(args.none))
open(os.path.join(args.model_dir, 'model.txt'), 'w').write(helper.text())
open('/opt/ml/output/data/figures.txt', 'w').write('1')
assert os.path.samefile('.', os.path.dirname(args.model_dir) + '/code'), os.getcwd()
keep = ('SM_CHANNELS', 'SM_HPS', 'SM_HP_ALPHA', 'SM_HOSTS', 'SM_CURRENT_HOST', 'SM_NUM_GPUS', 'SM_USER_ARGS', 'SM_MODULE_NAME', 'SM_MODULE_DIR', 'SM_USER_ENTRY_POINT', 'SM_LOG_LEVEL', 'SM_NETWORK_INTERFACE_NAME', 'SM_FRAMEWORK_PARAMS', 'SM_CURRENT_INSTANCE_TYPE', 'SM_IS_HETERO')
print(json.dumps({name: os.environ[name] for name in keep}))
known = json.loads(os.environ['SM_TRAINING_ENV'])
print(known['job_name'], known['hyperparameters']['alpha'], sorted(known['channel_input_dirs']), os.environ['SM_NUM_CPUS'] == str(known['num_cpus']))
`;
      const source = archiveOf({
        'train.py': script,
        'helper.py': `def text(): return open('/opt/ml/input/data/train/data.csv').read()\n`,
      });
      const given = {
        alpha: '0.10',
        names: '["a", 1]',
        k: '3',
        flag: 'true',
        text: 'kein JSON',
        none: 'null',
        sagemaker_job_name: '"x"',
        sagemaker_mpi_enabled: 'false',
      };
      const { end, lines, folder, fetched } = await train(source, given, {
        isolation,
        channels: { train: 'ä,1', test: '2' },
      });
      expect(lines.slice(0, 1)).toEqual([`ä,1 0.1 ['a', 1] 3 True kein JSON ''`]);
      expect(end).toEqual({ exitCode: 0, signal: null, timedOut: false });
      expect(JSON.parse(lines[1] ?? '')).toEqual({
        SM_CHANNELS: '["test","train"]',
        SM_HPS: '{"alpha":0.1,"flag":true,"k":3,"names":["a",1],"none":null,"text":"kein JSON"}',
        SM_HP_ALPHA: '0.1',
        SM_HOSTS: '["algo-1"]',
        SM_CURRENT_HOST: 'algo-1',
        SM_NUM_GPUS: '0',
        SM_USER_ARGS:
          '["--alpha","0.1","--flag","True","-k","3","--names","[\'a\', 1]","--none","","--text","kein JSON"]',
        SM_MODULE_NAME: 'train',
        SM_MODULE_DIR: 's3://bucket/code/sourcedir.tar.gz',
        SM_USER_ENTRY_POINT: 'train.py',
        SM_LOG_LEVEL: '20',
        SM_NETWORK_INTERFACE_NAME: 'eth0',
        SM_FRAMEWORK_PARAMS: '{"sagemaker_mpi_enabled":false}',
        SM_CURRENT_INSTANCE_TYPE: 'ml.m5.large',
        SM_IS_HETERO: 'false',
      });
      expect(lines[2]).toBe("fit-1 0.1 ['test', 'train'] True");
      expect(fetched).toEqual(['s3://bucket/code/sourcedir.tar.gz']);
      expect(readFileSync(join(folder, 'model/model.txt'), 'utf8')).toBe('ä,1');
      expect(existsSync(join(folder, 'output/data/figures.txt'))).toBe(true);
      expect(existsSync(join(folder, 'output/success'))).toBe(true);
    });
  });

  test(
    'a shell script is called with the hyperparameters, a package is installed and run as a module',
    async () => {
      const shell = archiveOf({ 'run.sh': `#!/bin/sh\necho "$# $2" > "$SM_MODEL_DIR/out"\n` });
      const first = await train(shell, { sagemaker_program: '"run.sh"', note: '"zwei Worte; $HOME"' });
      expect([first.end.exitCode, readFileSync(join(first.folder, 'model/out'), 'utf8')]).toEqual([
        0,
        '2 zwei Worte; $HOME\n',
      ]);
      const source = archiveOf({
        'setup.py': '',
        'pyproject.toml': '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
        'backend.py': BACKEND,
        'fitting.py': `import sys\nprint('fitting', sys.argv[1:], __name__)\n`,
      });
      const second = await train(source, { sagemaker_program: '"fitting.py"', xs: '1' });
      expect([second.end.exitCode, second.lines.at(-1)]).toEqual([0, "fitting ['--xs', '1'] __main__"]);
    },
    BUILD,
  );

  test('a script that fails gives its reason as the toolkit does, unless it gave one itself', async () => {
    const thrown = await train(archiveOf({ 'train.py': `raise ValueError('no rings')\n` }), { xs: '1' });
    expect(thrown.end).toMatchObject({ exitCode: 1, signal: null });
    expect(thrown.end.failure).toMatch(
      /^ExecuteUserScriptError:\nExitCode 1\nErrorMessage "Traceback [^]*ValueError: no rings"\nCommand ".*python train\.py --xs 1"$/,
    );
    expect(thrown.lines).toContain('ValueError: no rings');
    const own = await train(
      archiveOf({
        'train.py': `open('/opt/ml/output/failure', 'w').write('the data is empty')\nraise SystemExit(3)\n`,
      }),
      {},
    );
    expect(own.end).toMatchObject({ exitCode: 1, failure: 'the data is empty' });
    const killed = await train(archiveOf({ 'train.py': `import os\nos.kill(os.getpid(), 9)\n` }), {});
    expect(killed.end.failure).toContain('OutOfMemory: Process killed by SIGKILL (signal 9)');
  });

  test('a program that is not named, or not in the code, is told by name', async () => {
    const source = archiveOf({ 'train.py': '', 'other.sh': '' });
    const unnamed = await train(source, { sagemaker_program: '""' });
    expect(unnamed.end.failure).toBe('no hyperparameter sagemaker_program says which file of the code is run');
    const missing = await train(source, { sagemaker_program: '"nobody.sh"' });
    expect(missing.end.failure).toMatch(/^nobody\.sh is not among the files of \/opt\/ml\/code: other\.sh, train\.py$/);
  });

  test(
    'what the code requires is there, and what cannot be had fails the job with the words of pip',
    async () => {
      const works = await train(
        archiveOf({ 'train.py': 'import six; print(six.__version__)', 'requirements.txt': 'six==1.14.0\n' }),
        {},
      );
      expect([works.end.exitCode, works.lines.at(-1)]).toEqual([0, '1.14.0']);
      const fails = await train(archiveOf({ 'train.py': '', 'requirements.txt': 'six==99.0\n' }), {});
      expect(fails.end).toMatchObject({
        exitCode: 1,
        failure: expect.stringContaining('No matching distribution found for six==99.0') as unknown,
      });
    },
    BUILD,
  );

  test.each([
    [
      'a name with ../',
      `t.addfile(info('../out.txt'), io.BytesIO(b'x'))`,
      '../out.txt would be written outside of its folder',
    ],
    [
      'an absolute name',
      `t.addfile(info('/tmp/out.txt'), io.BytesIO(b'x'))`,
      '/tmp/out.txt would be written outside of its folder',
    ],
    [
      'a link that leads out',
      `l = tarfile.TarInfo('way'); l.type = tarfile.SYMTYPE; l.linkname = '../../..'; t.addfile(l)`,
      'way is a link to ../../.., outside of its folder',
    ],
    [
      'a device',
      `l = tarfile.TarInfo('null'); l.type = tarfile.CHRTYPE; t.addfile(l)`,
      'null is neither a file, nor a folder, nor a link',
    ],
    [
      'a bomb',
      // A stream of gzip may be several, one behind the other.
      `t.close(); big = tarfile.TarInfo('big'); big.size = 1 << 29; packed = [gzip.compress(part) for part in (big.tobuf(), bytes(1 << 20), bytes(1024))]
open(sys.argv[1], 'wb').write(packed[0] + packed[1] * 512 + packed[2])`,
      'would become more than',
    ],
    ['garbage', `t.close(); open(sys.argv[1], 'wb').write(b'no archive')`, 'it cannot be unpacked'],
  ])('code with %s is refused', async (_, make, why) => {
    const archive = join(temporaryFolder(), 'sourcedir.tar.gz');
    const script = `import gzip, io, sys, tarfile\ndef info(name):\n  i = tarfile.TarInfo(name); i.size = 1; return i\nt = tarfile.open(sys.argv[1], 'w:gz')\n${make}\nt.close()`;
    expect(spawnSync('python3', ['-c', script, archive], { timeout: PATIENCE }).status).toBe(0);
    const { end } = await train(archive, {});
    expect(end.exitCode).toBe(1);
    expect(end.failure).toContain(why);
  });

  test('an entry point of the document takes the place of the toolkit', async () => {
    const job = { entrypoint: ['/bin/sh', '-c', 'echo "$0 $1"; ls /opt/ml'], arguments: ['eins', 'zwei'] };
    const { lines, end, fetched } = await train('', {}, { job });
    expect([end.exitCode, lines, fetched]).toEqual([0, ['eins zwei', 'code', 'input', 'model', 'output'], []]);
  });
});
