import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

import { type WorkName, type Worked, work } from './survivable-work.ts';

/**
 * A process that runs the work below and is killed by the kernel just before its n-th change of the disk: after that
 * line nothing of it is run, as with a power cut. Without n it tells how many changes there are.
 */
const [name = 'small', folder = '', nth = '0'] = process.argv.slice(2);
let changes = 0;

type Change = (...given: unknown[]) => unknown;

function counted(change: Change): Change {
  return (...given) => {
    changes++;
    if (changes === Number(nth)) {
      process.kill(process.pid, 'SIGKILL');
      // The signal is on its way.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    }
    return change(...given);
  };
}

const SYNC = ['renameSync', 'linkSync', 'appendFileSync', 'writeFileSync', 'mkdirSync', 'rmSync', 'symlinkSync'];
const LATER = ['rename', 'copyFile', 'mkdir', 'rm', 'open', 'writeFile'];
for (const [module, names] of [
  [fs, SYNC],
  [fs.promises, LATER],
] as const) {
  const members = module as unknown as Record<string, Change>;
  for (const name of names) members[name] = counted(members[name]!.bind(module));
}
syncBuiltinESMExports();

const done: Worked = await work(name as WorkName, folder);
process.stdout.write(JSON.stringify({ ...done, changes }));
