import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findRun, listRuns } from '../../../src/run/local/read-runs.ts';
import { bench, documentOf, shellStep } from './run-document.ts';

test.each([
  ['no JSON', '{"run"'],
  ['of another shape', '{}'],
])('a run whose record is %s is left out of the list, and is found by nobody', async (_, text) => {
  const { run, stateFolder } = bench();
  const whole = await run(documentOf([shellStep('A', { script: 'true' })]));
  const broken = join(stateFolder, 'runs', 'broken000000');
  mkdirSync(broken);
  writeFileSync(join(broken, 'run.json'), text);
  expect(listRuns(stateFolder).map((each) => each.run)).toEqual([whole.run]);
  expect(() => findRun(stateFolder, 'broken000000')).toThrow('This project has no run "broken000000"');
});
