// @ts-check
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Something that is measured once a round. @typedef {() => number} Measure */
/** The figures of every round by the name of what was measured. @typedef {Record<string, number[]>} Rounds */

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
export const ROUNDS = 9;

/** Nobody's credentials. */
const NOBODY = {
  AWS_ACCESS_KEY_ID: '',
  AWS_WEB_IDENTITY_TOKEN_FILE: '',
  AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '',
  AWS_CONTAINER_CREDENTIALS_FULL_URI: '',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
};

/**
 * Measures A B C A B C …: what else the machine does meets all of them alike. The first rounds only warm the disk's cache.
 *
 * @param {Record<string, Measure>} measures
 * @param {{ rounds?: number, warmups?: number }} [options]
 * @returns {Rounds}
 */
export function interleave(measures, { rounds = ROUNDS, warmups = 1 } = {}) {
  /** @type {Rounds} */
  const taken = Object.fromEntries(Object.keys(measures).map((name) => [name, []]));
  for (let round = -warmups; round < rounds; round++) {
    for (const [name, measure] of Object.entries(measures)) {
      const figure = measure();
      if (round >= 0) taken[name]?.push(figure);
    }
  }
  return taken;
}

/** @param {readonly number[]} figures */
export function median(figures) {
  const sorted = figures.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/**
 * Two measurements of the same round set against each other, round by round.
 *
 * @param {readonly number[] | undefined} one
 * @param {readonly number[] | undefined} other
 * @param {(one: number, other: number) => number} compare
 */
export function pair(one, other, compare) {
  return (one ?? []).map((figure, round) => compare(figure, other?.[round] ?? Number.NaN));
}

/** `12.3 (11.8–14.0)`: the median and the range. @param {readonly number[]} figures */
export function range(figures, digits = 1) {
  const [low, middle, high] = [Math.min(...figures), median(figures), Math.max(...figures)].map((figure) =>
    figure.toFixed(digits),
  );
  return `${middle} (${low}–${high})`;
}

/**
 * Runs a program and gives its standard output; one that fails ends the bench with what it said.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {Readonly<Record<string, string>>} own what it finds in its environment; nobody's credentials unless told
 */
export function run(program, args, own = NOBODY) {
  // To the Python SDK an empty profile is one that is not there.
  const { AWS_PROFILE: _, ...given } = process.env;
  // With credentials a dry run asks AWS, and the figure would be the network's.
  const env = { ...given, ...own };
  const { status, error, stdout, stderr } = spawnSync(program, args, {
    cwd: ROOT,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 1 << 28,
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}\n${stderr.trim()}`);
  return stdout;
}

/**
 * How many milliseconds a whole process takes.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {Readonly<Record<string, string>>} [own]
 * @returns {Measure}
 */
export function processTime(program, args, own) {
  return () => {
    const start = performance.now();
    run(program, args, own);
    return performance.now() - start;
  };
}

/** A table in Markdown. @param {readonly string[]} head @param {readonly (readonly string[])[]} rows */
export function table(head, rows) {
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
