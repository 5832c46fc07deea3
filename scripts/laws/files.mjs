// @ts-check
import { GENERATED, maker } from './house.mjs';

/** @typedef {import('./house.mjs').File} File */
/** @typedef {import('./house.mjs').Fault} Fault */

const LINES = 400;
const EMPTY_NAME = /^(?:common|misc|.*\b(?:helper|util|manager)s?)$/;

/** @param {File} file @returns {Fault[]} */
export function lengthFaults({ path, text }) {
  const fault = maker(path, 'length');
  if (GENERATED.test(path)) {
    const says = /generated/i.test(text.slice(0, text.indexOf('\n') + 1) || text);
    return says ? [] : [fault(1, 'is generated and must say "Generated" in its first line, with what makes it')];
  }
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  return lines > LINES ? [fault(LINES + 1, `has ${lines} lines, ${LINES} are allowed: part it by subject`)] : [];
}

/** @param {File} file @returns {Fault[]} */
export function nameFaults({ path }) {
  const fault = maker(path, 'names');
  const folders = path.split('/');
  const file = folders.pop() ?? '';
  const parts = file.split('.').slice(0, -1);
  const snakeFrom = folders.findIndex((folder) => folder === 'pipelines' || folder === 'golden');
  const isPython = file.endsWith('.py');
  const kebab = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
  // A Python module with a hyphen in its name cannot be imported.
  const snake = /^_*[a-z0-9]+(?:_[a-z0-9]+)*_*$/;
  const crooked = folders.filter(
    (name, at) => !(kebab.test(name) || (at > snakeFrom && snakeFrom >= 0 && snake.test(name))),
  );
  // The tests of a pipeline carry its name.
  const maySnake = isPython || path.startsWith('test/pipelines/');
  const isCrooked = !parts.every((name) => kebab.test(name) || (maySnake && snake.test(name)));
  const empty = [...folders, parts[0] ?? ''].filter((name) => EMPTY_NAME.test(name.replaceAll('_', '-')));
  // `utils.ts` at the root is part of the product's interface; its tests carry its name.
  const isUtils = /^(?:utils\.ts|test\/utils\.(?:[a-z-]+\.)*test\.ts)$/.test(path);
  return [
    ...crooked.map((name) =>
      fault(1, `the folder "${name}" is not kebab-case (snake_case is for the folders of pipelines)`),
    ),
    ...(isCrooked ? [fault(1, `"${file}" is not kebab-case (a Python module may be snake_case)`)] : []),
    ...(isUtils ? [] : empty.map((name) => fault(1, `"${name}" says nothing: name it for the one thing inside`))),
  ];
}
