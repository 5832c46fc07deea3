import yargs from 'yargs';
import { PipelineError } from '../definition/error.ts';
import { didYouMean } from '../definition/suggest.ts';
import type { Arguments, Command, Option, Options } from './command.ts';

/** What the words after a command's name ask for. */
export type Request =
  | { readonly kind: 'run'; readonly args: Arguments<Options>; readonly operands: readonly string[] }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'version' };

/** The flags that every command has. */
const COMMON = {
  json: { type: 'flag', describe: 'Answer with one JSON object on stdout' },
  help: { type: 'flag', alias: ['h'], describe: 'Show this help' },
  version: { type: 'flag', describe: 'Show the version' },
} as const satisfies Options;

const EXIT_CODES = `Exit codes:
  0  done
  1  a step or the pipeline failed
  2  the command was not used right
  3  the definition is invalid
  4  AWS refused (credentials, access, quota)
  5  this machine lacks something
  130  interrupted`;

/** Reads the words after a command's name; whatever is not as the command takes it is an error that says so. */
export async function readArguments(command: Command, argv: readonly string[], columns?: number): Promise<Request> {
  // A command may have a version of its own to speak of: without a value the flag still asks for the program's.
  const options: Options = { ...command.options, ...COMMON, ...command.options };
  const takes = command.operands === undefined ? [] : [`Takes ${command.operands.name}.`];
  const parser = yargs()
    .scriptName(command.name)
    .usage([command.examples.join('\n'), command.summary, ...takes].join('\n\n'))
    .epilogue(EXIT_CODES)
    .wrap(Math.min(100, columns ?? 100))
    .detectLocale(false)
    .help(false)
    .version(false)
    .exitProcess(false)
    .fail(false)
    .parserConfiguration({
      'boolean-negation': true,
      'camel-case-expansion': false,
      'dot-notation': false,
      'duplicate-arguments-array': true,
      'greedy-arrays': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'short-option-groups': false,
    });
  for (const [name, option] of Object.entries(options)) {
    parser.option(name, {
      alias: option.alias ?? [],
      describe: option.describe + (option.choices === undefined ? '' : `: ${option.choices.join(', ')}`),
      type: option.type === 'flag' ? 'boolean' : 'string',
    });
  }
  const names = namesOf(options);
  const { words, operands } = normalise(argv, names, command);
  const given: Readonly<Record<string, unknown>> = await parser.parse(words);
  if (given['help'] === true) return { kind: 'help', text: `${apart(await parser.getHelp())}\n` };
  if (given['version'] === true || given['version'] === '') return { kind: 'version' };
  checkOperands(operands, command);
  const args = Object.entries(options).map(([name, option]) => [name, valueOf(name, option, given[name])]);
  return { kind: 'run', args: Object.fromEntries(args) as Arguments<Options>, operands };
}

/** yargs puts a type right behind a description that fills its line. */
function apart(help: string): string {
  return help.replaceAll(/(\S)(\[(?:string|boolean)\])$/gm, '$1 $2');
}

/** Every name a flag goes by, and what it takes. */
function namesOf(options: Options): ReadonlyMap<string, Option> {
  return new Map(
    Object.entries(options).flatMap(([name, option]) => [name, ...(option.alias ?? [])].map((each) => [each, option])),
  );
}

/**
 * The words as yargs reads them without guessing: flags that there are, each value tied to its flag, and `-role-arn`, as
 * Python's argparse takes it, with two dashes (yargs would read seven flags of one letter).
 */
function normalise(
  argv: readonly string[],
  names: ReadonlyMap<string, Option>,
  command: Command,
): { words: string[]; operands: string[] } {
  const words: string[] = [];
  const operands: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at]!;
    const [, flag, name, value] = /^(--?([^-=][^=]*))(?:=(.*))?$/s.exec(word) ?? [];
    if (flag === undefined || name === undefined) {
      // A dash alone stands for stdin.
      if (command.operands === undefined || /^-./.test(word)) throw unexpectedWord(word, command);
      operands.push(word);
      continue;
    }
    const option = names.get(name);
    const isSwitch = (option ?? names.get(name.replace(/^no-/, '')))?.type === 'flag';
    if (option === undefined && !isSwitch) throw unknownFlag(flag, names, command);
    const full = name.length === 1 ? `-${name}` : `--${name}`;
    const next = argv[at + 1];
    // A dash with nothing or a digit behind it is a value: stdout, a negative number.
    const takesNext = !isSwitch && value === undefined && next !== undefined && !/^-[^\d]/.test(next);
    if (takesNext) at++;
    const given = takesNext ? next : value;
    words.push(given === undefined ? full : `${full}=${isSwitch ? given : quoted(given)}`);
  }
  return { words, operands };
}

function checkOperands(given: readonly string[], { name: command, operands, examples }: Command): void {
  if (operands === undefined) return;
  const { name, least, most } = operands;
  if (given.includes('')) {
    throw new PipelineError('usage', 'bad-value', `${command} was given an empty word`, {
      fix: 'give a variable of the shell that is empty a value, or leave the word out',
    });
  }
  if (given.length > most) {
    throw new PipelineError('usage', 'unexpected-word', `"${given[most]!}" is one word too many`, {
      fix: `for example: ${examples[0]}`,
    });
  }
  if (given.length < least) {
    throw new PipelineError('usage', 'missing-word', `${command} needs ${name}`, {
      fix: `for example: ${examples[0]}`,
    });
  }
}

/** yargs takes a pair of quotes away that the shell has left, which are the author's: of two pairs one stays. */
function quoted(value: string): string {
  return /^(['"]).*\1$/s.test(value) ? `"${value}"` : value;
}

function valueOf(name: string, option: Option, given: unknown): string | boolean | readonly string[] | undefined {
  const values: readonly unknown[] = given === undefined ? [] : Array.isArray(given) ? given : [given];
  if (option.type === 'flag') return values.at(-1) as boolean | undefined;
  const texts = (values as readonly string[]).map((value) => {
    if (value === '') {
      throw new PipelineError('usage', 'missing-value', `--${name} needs a value`, {
        fix: `--${name} VALUE, or --${name}=VALUE for one that begins with a dash`,
      });
    }
    if (option.choices !== undefined && !option.choices.includes(value)) {
      throw new PipelineError('usage', 'bad-value', `--${name} cannot be "${value}"`, {
        detail: `it is one of: ${option.choices.join(', ')}`,
        fix: didYouMean(value, option.choices),
      });
    }
    return value;
  });
  if (option.type === 'list') return texts;
  if (texts.length > 1) {
    throw new PipelineError('usage', 'repeated-flag', `--${name} was given ${texts.length} times`, {
      detail: `with: ${texts.join(', ')}`,
      fix: 'give it once',
    });
  }
  return texts[0];
}

function unknownFlag(flag: string, names: ReadonlyMap<string, Option>, command: Command): PipelineError {
  const plain = flag.replace(/^-+/, '');
  const negatable = [...names].flatMap(([name, { type }]) => (type === 'flag' ? [name, `no-${name}`] : [name]));
  const near = didYouMean(
    plain,
    negatable.filter((name) => name.length > 1),
  );
  return new PipelineError('usage', 'unknown-flag', `There is no flag ${flag}`, {
    fix: near?.replace(/"(.*)"/, '--$1') ?? `${command.name} --help lists the flags`,
  });
}

function unexpectedWord(word: string, command: Command): PipelineError {
  return new PipelineError('usage', 'unexpected-word', `"${word}" belongs to no flag`, {
    fix: 'name' in command.options && word !== '--' ? `${command.name} --name ${word}` : `${command.name} --help`,
  });
}
