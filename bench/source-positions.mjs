// @ts-check
import { interleave, pair, range, run, table } from './measure.mjs';

const STEPS = 10_000;

/** What it costs that every step knows the line it was written in: the same steps with and without. */
export function sourcePositions() {
  const of = (/** @type {readonly string[]} */ ...flags) => {
    return () => {
      const said = run(process.execPath, ['bench/many-steps.mjs', String(STEPS), ...flags]);
      const { build } = /** @type {{ build: number }} */ (JSON.parse(said));
      return (build * 1000) / STEPS;
    };
  };
  const rounds = interleave({ with: of(), without: of('--without-positions') });
  return [
    '## What it costs that a step knows its line',
    table(
      ['', 'µs a step'],
      [
        ['building a step', range(rounds['with'] ?? [])],
        ['building a step that does not know its line', range(rounds['without'] ?? [])],
        ['the line', range(pair(rounds['with'], rounds['without'], (one, other) => one - other))],
      ],
    ),
  ].join('\n\n');
}
