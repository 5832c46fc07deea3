import { randomBytes } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { thisProcess } from '../../../src/cli/this-process.ts';
import { isPipelineError } from '../../../src/definition/error.ts';
import { takeRun } from '../../../src/run/local/run-owner.ts';
import { PATIENCE } from '../../support/patience.ts';

/** One of several processes that want the same run at once: it says what came of it, and stays until all have tried. */
const [folder = '', ready = '', count = '0'] = process.argv.slice(2);
const allHave = async (prefix: string): Promise<void> => {
  for (let look = 0; look < PATIENCE / 10; look++) {
    if (readdirSync(ready).filter((name) => name.startsWith(prefix)).length === Number(count)) return;
    await wait(10);
  }
};
const own = (prefix: string): void => writeFileSync(join(ready, `${prefix}.${process.pid}`), '');
own('here');
await allHave('here');
let word = 'taken';
try {
  takeRun(folder, 'r1', thisProcess(), (digits) => randomBytes(digits).toString('hex').slice(0, digits));
} catch (error) {
  word = isPipelineError(error) ? error.code : String(error);
}
process.stdout.write(word);
own('tried');
await allHave('tried');
