// @ts-check
import { interleave, pair, processTime, range, run, table } from './measure.mjs';
import { nodes } from './peers.mjs';

const LINES = [20, 22, 24];
const BUDGETS = new Map([
  [20, 100],
  [22, 60],
]);

const DEFINITION = ['dist/bin/get-pipeline-definition.js', '--name', 'batch_inference', '--file-name', '-'];
const DRY_RUN = ['dist/bin/run-pipeline.js', '--name', 'batch_inference', '--param', 'ModelName=m', '--dry-run'];

/** What the commands cost on top of Node itself, and where it goes. */
export function coldStart() {
  const taken = nodes(LINES).map(({ version, node }) => ({ version, ...measure(node) }));
  const versions = taken.map(({ version }) => `Node ${version}`);
  const budgets = taken.map(({ version }) => BUDGETS.get(Number.parseInt(version, 10)));
  const row = (/** @type {string} */ name, /** @type {(figures: typeof taken[number]) => readonly number[]} */ of) => [
    name,
    ...taken.map((figures) => range(of(figures))),
  ];
  return [
    '## Cold start: a whole process over `node -e 0`, in ms',
    table(
      ['', ...versions],
      [
        row('`node -e 0` itself', ({ rounds }) => rounds['node'] ?? []),
        row('`get-pipeline-definition --name batch_inference`', ({ over }) => over('definition')),
        ['budget', ...budgets.map((budget) => (budget === undefined ? 'none' : `+ ${budget}`))],
        row('`run-pipeline --name batch_inference --dry-run`', ({ over }) => over('dryRun')),
        row('`get-pipeline-definition --help`', ({ over }) => over('help')),
      ],
    ),
    'Where the time of `get-pipeline-definition` goes:',
    table(
      ['', ...versions],
      [
        row('loading the library', ({ rounds }) => rounds['library'] ?? []),
        row('loading the command and yargs, reading the flags', ({ rounds, over }) =>
          pair(over('version'), rounds['library'], minus),
        ),
        row('the pipeline file: hooks, oxc, the transform, running it', ({ rounds }) => rounds['pipeline'] ?? []),
        row('of which loading oxc', ({ rounds }) => rounds['oxc'] ?? []),
        row('emit, check, text', ({ rounds }) => rounds['emission'] ?? []),
        row('the rest: finding, writing, ending', ({ rounds, over }) =>
          ['pipeline', 'emission'].reduce(
            (left, part) => pair(left, rounds[part], minus),
            pair(over('definition'), over('version'), minus),
          ),
        ),
      ],
    ),
  ].join('\n\n');
}

/** @param {number} one @param {number} other */
const minus = (one, other) => one - other;

/** @param {string} node */
function measure(node) {
  /** @type {Record<string, number>} */
  let parts = {};
  const part = (/** @type {string} */ name) => parts[name] ?? Number.NaN;
  const rounds = interleave(
    {
      node: processTime(node, ['-e', '0']),
      definition: processTime(node, DEFINITION),
      dryRun: processTime(node, DRY_RUN),
      help: processTime(node, ['dist/bin/get-pipeline-definition.js', '--help']),
      version: processTime(node, ['dist/bin/get-pipeline-definition.js', '--version']),
      library: () => {
        parts = /** @type {Record<string, number>} */ (JSON.parse(run(node, ['bench/cold-start-parts.mjs'])));
        return part('library');
      },
      pipeline: () => part('pipeline'),
      emission: () => part('emission'),
      oxc: () => Number(run(node, ['bench/cold-start-parts.mjs', 'oxc'])),
    },
    { rounds: 15, warmups: 2 },
  );
  return { rounds, over: (/** @type {string} */ name) => pair(rounds[name], rounds['node'], minus) };
}
