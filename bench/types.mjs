// @ts-check
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT, run, table } from './measure.mjs';

/** How much the compiler instantiates for the shipped pipelines: the same number on every machine. */
export function types() {
  return [
    '## What the types cost',
    table(
      ['type instantiations for `pipelines/`', '', 'budget'],
      [
        ['against the built declarations, as a user has them', String(instantiations([])), '≤ 20000'],
        ["with the library's own sources checked", String(instantiations(['sagemaker-pipelines-source'])), ''],
      ],
    ),
  ].join('\n\n');
}

/** @param {readonly string[]} customConditions */
function instantiations(customConditions) {
  // Inside the project, where the compiler finds its packages.
  const folder = mkdtempSync(join(ROOT, '.bench-types-'));
  try {
    const file = join(folder, 'tsconfig.json');
    const config = { extends: '../tsconfig.json', compilerOptions: { customConditions }, include: ['../pipelines'] };
    writeFileSync(file, JSON.stringify(config));
    const tsc = 'node_modules/typescript/bin/tsc';
    // One checker: several would each work out what they share.
    const said = run(process.execPath, [tsc, '-p', file, '--checkers', '1', '--extendedDiagnostics']);
    return Number(/^Instantiations:\s*(\d+)/m.exec(said)?.[1]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
