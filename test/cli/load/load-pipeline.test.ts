import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { SMALL_PIPELINE, writeProject } from '../../support/project.ts';

const PIPELINE = 'pipelines/small/pipeline.ts';
const SUMMARY = /^small: 1 step, 1 parameter, \d+ bytes\n$/;

/** Loads a project's only pipeline by the command that writes definitions. */
async function load(
  files: Record<string, string>,
  args: readonly string[] = [],
  how: 'run' | 'runInHost' = 'runInHost',
) {
  const { stdout, stderr, exitCode } = await writeProject(files)[how]('get-pipeline-definition', ['-f', '-', ...args]);
  return { stdout, stderr, exitCode };
}

/** The message of the small pipeline's Fail step, computed by the text of an expression. */
const computed = (imports: string, message: string): string => `${imports}
import { definePipeline, step } from 'sagemaker-pipelines';
export default definePipeline({ name: 'small', steps: [step.fail('Stop', { ErrorMessage: ${message} })] });
`;

const messageIn = (stdout: string): unknown =>
  (JSON.parse(stdout) as { Steps: { Arguments: { ErrorMessage: unknown } }[] }).Steps[0]?.Arguments.ErrorMessage;

describe('an author’s file is taken as it is', () => {
  test.each([
    ['a CommonJS package', { 'package.json': '{"type":"commonjs"}' }],
    ['an ESM package', { 'package.json': '{"type":"module"}' }],
    ['no package', {}],
  ])('in %s', async (_, files) => {
    const { exitCode, stderr } = await load({ ...files, [PIPELINE]: SMALL_PIPELINE }, [], 'run');
    expect(stderr).toMatch(SUMMARY);
    expect(exitCode).toBe(0);
  });

  test.each(['pipeline.ts', 'pipeline.mts', 'pipeline.js', 'pipeline.mjs'])('as %s', async (name) => {
    const { exitCode, stderr } = await load({
      'package.json': '{"type":"module"}',
      [`pipelines/a/${name}`]: SMALL_PIPELINE,
    });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.stringMatching(SUMMARY) as string });
  });

  test('in a folder with spaces and letters of any script', async () => {
    const project = writeProject({ 'pipelines/größe 大/pipeline.ts': SMALL_PIPELINE }, 'my project #1 %20 ü?');
    const { exitCode, stdout } = await project.runInHost('get-pipeline-definition', ['--name', 'größe 大', '-f', '-']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ Steps: [{ Name: 'Stop' }] });
  });

  test('with all of TypeScript', async () => {
    const text = computed(
      `import { readFileSync } from 'node:fs';
import { Shape } from './shape';
enum Stage { Test = 'test', Prod = 'prod' }
namespace Names { export const of = (stage: Stage): string => stage.toUpperCase(); }
class Greeting { constructor(private readonly word: string) {} say(to: string): string { return this.word + ' ' + to; } }
const shape: Shape = { sides: 3 };
const size = await Promise.resolve(readFileSync(new URL(import.meta.url)).length > 0);`,
      `new Greeting('hello').say(Names.of(Stage.Prod)) + \` \${shape.sides satisfies number} \${size as boolean}\``,
    );
    const { stdout, stderr } = await load({
      [PIPELINE]: text,
      'pipelines/small/shape.ts': 'export interface Shape { sides: number }',
    });
    expect(stderr).toContain('small: 1 step');
    expect(messageIn(stdout)).toBe('hello PROD 3 true');
  });

  test.each([
    ['./part.ts', 'part.ts'],
    ['./part.js', 'part.ts'],
    ['./part.mjs', 'part.mts'],
    ['./part', 'part.ts'],
    ['./part', 'part/index.ts'],
    ['./part/', 'part/index.ts'],
    ['./part.v2', 'part.v2.ts'],
    ['../shared', '../shared/index.ts'],
    ['.', 'index.ts'],
  ])('with an import of "%s" that is %s', async (specifier, file) => {
    const text = computed(`import { word } from '${specifier}';`, 'word');
    const { stdout, stderr } = await load({
      [PIPELINE]: text,
      [join('pipelines/small', file)]: `export const word: string = 'found';`,
    });
    expect(stderr).toContain('small: 1 step');
    expect(messageIn(stdout)).toBe('found');
  });

  test('with JSON, as Node imports it', async () => {
    const text = computed(`import words from './words.json' with { type: 'json' };`, 'words.hello');
    const { stdout } = await load({ [PIPELINE]: text, 'pipelines/small/words.json': '{"hello":"found"}' });
    expect(messageIn(stdout)).toBe('found');
  });

  test('with JSON, as the compiler takes it', async () => {
    const text = computed(`import words from './words.json';`, 'words.hello');
    const { stdout } = await load({ [PIPELINE]: text, 'pipelines/small/words.json': '{"hello":"found"}' });
    expect(messageIn(stdout)).toBe('found');
  });

  test('with the names that CommonJS has for its own file and folder, unless the module gives them to something else', async () => {
    const { stdout } = await load({
      'package.json': '{"type":"commonjs"}',
      [PIPELINE]: computed(
        `import { basename } from 'node:path'; import { __dirname as other } from './own.ts';`,
        `basename(__dirname) + ' ' + basename(__filename) + ' ' + other`,
      ),
      'pipelines/small/own.ts': `export const __dirname: string = 'own';`,
    });
    expect(messageIn(stdout)).toBe('small pipeline.ts own');
  });

  test('with what is installed, which is left as it is', async () => {
    const text = computed(`import { word } from 'words';`, 'word');
    const { stdout, stderr } = await load({
      [PIPELINE]: text,
      'node_modules/words/package.json': '{"type":"module","exports":"./index.js"}',
      'node_modules/words/index.js': `export { word } from './word.js';`,
      'node_modules/words/word.js': `export const word = 'the script';`,
      'node_modules/words/word.ts': `export const word = 'the source';`,
    });
    expect(stderr).toContain('small: 1 step');
    expect(messageIn(stdout)).toBe('the script');
  });

  test('with TypeScript of a workspace, behind its link', async () => {
    const project = writeProject({
      [PIPELINE]: computed(`import { word } from 'words';`, 'word'),
      'packages/words/package.json': '{"exports":"./word.ts"}',
      'packages/words/word.ts': `export const word: string = 'found';`,
    });
    mkdirSync(join(project.folder, 'node_modules'));
    symlinkSync('../packages/words', join(project.folder, 'node_modules/words'));
    const { stdout } = await project.runInHost('get-pipeline-definition', ['-f', '-']);
    expect(messageIn(stdout)).toBe('found');
  });

  test('with the library that is running, also beside another that is installed', async () => {
    const other = `throw new Error('the other copy was loaded');`;
    const { exitCode, stderr } = await load({
      [PIPELINE]: SMALL_PIPELINE,
      'node_modules/sagemaker-pipelines/package.json': '{"type":"module","exports":"./index.js"}',
      'node_modules/sagemaker-pipelines/index.js': other,
    });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.stringMatching(SUMMARY) as string });
  });

  test('and what it prints stays out of the answer', async () => {
    const { stdout, stderr } = await load({ [PIPELINE]: `console.log('loading');\n${SMALL_PIPELINE}` }, [], 'run');
    expect(JSON.parse(stdout)).toMatchObject({ Version: '2020-12-01' });
    expect(stderr).toMatch(/^loading\n/);
  });

  test('and what it leaves running does not keep the command', async () => {
    const { exitCode } = await load({ [PIPELINE]: `setInterval(() => {}, 1000);\n${SMALL_PIPELINE}` }, [], 'run');
    expect(exitCode).toBe(0);
  });
});

describe('a function makes a pipeline of --kwargs', () => {
  const text = `import { definePipeline, step } from 'sagemaker-pipelines';
export default async ({ stage = 'test' }: { stage?: string }) =>
  definePipeline({ name: stage, steps: [step.fail('Stop', { ErrorMessage: stage })] });
`;

  test.each([
    [[], 'test'],
    [['--kwargs', '{"stage": "prod"}'], 'prod'],
    [['-kwargs', "{'stage': 'prod'}"], 'prod'],
  ])('%j: the pipeline %s', async (args, name) => {
    const { exitCode, stderr } = await load({ [PIPELINE]: text }, args);
    expect(exitCode).toBe(0);
    expect(stderr).toContain(`${name}: 1 step`);
  });

  test('that are no object: a usage error with the place', async () => {
    const { exitCode, stderr } = await load({ [PIPELINE]: text }, ['--kwargs', "{'stage': prod}"]);
    expect(exitCode).toBe(2);
    expect(stderr)
      .toBe(`error[bad-literal]  --kwargs is neither JSON nor a Python literal: prod is no value; a text stands in quotes
  at line 1, column 11:  {'stage':  ▸ prod}
  fix: for example: '{"stage": "prod", "retrain": true}'
`);
  });

  test('for a pipeline that takes none: a usage error', async () => {
    const { exitCode, stderr } = await load({ [PIPELINE]: SMALL_PIPELINE }, ['--kwargs', '{}']);
    expect(exitCode).toBe(2);
    expect(stderr).toBe(`error[kwargs-unused]  --kwargs was given, but the pipeline takes no options
  at pipelines/small/pipeline.ts
  its default export is an object with: name, parameters, not a function
  fix: leave --kwargs out, or export a function: export default (options) => definePipeline({ … })
`);
  });
});

describe('a file that is not right says where', () => {
  test.each<[string, Record<string, string>, string, number?]>([
    [
      'a syntax error',
      { [PIPELINE]: `const größe = 1;\nconst ä = 'x'; const 1x = 3;\n` },
      `error[syntax-error]  Invalid characters after number
  at pipelines/small/pipeline.ts:2:23
  const ä = 'x'; const 1x = 3;
`,
    ],
    [
      'a syntax error in a file that it imports',
      { [PIPELINE]: `import './part.ts';\n`, 'pipelines/small/part.ts': `\n\nexport const a: = 1;\n` },
      `error[syntax-error]  Unexpected token
  at pipelines/small/part.ts:3:17
  export const a: = 1;
`,
    ],
    [
      'a syntax error in JavaScript',
      { 'pipelines/small/pipeline.mjs': `\nconst a = ;\n` },
      `error[syntax-error]  Unexpected token
  at pipelines/small/pipeline.mjs:2:11
  const a = ;
`,
    ],
    [
      'an error of its own, at its own line',
      {
        [PIPELINE]: `enum A {\n  B,\n}\ninterface C {\n  d: A;\n}\nconst c = undefined as C | undefined;\nconsole.log(c!.d);\n`,
      },
      `error[pipeline-threw]  Loading the pipeline threw TypeError: Cannot read properties of undefined (reading 'd')
  at pipelines/small/pipeline.ts:8
`,
    ],
    [
      'an error in a function that it imports, at both ends',
      {
        [PIPELINE]: `import { build } from './build.ts';\n\nbuild();\n`,
        'pipelines/small/build.ts': `export function build(): void {\n  throw new RangeError('too much\\nof it');\n}\n`,
      },
      `error[pipeline-threw]  Loading the pipeline threw RangeError: too much
  at pipelines/small/build.ts:2, called from pipelines/small/pipeline.ts:3
  of it
`,
    ],
    [
      'a text that it throws',
      { [PIPELINE]: `throw 'nothing here';\n` },
      `error[pipeline-threw]  Loading the pipeline threw the text "nothing here"
  at pipelines/small/pipeline.ts
`,
    ],
    [
      'a file that it imports and that is not there',
      { [PIPELINE]: `\nimport { a } from './stpes.js';\nconsole.log(a);`, 'pipelines/small/steps.ts': '' },
      `error[missing-import]  There is no file for the import "./stpes.js"
  at pipelines/small/pipeline.ts:2
  fix: did you mean "steps"?
`,
    ],
    [
      'a package that it imports and that is not installed',
      { [PIPELINE]: `import { a } from '@scope/package/part';\nconsole.log(a);` },
      `error[missing-import]  The package of the import "@scope/package/part" is not installed
  at pipelines/small/pipeline.ts:1
  fix: npm install @scope/package
`,
    ],
    ...(
      [
        ['@/steps/part', '"paths" in tsconfig.json'],
        ['~part', '"paths" in tsconfig.json'],
        ['#part', '"imports" in package.json'],
      ] as const
    ).map(([specifier, place]): [string, Record<string, string>, string] => [
      `an import of "${specifier}", which can be no package`,
      { [PIPELINE]: `import { a } from '${specifier}';\nconsole.log(a);`, 'package.json': '{}' },
      `error[missing-import]  Nothing says which file the import "${specifier}" is
  at pipelines/small/pipeline.ts:1
  fix: add "${specifier}" to ${place}
`,
    ]),
    [
      'a name that the library does not export',
      {
        [PIPELINE]: `// The pipeline\nimport { definePipelin } from 'sagemaker-pipelines';\nexport default definePipelin;\n`,
      },
      `error[missing-export]  "sagemaker-pipelines" exports no "definePipelin"
  at pipelines/small/pipeline.ts:2
  fix: did you mean "definePipeline"?
`,
    ],
    [
      'an error of the library, with its own code',
      {
        [PIPELINE]: `import { PipelineError } from 'sagemaker-pipelines';\ninterface A {}\n\nthrow new PipelineError('usage', 'some-code', 'It is so', { fix: 'change it' }) as A;`,
      },
      `error[some-code]  It is so
  at pipelines/small/pipeline.ts:4
  fix: change it
`,
      2,
    ],
    [
      'a syntax error in JavaScript that it imports',
      {
        [PIPELINE]: `import { a } from './part.js';\nconsole.log(a);`,
        'pipelines/small/part.js': `export const a = ;\n`,
      },
      `error[syntax-error]  Unexpected token
  at pipelines/small/part.js:1:18
  export const a = ;
`,
    ],
    [
      'a name that another file of it does not export',
      {
        [PIPELINE]: `import './part.ts';`,
        'pipelines/small/part.ts': `import { a } from './names.ts';\nexport {\n  b$,\n} from './names.ts';\nexport const c = a;`,
        'pipelines/small/names.ts': `export const a = 1;`,
      },
      `error[missing-export]  "./names.ts" exports no "b$"
  at pipelines/small/part.ts:3
`,
    ],
    [
      'nothing exported',
      { [PIPELINE]: `const a = 1;\n` },
      `error[not-a-pipeline]  The file does not export a pipeline
  at pipelines/small/pipeline.ts
  it exports nothing
  fix: end it with: export default definePipeline({ … })
`,
    ],
    [
      'a pipeline that is exported by name',
      { [PIPELINE]: SMALL_PIPELINE.replace('export default', 'export const pipeline =') },
      `error[not-a-pipeline]  The file does not export a pipeline
  at pipelines/small/pipeline.ts
  it exports the pipeline as "pipeline", and has no default export
  fix: end it with: export default definePipeline({ … })
`,
    ],
    [
      'something else exported',
      { [PIPELINE]: `export default [1, 2];\n` },
      `error[not-a-pipeline]  The file does not export a pipeline
  at pipelines/small/pipeline.ts
  its default export is a list of 2
  fix: end it with: export default definePipeline({ … })
`,
    ],
    [
      'a function that returns something else',
      { [PIPELINE]: `export default () => 'later';\n` },
      `error[not-a-pipeline]  The file does not export a pipeline
  at pipelines/small/pipeline.ts
  the function that it exports returned the text "later"
  fix: end it with: export default definePipeline({ … })
`,
    ],
    [
      'a function that throws',
      {
        [PIPELINE]: `type A = string;\nexport default async (): Promise<A> => {\n  throw new Error('no stage');\n};\n`,
      },
      `error[pipeline-threw]  The function that the pipeline file exports threw Error: no stage
  at pipelines/small/pipeline.ts:3
`,
    ],
  ])('%s', async (_, files, stderr, exitCode = 3) => {
    expect(await load(files)).toEqual({ stdout: '', stderr, exitCode });
  });

  test('an await that never ends', async () => {
    const text = `await new Promise(() => {});\n${SMALL_PIPELINE}`;
    expect(await load({ [PIPELINE]: text }, [], 'run')).toEqual({
      stdout: '',
      stderr: `error[never-settles]  The pipeline file waits for something that never comes
  an await at its top level, or in the function that it exports, does not end
`,
      exitCode: 3,
    });
  });
});
