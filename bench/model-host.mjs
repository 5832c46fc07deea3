// @ts-check
import { interleave, pair, range, run, table } from './measure.mjs';
import { scikitLearnPython } from './peers.mjs';

const ROUNDS = 7;

/** Two models of scikit-learn behind each other, a million rows, against the same two in one Python process. */
export function modelHost() {
  const python = scikitLearnPython();
  const folder = run(python, ['bench/model-host/make.py']).trim();
  try {
    const seconds = (/** @type {readonly string[]} */ args) => () =>
      Number(run(args[0] ?? '', args.slice(1)).split('\n')[0]);
    const rounds = interleave(
      {
        one: seconds([python, 'bench/model-host/one_process.py', folder]),
        hosts: seconds([process.execPath, 'bench/model-host/two-hosts.mjs', python, folder]),
      },
      { rounds: ROUNDS },
    );
    // Sums of a float's worth of rounding may come out differently in batches of another size.
    run(python, ['bench/model-host/compare.py', folder]);
    const rates = pair(rounds['one'], rounds['hosts'], (one, hosts) => one / hosts);
    return [
      '## Two model servers behind each other, 1,000,000 rows of CSV, NPY between them, against one Python process',
      table(
        ['', 'two model servers', 'one process', 'rate', 'budget'],
        [
          [
            'file to file, s',
            range(rounds['hosts'] ?? [], 2),
            range(rounds['one'] ?? [], 2),
            `${range(rates, 2)} of that rate`,
            '≥ 0.5',
          ],
        ],
      ),
    ].join('\n\n');
  } finally {
    run(python, ['-c', 'import shutil, sys; shutil.rmtree(sys.argv[1])', folder]);
  }
}
