import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scikitLearnEnvironment } from '../run/local/containers/python/environments.ts';
import { type MotoServer, pythonWithBoto3, startMoto } from '../support/moto-server.ts';
import { PYTHON_ENVIRONMENT_TIME_LIMIT, describeWithPython } from '../support/python-environment.ts';
import { runCommand } from '../support/run-command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { PIPELINES, joinEnvironments } from './shipped.ts';

const BATCHES = join(PIPELINES, 'file_batches');
const REVIEWS = join(PIPELINES, 'text_inference', 'sample', 'reviews');
const MODEL = 'e1f2';

describe('the image of a file batch', () => {
  const instructions = readFileSync(join(BATCHES, 'container', 'Dockerfile'), 'utf8')
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => /^[A-Z]+ /.test(line));

  test('does not run as root, and nothing is installed by the one it runs as', () => {
    const user = instructions.indexOf('USER 2222:2222');
    expect(instructions.filter((line) => line.startsWith('USER '))).toEqual(['USER 2222:2222']);
    expect(instructions.slice(user).filter((line) => /^(RUN|COPY|ADD) /.test(line))).toEqual([]);
  });

  test.each(['text', 'images'])('for %s copies what is there, with exact versions', (kind) => {
    const copied = instructions
      .filter((line) => line.startsWith('COPY '))
      .flatMap((line) => line.replaceAll('${KIND}', kind).split(' ').slice(1, -1));
    expect(copied).toContain(`infer_${kind}.py`);
    for (const file of copied) expect(existsSync(join(BATCHES, file))).toBe(true);
    const packages = readFileSync(join(BATCHES, 'container', `requirements-${kind}.txt`), 'utf8')
      .trimEnd()
      .split('\n');
    for (const line of packages) expect(line).toMatch(/^(--extra-index-url \S+|[a-z0-9-]+==[\w.+]+)$/);
  });
});

describeWithPython('the entry point of a file batch', () => {
  let moto: MotoServer;
  let python: string;
  let trained: string;
  /** What the image has in one folder. */
  let program: string;

  beforeAll(async () => {
    moto = await startMoto();
    const boto3 = await pythonWithBoto3();
    const learning = await scikitLearnEnvironment();
    const folder = temporaryFolder(afterAll);
    python = await joinEnvironments(join(folder, 'python'), [
      learning,
      { python: boto3, folder: join(boto3, '..', '..') },
    ]);
    trained = join(folder, 'trained');
    program = join(folder, 'program');
    for (const each of [trained, program]) mkdirSync(each);
    for (const name of ['batches.py', 'infer_text.py', 'container/entry_point.py']) {
      copyFileSync(join(BATCHES, name), join(program, name.replace('container/', '')));
    }
    const training = join(PIPELINES, 'text_inference', 'training');
    const words = [join(training, 'train.py'), '--train', join(training, 'sample'), '--model-dir', trained];
    const { exitCode, stderr } = await runCommand(python, words);
    if (exitCode !== 0) throw new Error(stderr);
  }, PYTHON_ENVIRONMENT_TIME_LIMIT);
  afterAll(() => moto.stop());

  function start(folder: string, env: Readonly<Record<string, string>> = {}, ...words: string[]) {
    mkdirSync(join(folder, 'outputs'), { recursive: true });
    return runCommand(python, [join(program, 'entry_point.py'), ...words], {
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        ...moto.env,
        KIND: 'text',
        PRED_MODEL_PATH: join(folder, 'models', MODEL),
        INPUT_DATA_DIR: REVIEWS,
        OUTPUT_DIR: join(folder, 'outputs'),
        SOURCE_DATE_EPOCH: '1641451227',
        ...env,
      },
    });
  }

  /** Puts objects into a bucket of their own, and gives its name. */
  async function upload(bucket: string, files: Readonly<Record<string, string>>): Promise<void> {
    const code = `import boto3, json, sys
s3 = boto3.client("s3")
s3.create_bucket(Bucket=sys.argv[1])
for key, path in json.loads(sys.argv[2]).items(): s3.upload_file(path, sys.argv[1], key)`;
    const env = { PATH: process.env['PATH'], ...moto.env, AWS_REGION: 'us-east-1', AWS_DEFAULT_REGION: 'us-east-1' };
    const { exitCode, stderr } = await runCommand(python, ['-c', code, bucket, JSON.stringify(files)], { env });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  }

  test('fetches the model that is not there, once, and predicts with it', async () => {
    const folder = temporaryFolder();
    await upload('models', { [`runs/${MODEL}/sentiment.joblib`]: join(trained, 'sentiment.joblib') });
    const from = { PRED_MODEL_S3_URI: `s3://models/runs/${MODEL}` };
    const first = await start(folder, from, 'lineage=true');
    expect(first).toMatchObject({ exitCode: 0, stdout: 'files=12; rows=12; errors=0;\n' });
    expect(first.stderr).toContain(`fetching the model from s3://models/runs/${MODEL}`);
    expect(readdirSync(join(folder, 'models'))).toEqual([MODEL]);
    const output = join(folder, 'outputs', 'batch-infer-res.jsonl');
    const rows = readFileSync(output, 'utf8');
    expect(Object.keys(JSON.parse(rows.split('\n')[0]!) as object)).toEqual([
      'time',
      'filepath',
      'logit_prob',
      'sentiment',
      'input_sha256',
      'model',
      'run',
    ]);
    expect(readdirSync(join(folder, 'outputs', 'logs'))).toEqual(['debug.log', 'info.log']);

    const second = await start(folder, from, 'lineage=true');
    expect(second).toMatchObject({ exitCode: 0, stdout: 'files=12; rows=0; errors=0;\n' });
    expect(second.stderr).not.toContain('fetching');
    expect(readFileSync(output, 'utf8')).toBe(rows);
  });

  test('takes a model that is mounted, and needs no object store for it', async () => {
    const folder = temporaryFolder();
    const { exitCode, stdout } = await start(folder, { PRED_MODEL_PATH: trained, AWS_ENDPOINT_URL: 'http://[::1]:9' });
    expect([exitCode, stdout]).toEqual([0, 'files=12; rows=12; errors=0;\n']);
  });

  test.each([
    ['no model and no place to fetch it from', {}, 'mount it there, or say in PRED_MODEL_S3_URI where it can be had'],
    ['a place with nothing in it', { PRED_MODEL_S3_URI: 's3://empty/none' }, 'Nothing lies at s3://empty/none'],
    [
      'a place that is none',
      { PRED_MODEL_S3_URI: '/models' },
      'PRED_MODEL_S3_URI is /models, which is no s3://bucket/key',
    ],
    ['an output that cannot be written', { OUTPUT_DIR: '/nowhere' }, '/nowhere cannot be written to by '],
    ['a kind that there is not', { KIND: 'sound' }, 'KIND is "sound", and has to be text or images'],
  ])('says what is wrong with %s', async (_, env, message) => {
    const folder = temporaryFolder();
    if ('PRED_MODEL_S3_URI' in env && env.PRED_MODEL_S3_URI.includes('empty')) await upload('empty', {});
    const { exitCode, stderr } = await start(folder, env);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(message);
    expect(existsSync(join(folder, 'models', MODEL))).toBe(false);
  });

  test('leaves the program to say what is wrong with its settings', async () => {
    writeFileSync(join(trained, 'note'), '');
    const { exitCode, stderr } = await start(temporaryFolder(), { PRED_MODEL_PATH: trained }, 'treshold=1');
    expect([exitCode, stderr.split('\n')[0]]).toEqual([
      1,
      "Could not override 'treshold=1'. The settings are: model_path, input_data_dir, output_path, file_check_glob, mode, lineage, fail_on_error, allow_empty, log_dir, threshold",
    ]);
  });
});
