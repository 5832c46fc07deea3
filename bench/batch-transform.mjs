// @ts-check
import { closeSync, mkdirSync, mkdtempSync, openSync, readSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deepEqual } from 'node:assert/strict';
import { createHash } from 'node:crypto';

import { interleave, pair, range, run, table } from './measure.mjs';
import { sdkPython } from './peers.mjs';

/** @typedef {{ seconds: number, peak: number }} Figures */

const GIGABYTE = 2 ** 30;
/** The SDK copies a request anew for every record in it: six megabytes of short rows take it minutes. */
const SMALL = 2 * 2 ** 20;
const ROUNDS = 3;
const SIZES = [1e9, 1e10];

/** The engine of batch transform against a bare client with the same payloads, and against the Python SDK's local mode. */
export function batchTransform() {
  const folder = mkdtempSync(join(tmpdir(), 'sagemaker-pipelines-bench-'));
  try {
    const engine = join(folder, 'engine.mjs');
    run(process.execPath, [
      'node_modules/rolldown/bin/cli.mjs',
      'bench/batch-transform/engine.mjs',
      '--file',
      engine,
      '--format',
      'esm',
      '--platform',
      'node',
    ]);
    return [against(folder, engine), againstSdk(folder, engine)].join('\n\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} folder @param {string} engine */
function against(folder, engine) {
  const input = join(folder, 'in.csv');
  writeRows(input, GIGABYTE);
  const output = join(folder, 'out.csv');
  /** @type {Record<string, Figures[]>} */
  const all = {};
  const side =
    (/** @type {string} */ name, source = input) =>
    () => {
      const figures = take(name, source, output, engine);
      (all[`${name} ${source === input ? '' : source}`.trim()] ??= []).push(figures);
      return statSync(input).size / 1e6 / figures.seconds;
    };
  const rounds = interleave(
    { baseline: side('baseline'), engine: side('engine'), workers: side('workers'), joined: side('joined') },
    { rounds: ROUNDS },
  );
  side('engine')();
  deepEqual(digest(output), digest(input));
  for (const name of ['engine', 'joined', 'streamed']) {
    for (const size of SIZES) side(name, `generated:${size}`)();
  }
  const over = (/** @type {string} */ name) =>
    range(
      pair(rounds[name], rounds['baseline'], (a, b) => a / b),
      2,
    );
  const peak = (/** @type {string} */ name) => (all[name] ?? []).map((figures) => figures.peak);
  const row = (/** @type {string} */ what, /** @type {string} */ name, budget = '') => [
    what,
    range(rounds[name] ?? [], 0),
    over(name),
    range(peak(name), 0),
    budget,
  ];
  const memory = (/** @type {string} */ what, /** @type {string} */ name) => [
    what,
    ...SIZES.map((size) => range(peak(`${name} generated:${size}`), 0)),
  ];
  return [
    '## Batch transform: 1 GB of CSV through a model that echoes, against a bare client with the same payloads',
    table(
      ['', 'MB/s', 'of the bare client', 'memory at its peak, MB', 'budget'],
      [
        row('reading, one kept-alive connection, writing', 'baseline'),
        row('the engine', 'engine', '≥ 0.8, < 200 MB'),
        row('the engine, MaxConcurrentTransforms 4', 'workers'),
        row('the engine, InputFilter $[1:] and JoinSource Input', 'joined'),
      ],
    ),
    'Memory at its peak, in MB, once each:',
    table(
      ['', '1 GB', '10 GB'],
      [memory('the engine', 'engine'), memory('filtered and joined', 'joined'), memory('MaxPayloadInMB 0', 'streamed')],
    ),
  ].join('\n\n');
}

/** @param {string} folder @param {string} engine */
function againstSdk(folder, engine) {
  const python = sdkPython();
  const [source, target] = [join(folder, 'source'), join(folder, 'target')];
  mkdirSync(source);
  mkdirSync(target);
  const input = join(source, 'in.csv');
  writeRows(input, SMALL);
  /** @type {Record<string, number[]>} */
  const peaks = { engine: [], sdk: [] };
  const keep = (/** @type {string} */ name, /** @type {Figures} */ figures) => {
    peaks[name]?.push(figures.peak);
    return figures.seconds;
  };
  const rounds = interleave(
    {
      engine: () => keep('engine', take('engine', input, join(folder, 'out.csv'), engine)),
      sdk: () => keep('sdk', take('sdk', source, target, python)),
    },
    { rounds: ROUNDS },
  );
  const ratio = range(pair(rounds['sdk'], rounds['engine'], (theirs, ours) => theirs / ours));
  return [
    '## Batch transform: 2 MB of CSV, against the local mode of the SageMaker Python SDK',
    table(
      ['', 'the engine', 'Python SDK', 'ratio'],
      [
        ['seconds', range(rounds['engine'] ?? [], 2), range(rounds['sdk'] ?? [], 2), `${ratio} times faster`],
        [
          'memory at its peak, MB',
          range(peaks['engine'] ?? [], 0),
          range(peaks['sdk'] ?? [], 0),
          `${range(pair(peaks['sdk'], peaks['engine'], (theirs, ours) => theirs / ours))} times less`,
        ],
      ],
    ),
  ].join('\n\n');
}

/** @param {readonly string[]} given @returns {Figures} */
function take(...given) {
  return JSON.parse(run(process.execPath, ['bench/batch-transform/side.mjs', ...given]));
}

/** Rows of twelve numbers, about a hundred characters each, the same on every machine. @param {string} path @param {number} bytes */
function writeRows(path, bytes) {
  let state = 1;
  const number = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return ((state / 2 ** 32) * 20 - 10).toFixed(6);
  };
  const rows = Array.from({ length: 10_000 }, () => `${Array.from({ length: 12 }, number).join(',')}\n`);
  const block = Buffer.from(rows.join(''));
  const file = openSync(path, 'w');
  for (let written = 0; written < bytes; written += block.length) writeSync(file, block);
  closeSync(file);
}

/** Piece by piece: on Linux a new process begins with the most memory that this one has had. @param {string} path */
function digest(path) {
  const hash = createHash('sha256');
  const piece = Buffer.alloc(2 ** 20);
  const file = openSync(path, 'r');
  for (let length = readSync(file, piece); length > 0; length = readSync(file, piece)) {
    hash.update(piece.subarray(0, length));
  }
  closeSync(file);
  return hash.digest('hex');
}
