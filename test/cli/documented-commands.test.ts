import { cpSync, readFileSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readArguments } from '../../src/cli/arguments.ts';
import type { Command } from '../../src/cli/command.ts';
import type { Context } from '../../src/cli/context.ts';
import { getPipelineDefinition } from '../../src/cli/get-pipeline-definition.ts';
import { runPipeline } from '../../src/cli/run-pipeline.ts';
import { sagemakerPipelines } from '../../src/cli/sagemaker-pipelines.ts';
import { type Suite, choose, isSuite } from '../../src/cli/suite.ts';
import { isPipelineError } from '../../src/definition/error.ts';
import { runInHost } from '../support/command-host.ts';
import { programOf } from '../support/project.ts';
import { runCommand } from '../support/run-command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PROGRAMS: Readonly<Record<string, Command | Suite>> = {
  'run-pipeline': runPipeline,
  'get-pipeline-definition': getPipelineDefinition,
  'sagemaker-pipelines': sagemakerPipelines,
};
/** It is a program of its own, whose help has its flags. */
const RELEASE = 'build-deployment';
const NAMES = [...Object.keys(PROGRAMS), RELEASE].join('|');

const TEMPLATE_PAGES = ['template/README.md', 'template/buildspec.yml'];
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'cloudformation/buildspec.yml',
  ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`),
  ...readdirSync(join(ROOT, 'pipelines')).map((name) => `pipelines/${name}/README.md`),
].filter((page) => /\.(?:md|yml)$/.test(page));

interface Documented {
  readonly page: string;
  readonly line: string;
  readonly words: readonly string[];
  /** It is spoken of, within a sentence: what it needs may be left out. */
  readonly isMention: boolean;
}

function textOf(page: string): string {
  try {
    return readFileSync(join(ROOT, page), 'utf8').replaceAll(/ \\\n\s*/g, ' ');
  } catch {
    return '';
  }
}

/** The commands of a page: lines of their own, and those within a sentence. */
function commandsOf(page: string): Documented[] {
  const text = textOf(page);
  const parts = text.split('\n').flatMap((line) => line.replace(/^\s*(?:- )?/, '').split(' && '));
  const spans = [...text.matchAll(/`([^`\n]+)`/g)].map((found) => found[1]!);
  const command = new RegExp(`^(?:npx )?(?:${NAMES}) `);
  const found = [
    ...parts.map((line) => ({ line, isMention: false })),
    ...spans.map((line) => ({ line, isMention: true })),
  ];
  return [...new Map(found.map((each) => [each.line, each])).values()]
    .filter(({ line }) => command.test(line))
    .map(({ line, isMention }) => ({ page, line, isMention, words: wordsOf(line.replace(/^npx /, '')) }));
}

/** A command line's words; what a shell would put in is any text. */
function wordsOf(line: string): string[] {
  const plain = line.replaceAll(/"\$\(.*\)"/g, 'text').replace(/ [|>].*/, '');
  return [...plain.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map((word) => word[1] ?? word[2] ?? word[3]!);
}

async function requestOf(words: readonly string[]) {
  const [program = '', ...argv] = words;
  const choice = await choose(PROGRAMS[program]!, { argv } as unknown as Context);
  return 'text' in choice ? { kind: 'help' } : readArguments(choice.command, choice.context.argv);
}

const COMMANDS = [...PAGES, ...TEMPLATE_PAGES].flatMap(commandsOf);
const OWN = COMMANDS.filter(({ words }) => words[0] !== RELEASE);

/** What needs neither AWS nor minutes: it is run as it stands. */
const isHarmless = ({ words: [program, verb, ...rest], isMention }: Documented): boolean =>
  (!isMention && program === 'get-pipeline-definition') ||
  (!isMention && program === 'run-pipeline' && rest.includes('--dry-run')) ||
  ['list', 'check', 'doctor'].includes(verb ?? '') ||
  (['runs', 'models'].includes(verb ?? '') && rest[0] === 'list');

test('the documentation has commands to type', () => {
  expect(OWN.length).toBeGreaterThan(30);
  expect(OWN.filter(isHarmless).length).toBeGreaterThan(8);
});

test.each(OWN.map(({ line, words, isMention }) => [line, words, isMention] as const))(
  '%s is a command that there is, with flags that it has',
  async (_, words, isMention) => {
    const request = await requestOf(words).catch((error: unknown) => {
      if (isMention && isPipelineError(error) && error.code.startsWith('missing-')) return { kind: 'mention' };
      throw error;
    });
    expect(request.kind).toMatch(/^(?:run|help|mention)$/);
  },
);

describe('what is documented of a project like this one', () => {
  let folder: string;
  beforeAll(async () => {
    folder = temporaryFolder(afterAll);
    cpSync(join(ROOT, 'pipelines'), join(folder, 'pipelines'), { recursive: true });
    symlinkSync(join(ROOT, 'cloudformation'), join(folder, 'cloudformation'));
    // What the pages take for there: a file of parameters, a document from elsewhere, and the pipeline it was imported as.
    cpSync(join(ROOT, 'pipelines/serial_inference/sample/parameters.json'), join(folder, 'config.json'));
    await run(folder, 'get-pipeline-definition', ['--name', 'batch_inference']);
    const file = 'pipelines/churn/pipeline.ts';
    await run(folder, 'sagemaker-pipelines', ['import', 'pipelinedefinition.json', '--file-name', file]);
  });

  test.each(
    PAGES.flatMap(commandsOf)
      .filter(isHarmless)
      .map(({ line, words }) => [line, words] as const),
  )('%s does what it says without AWS', async (_, [program = '', ...argv]) => {
    const { exitCode, stderr } = await run(folder, program, argv);
    expect({ exitCode, errors: /^error.*/m.exec(stderr)?.[0] }).toEqual({ exitCode: 0, errors: undefined });
  });
});

describe('what is documented of a new project', () => {
  let folder: string;
  beforeAll(async () => {
    folder = temporaryFolder(afterAll);
    await run(folder, 'sagemaker-pipelines', ['init']);
  });

  test.each(
    TEMPLATE_PAGES.flatMap(commandsOf)
      .filter(isHarmless)
      .map(({ line, words }) => [line, words] as const),
  )('%s does what it says without AWS', async (_, [program = '', ...argv]) => {
    expect(await run(folder, program, argv)).toMatchObject({ exitCode: 0 });
  });
});

/** On a machine on which nobody is logged in. */
function run(cwd: string, program: string, argv: readonly string[]) {
  const env = {
    PATH: process.env['PATH'],
    HOME: cwd,
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  return runInHost(programOf(program), argv, { cwd, env });
}

test('every flag that the documentation speaks of is one of some command', async () => {
  const known = new Set<string>(['help', 'version', 'json']);
  for (const program of Object.values(PROGRAMS)) {
    for (const { options } of await commandsIn(program)) for (const name of Object.keys(options)) known.add(name);
  }
  const help = await runCommand(process.execPath, [programOf(RELEASE), '--help']);
  for (const [, name] of help.stdout.matchAll(/--([a-z-]+)/g)) known.add(name!);
  // Of uv and pip, of Docker, of the AWS CLI: pages say of them what they do.
  const others = new Set(['build-arg', 'only-binary']);
  const unknown = [...PAGES, ...TEMPLATE_PAGES].flatMap((page) =>
    [...textOf(page).matchAll(/`--(?:no-)?([a-z][a-z-]+)[^`]*`/g)]
      .map((found) => found[1]!)
      .filter((name) => !known.has(name) && !known.has(`no-${name}`) && !others.has(name))
      .map((name) => `${page}: --${name}`),
  );
  expect(unknown).toEqual([]);
});

function suitesIn(program: Command | Suite): Promise<Suite[]> {
  return isSuite(program) ? suitesBelow(program) : Promise.resolve([]);
}

async function suitesBelow(suite: Suite): Promise<Suite[]> {
  const loaded = await Promise.all(Object.values(suite.commands).map(({ load }) => load()));
  return [suite, ...(await Promise.all(loaded.map(suitesIn))).flat()];
}

async function commandsIn(program: Command | Suite): Promise<Command[]> {
  if (!isSuite(program)) return [program];
  const loaded = await Promise.all(Object.values(program.commands).map(({ load }) => load()));
  return (await Promise.all(loaded.map(commandsIn))).flat();
}

describe('every command', async () => {
  const programs = Object.values(PROGRAMS);
  const commands = (await Promise.all(programs.map(commandsIn))).flat();
  const suites = (await Promise.all(programs.map(suitesIn))).flat();

  test.each([...commands, ...suites].map((command) => [command.name, command] as const))(
    '%s opens its help with two whole invocations that it takes',
    async (name, { examples }) => {
      for (const example of examples) {
        // Another program may make its input, or take its answer.
        const own = example.split(' | ').find((part) => `${part} `.startsWith(`${name} `)) ?? '';
        expect(own).not.toBe('');
        expect(await requestOf(wordsOf(own))).toMatchObject({ kind: 'run' });
      }
      expect(new Set(examples).size).toBe(2);
    },
  );
});
