// @ts-check
// Takes one side of the comparison once: node side.mjs SIDE INPUT OUTPUT [ENGINE | PYTHON]; prints { seconds, peak }.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { baseline } from './baseline.mjs';

const [side = '', input = '', output = '', tool = ''] = process.argv.slice(2);
const PAYLOAD = 6 * 1024 ** 2;

const model = spawn(process.execPath, [fileURLToPath(new URL('echo.mjs', import.meta.url))], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
const [said] = /** @type {[Buffer]} */ (await once(model.stdout, 'data'));
const url = `http://127.0.0.1:${said.toString().trim()}`;
try {
  const start = performance.now();
  const peak = await take();
  process.stdout.write(JSON.stringify({ seconds: (performance.now() - start) / 1000, peak }));
} finally {
  model.stdin.end();
}

/** @returns {Promise<number>} the memory of whoever did it, at its peak, in MB */
async function take() {
  if (side === 'baseline') await baseline(url, input, output, PAYLOAD);
  else if (side === 'sdk') return await sdk();
  else await engine();
  return process.resourceUsage().maxRSS / 1024;
}

async function engine() {
  /** @type {typeof import('./engine.mjs')} */
  const { readFile, writeFile, readPlan, transform } = await import(pathToFileURL(tool).href);
  // Input that is made as it is read, and output that goes nowhere: memory at any size without a disk that holds it.
  const generated = /^generated:(\d+)$/.exec(input)?.[1];
  const { plan, problems } = readPlan({
    TransformInput: { ContentType: 'text/csv', SplitType: 'Line' },
    TransformOutput: { Accept: 'text/csv', AssembleWith: 'Line' },
    ...(side === 'joined' ? { DataProcessing: { InputFilter: '$[1:]', JoinSource: 'Input' } } : {}),
    ...(side === 'workers' ? { MaxConcurrentTransforms: 4 } : {}),
    ...(side === 'streamed' ? { MaxPayloadInMB: 0 } : {}),
  });
  if (plan === undefined) throw new Error(problems[0]?.message);
  let unique = 0;
  const { failures } = await transform({
    plan,
    containers: [{ url, environment: {} }],
    objects: [
      {
        key: 'in.csv',
        output: 'in.csv.out',
        open: () => (generated === undefined ? readFile(input) : rows(Number(generated))),
      },
    ],
    output: () =>
      generated === undefined
        ? writeFile(output, (digits) => String(unique++).padStart(digits, '0'))
        : Promise.resolve({ write: async () => {}, commit: async () => {}, abandon: async () => {} }),
    world: {
      now: () => new Date(0),
      unique: (digits) => String(unique++).padStart(digits, '0'),
      sleep: (milliseconds, signal) => wait(milliseconds, undefined, signal === undefined ? {} : { signal }),
    },
    signal: new AbortController().signal,
  });
  if (failures.length > 0) throw new Error(failures[0]?.message);
}

/** @param {number} bytes */
async function* rows(bytes) {
  const piece = Buffer.from('5.1,3.5,1.4,0.2,"setosa, of the coast",1000000.25\n'.repeat(20_000));
  for (let made = 0; made < bytes; made += piece.length) yield Buffer.from(piece);
}

async function sdk() {
  const script = fileURLToPath(new URL('../peers/batch_transform.py', import.meta.url));
  const python = spawn(tool, [script, url.slice(url.lastIndexOf(':') + 1), input, output], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const answer = /** @type {Promise<[Buffer]>} */ (once(python.stdout, 'data'));
  const [[peak]] = await Promise.all([answer, once(python, 'close')]);
  return Number(peak.toString());
}
