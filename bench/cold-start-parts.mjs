// @ts-check
// One process that does step by step what `get-pipeline-definition` does, and says how many milliseconds each step took.
import * as nodeModule from 'node:module';

/** @typedef {typeof import('../src/index.ts')} Library */
/** @typedef {import('../src/builder/pipeline.ts').Pipeline} Pipeline */
/** @typedef {typeof import('../src/cli/load/hook.ts')} Hook */

const dist = new URL('../dist/', import.meta.url);
const library = new URL('index.js', dist).href;
const hook = new URL('loader-hook.js', dist).href;

let last = performance.now();
function lap() {
  const now = performance.now();
  const took = now - last;
  last = now;
  return took;
}

if (process.argv[2] === 'oxc') {
  await import('oxc-transform');
  process.stdout.write(String(lap()));
} else {
  const { check, emit, toJson } = /** @type {Library} */ (await import(library));
  const loaded = lap();
  process.setSourceMapsEnabled(true);
  const { registerHooks } =
    /** @type {{ registerHooks?: (hooks: import('../src/cli/load/hook.ts').SyncHooks) => void }} */ (nodeModule);
  if (registerHooks === undefined) nodeModule.register(hook, { data: { library } });
  else registerHooks(/** @type {Hook} */ (await import(hook)).syncHooks(library));
  const module = /** @type {{ default: Pipeline }} */ (
    await import(new URL('../pipelines/batch_inference/pipeline.ts', import.meta.url).href)
  );
  const pipeline = lap();
  const { definition } = emit(module.default, { region: 'us-east-1' });
  check(definition);
  toJson(definition);
  process.stdout.write(JSON.stringify({ library: loaded, pipeline, emission: lap() }));
}
