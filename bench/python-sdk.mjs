// @ts-check
import { deepEqual } from 'node:assert/strict';

import { interleave, pair, processTime, range, run, table } from './measure.mjs';
import { sdkPython } from './peers.mjs';

/** @typedef {import('../src/definition/document.ts').PipelineDocument} Document */
/** @typedef {{ build: number, emit: number, text?: number, whole: number, check?: number, before: number, peak: number }} Figures */

const [FEW, MANY] = [1_000, 10_000];
const OURS = ['dist/bin/get-pipeline-definition.js', '--name', 'batch_inference', '--file-name', '-'];
const THEIRS = ['bench/peers/batch_inference.py'];

/** One pipeline and one large document, against the SageMaker Python SDK. */
export function pythonSdk() {
  const python = sdkPython();
  return [wholeProcess(python), manySteps(python)].join('\n\n');
}

/** @param {string} python */
function wholeProcess(python) {
  const outline = (/** @type {string} */ text) =>
    /** @type {Document} */ (JSON.parse(text)).Steps.map(({ Name, Type, Arguments }) => [
      Name,
      Type,
      Object.keys(Arguments).toSorted(),
    ]);
  deepEqual(outline(run(process.execPath, OURS)), outline(run(python, THEIRS)));
  const rounds = interleave({
    ours: processTime(process.execPath, OURS),
    mocked: processTime(python, [...THEIRS, '--mocked']),
    real: processTime(python, THEIRS),
  });
  const row = (/** @type {string} */ name, /** @type {'mocked' | 'real'} */ theirs, /** @type {string} */ budget) => [
    name,
    range(rounds['ours'] ?? [], 0),
    range(rounds[theirs] ?? [], 0),
    range(pair(rounds[theirs], rounds['ours'], over)),
    budget,
  ];
  return [
    '## The definition of batch_inference, whole process, against the SageMaker Python SDK',
    table(
      ['', 'sagemaker-pipelines, ms', 'Python SDK, ms', 'times faster', 'budget'],
      [
        row('the SDK with mocked clients', 'mocked', '≥ 15'),
        row('the SDK making its clients, AWS answered in the process', 'real', ''),
      ],
    ),
  ].join('\n\n');
}

/** @param {string} python */
function manySteps(python) {
  const ours = (/** @type {readonly string[]} */ ...args) => run(process.execPath, ['bench/many-steps.mjs', ...args]);
  const theirs = (/** @type {readonly string[]} */ ...args) => run(python, ['bench/peers/many_steps.py', ...args]);
  deepEqual(JSON.parse(ours('250', '--print')), JSON.parse(theirs('250', '--print')));

  /** @type {Record<string, Figures[]>} */
  const all = { ours: [], theirs: [], few: [] };
  const keep = (/** @type {string} */ name, /** @type {string} */ said) => {
    const figures = /** @type {Figures} */ (JSON.parse(said));
    all[name]?.push(figures);
    return figures.whole;
  };
  const rounds = interleave(
    {
      ours: () => keep('ours', ours(String(MANY))),
      theirs: () => keep('theirs', theirs(String(MANY))),
      few: () => keep('few', ours(String(FEW))),
    },
    { warmups: 0 },
  );
  const of = (/** @type {string} */ name, /** @type {keyof Figures} */ part) =>
    (all[name] ?? []).map((figures) => figures[part] ?? Number.NaN);
  const sums = pair(of('theirs', 'peak'), of('theirs', 'before'), minus);
  return [
    `## ${MANY} steps, in a new process without its imports, against the SageMaker Python SDK`,
    table(
      ['', 'sagemaker-pipelines', 'Python SDK', 'ratio', 'budget'],
      [
        [
          'build, emit and JSON text, ms',
          range(rounds['ours'] ?? [], 0),
          range(rounds['theirs'] ?? [], 0),
          `${range(pair(rounds['theirs'], rounds['ours'], over))} times faster`,
          '≥ 20',
        ],
        ['of which building, ms', range(of('ours', 'build'), 0), range(of('theirs', 'build'), 0), '', ''],
        ['of which emitting, ms', range(of('ours', 'emit'), 0), range(of('theirs', 'emit'), 0), '', ''],
        ['of which text, ms', range(of('ours', 'text'), 0), 'in emitting', '', ''],
        ['`check` afterwards, ms', range(of('ours', 'check'), 0), 'none', '', ''],
        [
          `a step of ${MANY} checked against one of ${FEW}`,
          '',
          '',
          range(
            pair(of('ours', 'check'), of('few', 'check'), (many, few) => many / MANY / (few / FEW)),
            2,
          ),
          'linear: ≤ 1',
        ],
        [
          `a step of ${MANY} against one of ${FEW}`,
          '',
          '',
          range(
            pair(rounds['ours'], rounds['few'], (many, few) => many / MANY / (few / FEW)),
            2,
          ),
          'linear: ≤ 1',
        ],
        [
          'memory at its peak, MB',
          range(of('ours', 'peak'), 0),
          range(of('theirs', 'peak'), 0),
          `${range(pair(of('theirs', 'peak'), of('ours', 'peak'), over))} times less`,
          '',
        ],
        [
          'of which after the imports, MB',
          range(pair(of('ours', 'peak'), of('ours', 'before'), minus), 0),
          range(sums, 0),
          '',
          '',
        ],
      ],
    ),
  ].join('\n\n');
}

/** @param {number} one @param {number} other */
const over = (one, other) => one / other;
/** @param {number} one @param {number} other */
const minus = (one, other) => one - other;
