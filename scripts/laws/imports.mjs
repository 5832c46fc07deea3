// @ts-check
import { LIBRARY, layerOf, maker } from './house.mjs';

/** @typedef {import('./house.mjs').Module} Module */
/** @typedef {import('./house.mjs').Fault} Fault */

/** What stands for a user's code, and is written as a user would write it. */
const CLIENTS = /^(?:pipelines\/|template\/|test\/pipelines\/|test\/types\/|build\.ts$|utils\.ts$)/;

/** @param {Module} module @returns {Fault[]} */
export function layerFaults({ path, edges, imports }) {
  const here = layerOf(path);
  if (here === undefined) return [];
  const fault = maker(path, 'layers');
  if (here.rank === undefined) {
    return [fault(1, `stands in no layer: move it into one, or add its folder to the table in scripts/laws/house.mjs`)];
  }
  const own = imports
    .filter(({ specifier }) => isLibrary(specifier))
    .map(({ line }) => fault(line, `imports ${LIBRARY} by its name: within src, import the file itself`));
  const others = edges.flatMap(({ target, line }) => {
    const there = layerOf(target);
    if (target === 'src/index.ts') {
      return fault(line, 'imports the barrel src/index.ts, which is for users: import the file itself');
    }
    if (there === undefined) return fault(line, `imports ${target}, outside src: the library holds all it needs`);
    if (here.name === 'bin') {
      return there.name === 'cli' ? [] : fault(line, `imports ${target}: an entry file imports cli and nothing else`);
    }
    if (there.name === here.name) {
      const apart = here.runner !== undefined && there.runner !== undefined && here.runner !== there.runner;
      const mend = 'put what both need into a file of run itself';
      return apart ? fault(line, `run/${here.runner} imports its sibling run/${there.runner}: ${mend}`) : [];
    }
    if (there.rank === undefined || there.rank < (here.rank ?? 0)) return [];
    const relation = there.rank === here.rank ? 'of the same rank' : 'above it';
    return fault(
      line,
      `${here.name} (L${here.rank}) imports ${there.name} (L${there.rank}), ${relation}: move what is shared into a lower layer`,
    );
  });
  return [...own, ...others];
}

/** @param {Module} module @returns {Fault[]} */
export function barrelFaults({ path, tokens }) {
  const fault = maker(path, 'barrel');
  if (path !== 'src/index.ts') {
    return /^src\/.*\/index\.ts$/.test(path)
      ? [fault(1, 'is a second barrel: name the file for what is in it; src/index.ts is the only one')]
      : [];
  }
  for (let index = 0; index < tokens.length;) {
    const end = tokens.findIndex((token, at) => at > index && token.kind === 'string');
    const [first, second] = tokens.slice(index);
    const third = second?.text === 'type' ? tokens[index + 2] : second;
    const isExport = first?.text === 'export' && (third?.text === '{' || third?.text === '*');
    const isOne = !tokens.slice(index + 1, end).some(({ text }) => text === ';' || text === 'export');
    if (!isExport || !isOne || tokens[end - 1]?.text !== 'from') {
      return [fault(first?.line ?? 1, 'the barrel holds `export … from` and nothing else: move this into a layer')];
    }
    index = tokens[end + 1]?.text === ';' ? end + 2 : end + 1;
  }
  return [];
}

/** @param {Module} module @returns {Fault[]} */
export function clientFaults({ path, edges }) {
  if (!CLIENTS.test(path)) return [];
  return edges
    .filter(({ target }) => /^(?:src|dist)\//.test(target))
    .map(({ target, line }) =>
      maker(path, 'own-name')(line, `imports ${target}: import from '${LIBRARY}', as a user would`),
    );
}

/** @param {Module} module @param {ReadonlySet<string>} paths @returns {Fault[]} */
export function missingFaults({ path, edges }, paths) {
  // What is built is not there in a fresh clone.
  return edges
    .filter(({ target }) => !paths.has(target) && !target.startsWith('dist/'))
    .map(({ specifier, line }) => {
      return maker(path, 'imports')(line, `'${specifier}' names no file: write its whole name, with its ending (.ts)`);
    });
}

/** @param {string} specifier */
const isLibrary = (specifier) => specifier === LIBRARY || specifier.startsWith(`${LIBRARY}/`);
