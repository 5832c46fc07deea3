import { describe, expect, test } from 'vitest';

import { readArguments } from '../../src/cli/arguments.ts';
import { defineCommand } from '../../src/cli/command.ts';

const command = defineCommand({
  name: 'bake',
  summary: 'Bakes.',
  examples: ['bake --name bread', 'bake --name bread --wait'],
  options: {
    name: { type: 'text', alias: ['n', 'module-name'], describe: 'What to bake' },
    kwargs: { type: 'text', describe: 'How' },
    'role-arn': { type: 'text', describe: 'Who' },
    on: { type: 'text', choices: ['sagemaker', 'local'], describe: 'Where' },
    param: { type: 'list', alias: ['p'], describe: 'With what' },
    wait: { type: 'flag', describe: 'Stay' },
  },
  run: () => Promise.reject(new Error('not run here')),
});

const read = async (...argv: string[]): Promise<unknown> => {
  const request = await readArguments(command, argv);
  if (request.kind !== 'run') return request.kind;
  return Object.fromEntries(Object.entries(request.args).filter(([, value]) => value !== undefined));
};

describe('values', () => {
  test.each<[string[], object]>([
    [['--name', 'bread'], { name: 'bread', param: [] }],
    [['--name=bread'], { name: 'bread', param: [] }],
    [['-n', 'bread'], { name: 'bread', param: [] }],
    [['-n=bread'], { name: 'bread', param: [] }],
    [['--module-name', 'bread'], { name: 'bread', param: [] }],
    [
      ['-name', 'bread', '-role-arn=baker', '-kwargs', '{}'],
      { name: 'bread', 'role-arn': 'baker', kwargs: '{}', param: [] },
    ],
    [['-p', 'A=b=c', '--param', 'B='], { param: ['A=b=c', 'B='] }],
    [['-p', 'A=-5', '-p=B=1'], { param: ['A=-5', 'B=1'] }],
    [['--name', '-'], { name: '-', param: [] }],
    [['--name', '-5'], { name: '-5', param: [] }],
    [['--name=--x'], { name: '--x', param: [] }],
    [['--name', '007'], { name: '007', param: [] }],
    [['--kwargs', `'a'`], { kwargs: `'a'`, param: [] }],
    [['--kwargs', `"a"`], { kwargs: `"a"`, param: [] }],
    [['--kwargs', 'a\n=b'], { kwargs: 'a\n=b', param: [] }],
    [['--wait'], { wait: true, param: [] }],
    [['--no-wait'], { wait: false, param: [] }],
    [['--wait=false', '--json'], { wait: false, json: true, param: [] }],
    [[], { param: [] }],
  ])('%j', async (argv, args) => {
    expect(await read(...argv)).toEqual(args);
  });
});

describe('mistakes are usage errors with a way out', () => {
  test.each<[string[], string, string | undefined]>([
    [['--nam', 'bread'], 'There is no flag --nam', 'did you mean --name?'],
    [['--nam=bread'], 'There is no flag --nam', 'did you mean --name?'],
    [['-kwarg', '{}'], 'There is no flag -kwarg', 'did you mean --kwargs?'],
    [['--no-wat'], 'There is no flag --no-wat', 'did you mean --no-wait?'],
    [['--no-name'], 'There is no flag --no-name', 'bake --help lists the flags'],
    [['-x'], 'There is no flag -x', 'bake --help lists the flags'],
    [['--__proto__', 'x'], 'There is no flag --__proto__', 'bake --help lists the flags'],
    [['--constructor'], 'There is no flag --constructor', 'bake --help lists the flags'],
    [['--name'], '--name needs a value', '--name VALUE, or --name=VALUE for one that begins with a dash'],
    [['--name', '--wait'], '--name needs a value', '--name VALUE, or --name=VALUE for one that begins with a dash'],
    [['--name', ''], '--name needs a value', '--name VALUE, or --name=VALUE for one that begins with a dash'],
    [['-n', 'a', '--name', 'b'], '--name was given 2 times', 'give it once'],
    [['bread'], '"bread" belongs to no flag', 'bake --name bread'],
    [['--wait', 'bread'], '"bread" belongs to no flag', 'bake --name bread'],
    [['--'], '"--" belongs to no flag', 'bake --help'],
    [['--on', 'lokal'], '--on cannot be "lokal"', 'did you mean "local"?'],
  ])('%j', async (argv, message, fix) => {
    await expect(read(...argv)).rejects.toMatchObject({ failure: 'usage', message, fix });
  });
});

test('help opens with two invocations that can be typed, and ends with the exit codes', async () => {
  const request = await readArguments(command, ['--name', 'bread', '--help'], 80);
  expect(request.kind === 'help' && request.text).toBe(`bake --name bread
bake --name bread --wait

Bakes.

Options:
  -n, --name, --module-name  What to bake                               [string]
      --kwargs               How                                        [string]
      --role-arn             Who                                        [string]
      --on                   Where: sagemaker, local                    [string]
  -p, --param                With what                                  [string]
      --wait                 Stay                                      [boolean]
      --json                 Answer with one JSON object on stdout     [boolean]
  -h, --help                 Show this help                            [boolean]
      --version              Show the version                          [boolean]

Exit codes:
  0  done
  1  a step or the pipeline failed
  2  the command was not used right
  3  the definition is invalid
  4  AWS refused (credentials, access, quota)
  5  this machine lacks something
  130  interrupted
`);
});

test('help says what words a command takes, and keeps a type apart from a full line', async () => {
  const baking = { ...command, operands: { name: 'a cake [the last]', least: 0, most: 1 } };
  const options = { ...command.options, wait: { type: 'flag', describe: 'x'.repeat(42) } } as const;
  const request = await readArguments({ ...baking, options }, ['--help'], 80);
  expect(request.kind === 'help' && request.text).toContain('Bakes.\n\nTakes a cake [the last].\n\nOptions:\n');
  expect(request.kind === 'help' && request.text).toMatch(/x{9} \[boolean\]$/m);
});

test('a version is asked for by its flag', async () => {
  expect(await read('--version')).toBe('version');
});
