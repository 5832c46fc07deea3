// Runs commands of the built package one after another in this process, each as its program starts it: its arguments, environment,
// folder and streams are its own, and the end that it gives the process is the end of the command alone.
import nodeModule, { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

/** @typedef {{ program: string, args: string[], cwd: string, env: Record<string, string> }} Request */

/** What the running command has written. @type {Record<'stdout' | 'stderr', Uint8Array[]> | undefined} */
let current;
let count = 0;

// Every command listens for signals and for the end of its streams, and none takes that back.
for (const emitter of [process, process.stdout, process.stderr]) emitter.setMaxListeners(0);

// A process keeps its hooks for good: those of the first command serve all.
const hooks = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (nodeModule));
for (const name of ['register', 'registerHooks']) {
  const install = hooks[name];
  if (typeof install !== 'function') continue;
  let isDone = false;
  hooks[name] = (/** @type {unknown[]} */ ...args) => {
    if (!isDone) install.apply(nodeModule, args);
    isDone = true;
  };
}
// What a command sleeps for between two looks.
const sleep = timers.setTimeout;
timers.setTimeout = (milliseconds = 0, ...rest) => sleep(milliseconds / 100, ...rest);
syncBuiltinESMExports();

for (const name of /** @type {const} */ (['stdout', 'stderr'])) {
  /** @type {(chunk: string | Uint8Array, encoding?: unknown, done?: unknown) => boolean} */
  const write = (chunk, encoding, done = encoding) => {
    current?.[name].push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
    if (typeof done === 'function') setImmediate(() => done());
    return true;
  };
  Object.assign(process[name], { write });
}

const exit = process.exit.bind(process);
/** @type {(exitCode?: string | number | null) => void} */
const end = (exitCode = process.exitCode ?? 0) => {
  if (current === undefined) return;
  const { stdout, stderr } = current;
  current = undefined;
  process.chdir('/');
  const said = { stdout: Buffer.concat(stdout).toString('utf8'), stderr: Buffer.concat(stderr).toString('utf8') };
  process.send?.({ exitCode, ...said });
};
Object.assign(process, { exit: end });

process.on('message', (/** @type {Request} */ { program, args, cwd, env }) => {
  current = { stdout: [], stderr: [] };
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  process.chdir(cwd);
  process.argv = [process.argv[0] ?? '', program, ...args];
  // A program runs when it is imported, and a module is imported once by one name.
  void import(`${pathToFileURL(program).href}?${(count += 1)}`);
});
process.on('disconnect', () => exit());
