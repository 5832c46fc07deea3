// @ts-check
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ROOT, interleave, pair, processTime, range, run, table } from './measure.mjs';
import { awsCli } from './peers.mjs';

const MB = 1e6;
const SIZE = 1024 * 2 ** 20;
const LARGE = 5 * 1024 * 2 ** 20;
const START_LIMIT = 10_000;

const PIPELINE = `import { asset, definePipeline, step } from 'sagemaker-pipelines';
const code = asset(import.meta, 'model.bin');
const functionArn = 'arn:aws:lambda:us-east-1:111122223333:function:take';
export default definePipeline({ name: 'large', steps: [step.lambda('Take', { code }, { functionArn })] });
`;

/** An asset of zeros that takes no room on the disk, published and copied to a server that keeps nothing. */
export function upload() {
  const folder = mkdtempSync(join(tmpdir(), 'sagemaker-pipelines-bench-'));
  const portFile = join(folder, 'port');
  const sink = spawn(process.execPath, [join(ROOT, 'bench/peers/s3-sink.mjs'), portFile], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  try {
    const own = {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${portIn(portFile)}`,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'bench',
      AWS_SECRET_ACCESS_KEY: 'bench',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    };
    return measure(folder, own);
  } finally {
    sink.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} folder @param {Readonly<Record<string, string>>} own */
function measure(folder, own) {
  const aws = awsCli();
  const [pipeline, model, empty] = ['pipeline.ts', 'model.bin', 'empty'].map((name) => join(folder, name));
  if (pipeline === undefined || model === undefined || empty === undefined) throw new Error('there are three names');
  writeFileSync(pipeline, PIPELINE);
  for (const file of [model, empty]) writeFileSync(file, '');
  const publish = ['dist/bin/sagemaker-pipelines.js', 'publish', pipeline, '--bucket', 'models'];
  const copy = (/** @type {string} */ file) => ['s3', 'cp', '--quiet', file, 's3://models/model.bin'];

  truncateSync(model, SIZE);
  const rounds = interleave(
    {
      ours: processTime(process.execPath, publish, own),
      // Reads, hashes and asks as the other does, and sends nothing.
      ourStart: processTime(process.execPath, [...publish, '--dry-run'], own),
      theirs: processTime(aws, copy(model), own),
      theirStart: processTime(aws, copy(empty), own),
    },
    { rounds: 5 },
  );
  const rate = (/** @type {readonly number[] | undefined} */ taken) =>
    (taken ?? []).map((milliseconds) => SIZE / MB / (milliseconds / 1000));
  const alone = (/** @type {string} */ whole, /** @type {string} */ start) =>
    rate(pair(rounds[whole], rounds[start], (one, other) => one - other));
  const [ours, theirs] = [alone('ours', 'ourStart'), alone('theirs', 'theirStart')];

  const peak = (/** @type {number} */ size) => {
    truncateSync(model, size);
    const file = join(folder, 'peak');
    run(process.execPath, ['--import', join(ROOT, 'bench/peak-memory.mjs'), ...publish], { ...own, PEAK_FILE: file });
    return Number(readFileSync(file, 'utf8')).toFixed(0);
  };
  const row = (
    /** @type {string} */ name,
    /** @type {readonly number[]} */ one,
    /** @type {readonly number[]} */ other,
  ) => [name, range(one, 0), range(other, 0), range(pair(one, other, over), 2)];
  return [
    '## An upload of 1 GiB to a server on this machine, against `aws s3 cp`',
    table(
      ['', 'sagemaker-pipelines', 'aws s3 cp', 'times faster'],
      [
        row('the upload alone, MB/s', ours, theirs),
        row(
          'the whole process, with naming the asset by its content, MB/s',
          rate(rounds['ours']),
          rate(rounds['theirs']),
        ),
      ],
    ),
    table(
      ['', 'MB', 'budget'],
      [
        ['memory at its peak, an asset of 1 MiB', peak(2 ** 20), ''],
        ['memory at its peak, an asset of 5 GiB', peak(LARGE), '< 200'],
      ],
    ),
  ].join('\n\n');
}

/** @param {string} file */
function portIn(file) {
  for (let waited = 0; !existsSync(file); waited += 20) {
    if (waited > START_LIMIT) throw new Error('the server did not start');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  }
  return readFileSync(file, 'utf8');
}

/** @param {number} one @param {number} other */
const over = (one, other) => one / other;
