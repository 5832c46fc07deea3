// @ts-check
import { maker } from './house.mjs';

/** @typedef {import('./house.mjs').Module} Module */
/** @typedef {import('./house.mjs').Fault} Fault */

/** @param {readonly Module[]} modules @returns {Fault[]} */
export function cycleFaults(modules) {
  const byPath = new Map(modules.map((module) => [module.path, module]));
  /** @type {Set<string>} */
  const told = new Set();
  return modules.flatMap(({ path, edges }) => {
    if (told.has(path)) return [];
    for (const { target, line } of edges) {
      const way = target === path ? [path] : wayBetween(target, path, byPath);
      if (way === undefined) continue;
      for (const file of way) told.add(file);
      const cycle = target === path ? [path, path] : [path, ...way];
      return maker(path, 'cycles')(
        line,
        `${cycle.join(' → ')}: move what they share into a file that imports none of them`,
      );
    }
    return [];
  });
}

/** The shortest chain of imports between two files, both named. @param {string} from @param {string} to @param {ReadonlyMap<string, Module>} byPath */
function wayBetween(from, to, byPath) {
  /** @type {Map<string, string | undefined>} */
  const reachedFrom = new Map([[from, undefined]]);
  for (const file of reachedFrom.keys()) {
    if (file === to) {
      const way = [];
      for (let step = /** @type {string | undefined} */ (to); step !== undefined; step = reachedFrom.get(step))
        way.unshift(step);
      return way;
    }
    for (const { target } of byPath.get(file)?.edges ?? []) if (!reachedFrom.has(target)) reachedFrom.set(target, file);
  }
  return undefined;
}
