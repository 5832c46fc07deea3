// Builds `dist`: the library, the commands, the loader's hooks, and the declarations.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import { licencesOf } from './licences.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const beside = join(root, `.dist-${process.pid}`);

// yargs lays its help out with these; their Unicode tables cost 40 ms at every start, and our help is plain text.
const PLAIN_TEXT = ['string-width', 'wrap-ansi', 'strip-ansi'];

try {
  await bundle();
  copyPython();
  copyPage();
  copyTemplate();
  declare();
  replace();
} finally {
  rmSync(beside, { recursive: true, force: true });
}

async function bundle() {
  const { output } = await build({
    cwd: root,
    input: {
      index: 'src/index.ts',
      'loader-hook': 'src/cli/load/hook.ts',
      'bin/get-pipeline-definition': 'src/bin/get-pipeline-definition.ts',
      'bin/run-pipeline': 'src/bin/run-pipeline.ts',
      'bin/sagemaker-pipelines': 'src/bin/sagemaker-pipelines.ts',
      'bin/build-deployment': 'build.ts',
      // One folder down, as in the sources: `build.ts` starts commands from there.
      'cli/deployment': 'src/cli/deployment.ts',
      'testing/testing': 'src/testing/testing.ts',
    },
    platform: 'node',
    // Comments with the paths of this machine would make the same sources another build elsewhere.
    experimental: { attachDebugInfo: 'none' },
    external: [/^node:/, /^@aws-sdk\//, 'oxc-transform'],
    resolve: {
      alias: {
        ...Object.fromEntries(PLAIN_TEXT.map((name) => [name, join(root, `src/cli/plain-text/${name}.ts`)])),
        'sagemaker-pipelines/deployment': join(root, 'src/cli/deployment.ts'),
      },
    },
    output: {
      dir: beside,
      format: 'esm',
      entryFileNames: '[name].js',
      // One folder down, like every source file: what is under `dist` is the library's own, seen from any chunk.
      chunkFileNames: 'chunks/[name].js',
      codeSplitting: {
        groups: [
          // What every start needs; readers that only some commands need are loaded by those.
          {
            name: 'library',
            test: /\/src\/(?:definition|aws|assets|builder|check|emit\/(?:json|pipeline-properties))\b/,
          },
          { name: 'yargs', test: /\/node_modules\/(?:yargs|cliui|y18n|escalade|get-caller-file)/ },
        ],
      },
    },
  });
  const modules = output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []));
  writeFileSync(join(beside, 'licenses.txt'), licencesOf(modules));
}

/** Programs that run under a job's Python: they stand beside the chunks as they stand beside the sources that name them. */
function copyPython() {
  cpSync(join(root, 'src/run/local/containers/python'), join(beside, 'chunks/python'), {
    recursive: true,
    filter: (path) => !/(?:__pycache__|\.pyc)$/.test(path),
  });
}

/** What the report page is dressed in stands beside the chunk that reads it. */
function copyPage() {
  for (const name of ['page.css', 'page.js'])
    cpSync(join(root, 'src/report/page', name), join(beside, 'chunks/page', name));
}

/** What `init` writes; npm would leave out or obey a `.gitignore` that a package holds, so that it has no dot there. */
function copyTemplate() {
  cpSync(join(root, 'template'), join(beside, 'template'), {
    recursive: true,
    filter: (path) => !/\/(?:node_modules|\.sagemaker-pipelines|__pycache__)$/.test(path),
  });
}

function declare() {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'src', '--outDir', beside], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`tsc ended with ${status}`);
}

function replace() {
  for (const name of ['get-pipeline-definition', 'run-pipeline', 'sagemaker-pipelines', 'build-deployment'])
    chmodSync(join(beside, `bin/${name}.js`), 0o755);
  const old = `${beside}-old`;
  if (existsSync(dist)) renameSync(dist, old);
  renameSync(beside, dist);
  rmSync(old, { recursive: true, force: true });
}
