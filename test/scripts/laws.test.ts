import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

import { checkLaws, formatFault, readTree } from '../../scripts/laws.mjs';

/** The faults of a made-up tree, as `file:line [law]`. */
function faults(tree: Record<string, string>): string[] {
  const files = Object.entries(tree).map(([path, text]) => ({ path, text }));
  return checkLaws(files).map(({ file, line, law }) => `${file}:${line} [${law}]`);
}

const empty = 'export {};\n';

test('this repository keeps the laws', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const files = readTree(root);
  expect(files.map(({ path }) => path)).toContain('src/definition/document.ts');
  expect(checkLaws(files).map(formatFault)).toEqual([]);
});

test('a fault is one line: where, which law, what, and how to mend it', () => {
  const files = [
    { path: 'src/check/rule.ts', text: `\nimport { toJson } from '../emit/json.ts';\n` },
    { path: 'src/emit/json.ts', text: empty },
  ];
  expect(checkLaws(files).map(formatFault)).toEqual([
    'src/check/rule.ts:2  [layers]  check (L3) imports emit (L3), of the same rank: move what is shared into a lower layer',
  ]);
});

describe('layers', () => {
  /** A file that imports another one, both there. */
  const imports = (from: string, to: string, statement = 'import { it } from "TO";') => {
    const up = '../'.repeat(from.split('/').length - 1);
    return faults({ [from]: statement.replace('TO', up + to), [to]: '' });
  };

  test.each([
    ['src/check/rule.ts', 'src/check/walk.ts'],
    ['src/builder/step.ts', 'src/definition/document.ts'],
    ['src/builder/step.ts', 'src/assets/pack.ts'],
    ['src/cli/run.ts', 'src/run/local/run.ts'],
    ['src/run/local/run.ts', 'src/run/runner.ts'],
    ['src/run/local/steps/training.ts', 'src/run/local/store.ts'],
    ['src/bin/run-pipeline.ts', 'src/cli/main.ts'],
    ['src/index.ts', 'src/emit/json.ts', 'export { toJson } from "TO";'],
    ['test/emit/json.test.ts', 'src/emit/json.ts'],
  ])('%s may import %s', (from, to, statement?: string) => {
    expect(imports(from, to, statement)).toEqual([]);
  });

  test.each([
    ['src/definition/parse.ts', 'src/aws/images.ts'],
    ['src/aws/images.ts', 'src/assets/pack.ts'],
    ['src/promote/plan.ts', 'src/run/runner.ts'],
    ['src/emit/json.ts', 'src/cli/main.ts'],
    ['src/run/local/run.ts', 'src/run/sagemaker/watch.ts'],
    ['src/run/step-functions/start.ts', 'src/run/local/steps/training.ts'],
    ['src/bin/run-pipeline.ts', 'src/emit/json.ts'],
    ['src/cli/main.ts', 'src/bin/run-pipeline.ts'],
    ['src/emit/json.ts', 'src/index.ts'],
    ['src/emit/json.ts', 'scripts/bundle.mjs'],
  ])('%s may not import %s', (from, to) => {
    expect(imports(from, to)).toEqual([`${from}:1 [layers]`]);
  });

  test.each([
    'import type { it } from "TO";',
    'import it, { type Other } from "TO";',
    'import * as all from "TO";',
    'import "TO";',
    'export * from "TO";',
    'export type { it } from "TO";',
    'const it = await import("TO");',
    'const it = await import(`TO`);',
    'type It = typeof import("TO");',
    'const it = require("TO");',
    'const it = createRequire(import.meta.url)("@aws-sdk/x"); import {\n  one,\n  from,\n} from "TO";',
  ])('every form of import counts: %s', (statement) => {
    expect(imports('src/definition/parse.ts', 'src/emit/json.ts', statement).join('\n')).toContain('[layers]');
  });

  test('an unknown folder in src, or a file beside the barrel, stands in no layer', () => {
    expect(faults({ 'src/extras/thing.ts': empty, 'src/thing.ts': empty })).toEqual([
      'src/extras/thing.ts:1 [layers]',
      'src/thing.ts:1 [layers]',
    ]);
  });

  test('src does not reach the barrel by the name of the package either', () => {
    expect(faults({ 'src/cli/main.ts': `import { step } from 'sagemaker-pipelines';` })).toEqual([
      'src/cli/main.ts:1 [layers]',
    ]);
  });
});

describe('imports', () => {
  test('a relative import names a file with its ending, so that no other law looks past it', () => {
    const tree = { 'src/emit/json.ts': `import { a } from './yaml';`, 'src/emit/yaml.ts': empty };
    expect(faults(tree)).toEqual(['src/emit/json.ts:1 [imports]']);
  });

  test('what is built is not there in a fresh clone and may be named all the same', () => {
    expect(faults({ 'test/package.test.ts': `await import('../dist/index.js');` })).toEqual([]);
  });
});

describe('barrel', () => {
  test('src/index.ts re-exports', () => {
    const text = `/** All. */\nexport { a } from './emit/a.ts';\nexport type { B } from './emit/a.ts'\nexport * from './emit/a.ts';\nexport * as c from './emit/a.ts';`;
    expect(faults({ 'src/index.ts': text, 'src/emit/a.ts': empty })).toEqual([]);
  });

  test.each(['export const a = 1;', `import './emit/a.ts';`, `export { a };`, 'run();', 'export default 1;'])(
    'src/index.ts holds nothing else: %s',
    (statement) => {
      const text = `export { a } from './emit/a.ts';\n${statement}\nexport { b } from './emit/a.ts';`;
      expect(faults({ 'src/index.ts': text, 'src/emit/a.ts': empty })).toEqual(['src/index.ts:2 [barrel]']);
    },
  );

  test('there is no second barrel', () => {
    expect(faults({ 'src/emit/index.ts': empty })).toEqual(['src/emit/index.ts:1 [barrel]']);
  });
});

describe('cycles', () => {
  test('a chain is no cycle', () => {
    expect(
      faults({
        'src/emit/a.ts': `import { b } from './b.ts'; import { c } from './c.ts';`,
        'src/emit/b.ts': `import { c } from './c.ts';`,
        'src/emit/c.ts': empty,
      }),
    ).toEqual([]);
  });

  test('a cycle is named once, whole, type imports included', () => {
    const files = [
      { path: 'src/emit/a.ts', text: `\nimport { b } from './b.ts';` },
      { path: 'src/emit/b.ts', text: `import type { C } from './c.ts';` },
      { path: 'src/emit/c.ts', text: `export { a } from './a.ts';` },
    ];
    const found = checkLaws(files);
    expect(found.map(({ file, line, law }) => `${file}:${line} [${law}]`)).toEqual(['src/emit/a.ts:2 [cycles]']);
    expect(found[0]?.message).toContain('src/emit/a.ts → src/emit/b.ts → src/emit/c.ts → src/emit/a.ts');
  });

  test('a file that imports itself is a cycle', () => {
    expect(faults({ 'src/emit/a.ts': `import { a } from './a.ts';` })).toEqual(['src/emit/a.ts:1 [cycles]']);
  });
});

describe('aws-sdk', () => {
  const sdk = '@aws-sdk/client-sagemaker';
  const lazy = [`await import('${sdk}');`, `createRequire(import.meta.url)('${sdk}');`, `load('${sdk}');`];
  const types = [`import type { A } from '${sdk}';`, `export type { A } from '${sdk}';`];
  const values = [`import { A } from '${sdk}';`, `import { type A } from '${sdk}';`, `export { A } from '${sdk}';`];

  test.each(types)('every layer may take its types: %s', (statement) => {
    expect(faults({ 'src/aws/a.ts': statement, 'src/s3/a.ts': statement })).toEqual([]);
  });

  test.each(lazy)('from L4 up it is loaded late, below not at all: %s', (statement) => {
    expect(faults({ 'src/emit/a.ts': statement, 'src/s3/a.ts': statement })).toEqual(['src/emit/a.ts:1 [aws-sdk]']);
  });

  test.each(values)('no layer imports it by value at the start: %s', (statement) => {
    const found = faults({ 'src/aws/a.ts': statement, 'src/s3/a.ts': statement, 'src/cli/a.ts': statement });
    expect(found).toEqual(['src/aws/a.ts:1 [aws-sdk]', 'src/cli/a.ts:1 [aws-sdk]', 'src/s3/a.ts:1 [aws-sdk]']);
  });

  test('tests and scripts import it as they like', () => {
    expect(faults({ 'test/s3/copy.test.ts': values.join('\n'), 'scripts/tables.mjs': values.join('\n') })).toEqual([]);
  });
});

describe('purity', () => {
  test.each([
    'const home = process.env.HOME;',
    'const all = { ...process.env };',
    'const here = process.cwd();',
    'const now = Date.now();',
    'const now = new Date();',
    'const now = new Date;',
    'const now = performance.now();',
    'const any = Math.random();',
    'console.log(1);',
    'const text = `at ${console.log({ a: { b: 1 } })} and ${1}`;',
    `import { env } from 'node:process';`,
    'const half = list[0]! / 2, name = "a"; process.cwd(); const other = 4 / 2;',
    'const ok = /[/"]/.test(name) && process.env.OK;',
  ])('below the command line this is a fault: %s', (statement) => {
    expect(faults({ 'src/report/a.ts': statement })).toEqual(['src/report/a.ts:1 [purity]']);
    expect(faults({ 'src/cli/a.ts': statement, 'test/a.test.ts': statement })).toEqual([]);
  });

  test.each([
    '// process.env is read by the command line',
    '/* Date.now() */ const a = 1;',
    `const text = 'process.env, it\\'s' + "Date.now()" + \`Math.random() \\\` console.log\`;`,
    'const pattern = /process.env[/"`]/.test(name);',
    'const read = new Date(text);',
    'const clock = environment.process.env;',
    'const names = { console: 1, process: 2 };',
    'const nested = `${list.map((item) => `${item}`).join("}")} console.log(1)`;',
    'const half = `${total / 2} of ${total} / Date.now()`;',
    'run(process.execPath, process.platform);',
  ])('this is none: %s', (statement) => {
    expect(faults({ 'src/emit/a.ts': statement })).toEqual([]);
  });

  test.each([
    'child_process',
    'net',
    'tls',
    'http',
    'https',
    'http2',
    'dgram',
    'dns',
    'dns/promises',
    'fs',
    'fs/promises',
  ])('L0 to L3 do not import node:%s, types included', (name) => {
    const text = `import type { it } from 'node:${name}';`;
    expect(faults({ 'src/emit/a.ts': text, 'src/s3/a.ts': text })).toEqual(['src/emit/a.ts:1 [purity]']);
  });

  test('assets reads files and nothing more', () => {
    const text = `import { readFile } from 'node:fs/promises';\nimport { request } from 'node:http';`;
    expect(faults({ 'src/assets/pack.ts': text })).toEqual(['src/assets/pack.ts:2 [purity]']);
  });

  test('L0 to L3 do not fetch', () => {
    const text = `await fetch('https://example.com');`;
    expect(faults({ 'src/check/a.ts': text, 'src/run/a.ts': text })).toEqual(['src/check/a.ts:1 [purity]']);
  });
});

describe('own-name', () => {
  const files = [
    'pipelines/batch/pipeline.ts',
    'test/pipelines/batch/a.test.ts',
    'test/types/a.ts',
    'build.ts',
    'utils.ts',
  ];

  test.each(files)('%s imports the library by its name', (path) => {
    const up = '../'.repeat(path.split('/').length - 1) || './';
    const good = { [path]: `import { step } from 'sagemaker-pipelines';\nimport { a } from '${up}beside.ts';` };
    expect(faults({ ...good, 'beside.ts': empty })).toEqual([]);
    const bad = { [path]: `import { step } from 'sagemaker-pipelines';\nimport { a } from '${up}src/emit/a.ts';` };
    expect(faults({ ...bad, 'src/emit/a.ts': empty })).toEqual([`${path}:2 [own-name]`]);
  });
});

describe('length', () => {
  test.each(['.ts', '.mts', '.mjs', '.py'])('a %s file has 400 lines at most', (ending) => {
    expect(faults({ [`test/a${ending}`]: '\n'.repeat(400) })).toEqual([]);
    expect(faults({ [`test/a${ending}`]: '\n'.repeat(401) })).toEqual([`test/a${ending}:401 [length]`]);
  });

  test('data is as long as it is', () => {
    expect(faults({ 'test/golden/a.json': '\n'.repeat(4000) })).toEqual([]);
  });

  test('a generated file is as long as it is, and says what it is in its first line', () => {
    expect(faults({ 'src/aws/generated/a.ts': `// Generated by scripts/tables.mjs\n${'\n'.repeat(4000)}` })).toEqual(
      [],
    );
    expect(faults({ 'src/aws/generated/a.ts': '\n// Generated' })).toEqual(['src/aws/generated/a.ts:1 [length]']);
  });
});

describe('names', () => {
  test.each([
    'src/emit/step-functions.ts',
    'src/run/local/containers/python/model_host.py',
    'src/run/local/containers/python/__init__.py',
    'test/emit/json.full.test.ts',
    'pipelines/batch_inference/sample_data/pre_process.py',
    'test/pipelines/batch_inference/golden.test.ts',
    'test/golden/batch_inference/pipeline.ts',
    'utils.ts',
    'test/utils.test.ts',
    'test/golden/README.md',
  ])('%s is a good name', (path) => {
    expect(faults({ [path]: empty })).toEqual([]);
  });

  test.each([
    'src/emit/stepFunctions.ts',
    'src/emit/step_functions.ts',
    'src/emit/Json.ts',
    'src/run/local_run/run.ts',
    'src/emit/utils.ts',
    'src/emit/json-helpers.ts',
    'src/emit/common.ts',
    'src/run/misc/a.ts',
    'src/s3/upload-manager.ts',
    'pipelines/batch_inference/utils.py',
    'pipelines/batch_inference/preProcess.py',
    'scripts/utils.mjs',
  ])('%s is not', (path) => {
    expect(faults({ [path]: empty }).map((fault) => fault.replace(/.* /, ''))).toEqual(['[names]']);
  });
});

describe('licences', () => {
  const lock = (entry: object) =>
    faults({ 'package-lock.json': JSON.stringify({ packages: { '': {}, 'node_modules/@a/b': entry } }, null, 2) });

  test.each([{ license: 'MIT' }, { license: 'Apache-2.0', optional: true }, { license: 'MPL-2.0', dev: true }])(
    'a package under %j may be installed',
    (entry) => {
      expect(lock(entry)).toEqual([]);
    },
  );

  test.each([
    { license: 'GPL-3.0-only' },
    { license: 'MPL-2.0' },
    { license: 'SEE LICENSE IN LICENSE', dev: true },
    {},
    { license: 'MIT', hasInstallScript: true },
  ])('a package with %j may not', (entry) => {
    expect(lock(entry)).toEqual(['package-lock.json:4 [licences]']);
  });
});
