// @ts-check
// What of the library the bench runs: bundled before it is measured, as `dist` is.
export { readFile, writeFile } from '../../src/run/local/transform/files.ts';
export { readPlan } from '../../src/run/local/transform/plan.ts';
export { transform } from '../../src/run/local/transform/transform.ts';
