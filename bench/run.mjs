// @ts-check
// Prints the figures as Markdown: node bench/run.mjs [a figure's name ...]
import { availableParallelism } from 'node:os';

import { batchTransform } from './batch-transform.mjs';
import { coldStart } from './cold-start.mjs';
import { localRun } from './local-run.mjs';
import { ROOT, run } from './measure.mjs';
import { modelHost } from './model-host.mjs';
import { promotion } from './promotion.mjs';
import { pythonSdk } from './python-sdk.mjs';
import { sourcePositions } from './source-positions.mjs';
import { types } from './types.mjs';
import { upload } from './upload.mjs';

/** @type {Record<string, () => string>} */
const FIGURES = {
  'batch-transform': batchTransform,
  'cold-start': coldStart,
  'local-run': localRun,
  'model-host': modelHost,
  promotion,
  'python-sdk': pythonSdk,
  'source-positions': sourcePositions,
  types,
  upload,
};

/** They take minutes and gigabytes of memory, and are taken when they are asked for. */
const ON_REQUEST = ['batch-transform', 'promotion', 'upload'];

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in FIGURES));
if (unknown.length > 0) {
  process.stderr.write(`There is no figure ${unknown.join(', ')}; there are: ${Object.keys(FIGURES).join(', ')}\n`);
  process.exit(2);
}

process.stderr.write(`building ${ROOT}\n`);
run(process.execPath, ['scripts/bundle.mjs']);
const day = new Date().toISOString().slice(0, 10);
const machine = `${process.platform} ${process.arch}, ${availableParallelism()} cores`;
process.stdout.write(`${day}, ${machine}, Node ${process.versions.node}. Medians, with the range in brackets.\n`);
for (const [name, figure] of Object.entries(FIGURES)) {
  if (asked.length > 0 ? !asked.includes(name) : ON_REQUEST.includes(name)) continue;
  process.stderr.write(`${name} …\n`);
  process.stdout.write(`\n${figure()}\n`);
}
