// @ts-check
import { layerOf, maker } from './house.mjs';

/** @typedef {import('./house.mjs').Module} Module */
/** @typedef {import('./house.mjs').Fault} Fault */

const SDK_BY_VALUE = 4;
const OUTSIDE_WORLD = 7;

const NETWORK = /^(?:node:)?(?:child_process|net|tls|https?|http2|dgram|dns|dns\/promises)$|^undici$/;
const DISK = /^(?:node:)?fs(?:\/promises)?$/;

/** What only the command line may ask for; below it these arrive as arguments. @type {readonly (readonly [string, string])[]} */
const AMBIENT = [
  ['process', 'env'],
  ['process', 'cwd'],
  ['process', 'hrtime'],
  ['performance', 'now'],
  ['Date', 'now'],
  ['Math', 'random'],
];

/** @param {Module} module @returns {Fault[]} */
export function sdkFaults({ path, imports }) {
  const rank = layerOf(path)?.rank;
  if (rank === undefined) return [];
  const fault = maker(path, 'aws-sdk');
  return imports.flatMap(({ specifier, kind, line }) => {
    if (!specifier.startsWith('@aws-sdk/') || kind === 'type') return [];
    if (rank < SDK_BY_VALUE) {
      return fault(
        line,
        `loads ${specifier}: below L${SDK_BY_VALUE} (s3) write \`import type\`; nothing there needs AWS`,
      );
    }
    const mend = 'load it where it is used, with `await import` or `createRequire`, so that other commands start fast';
    return kind === 'value' ? fault(line, `imports ${specifier} by value at the start: ${mend}`) : [];
  });
}

/** @param {Module} module @returns {Fault[]} */
export function purityFaults({ path, tokens, imports }) {
  const layer = layerOf(path);
  if (layer?.rank === undefined || layer.rank >= OUTSIDE_WORLD) return [];
  const fault = maker(path, 'purity');
  const mend = `below L${OUTSIDE_WORLD} (cli) no environment, current folder, clock, random or console: take it as an argument`;
  const asked = tokens.flatMap((token, index) => {
    const [before, dot, member] = [tokens[index - 1]?.text, tokens[index + 1]?.text, tokens[index + 2]?.text];
    if (token.kind !== 'word' || before === '.' || before === '?.') return [];
    const isMember = dot === '.' || dot === '?.';
    const what = AMBIENT.find(([object, name]) => isMember && token.text === object && member === name);
    if (what !== undefined) return fault(token.line, `asks for ${what.join('.')}: ${mend}`);
    if (token.text === 'console' && isMember) return fault(token.line, `asks for console: ${mend}`);
    // `new Date(text)` reads a date, `new Date()` the clock.
    const isNow = token.text === 'Date' && before === 'new' && (dot !== '(' || member === ')');
    if (isNow) return fault(token.line, `asks for new Date(): ${mend}`);
    const isFetch = layer.rank !== undefined && layer.rank < SDK_BY_VALUE && token.text === 'fetch' && dot === '(';
    return isFetch && before !== 'function' ? fault(token.line, `calls fetch: L0 to L3 need no network`) : [];
  });
  const loaded = imports.flatMap(({ specifier, line }) => {
    if (/^(?:node:)?process$/.test(specifier)) return fault(line, `imports ${specifier}: ${mend}`);
    if ((layer.rank ?? 0) >= SDK_BY_VALUE) return [];
    if (NETWORK.test(specifier))
      return fault(line, `imports ${specifier}: L0 to L3 start no process and use no network`);
    if (layer.name === 'assets' || !DISK.test(specifier)) return [];
    return fault(line, `imports ${specifier}: of L0 to L3 only assets reads files`);
  });
  return [...asked, ...loaded];
}
