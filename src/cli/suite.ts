import { PipelineError } from '../definition/error.ts';
import { didYouMean } from '../definition/suggest.ts';
import type { Command } from './command.ts';
import type { Context } from './context.ts';

/** A program of several commands, each loaded when it is asked for. */
export interface Suite {
  readonly name: string;
  readonly summary: string;
  /** Whole invocations, the commonest first. */
  readonly examples: readonly [string, string];
  readonly commands: Readonly<Record<string, SuiteEntry>>;
}

/** A command of a suite; a suite itself where the command has verbs of its own (`models list`). */
interface SuiteEntry {
  readonly summary: string;
  readonly load: () => Promise<Command | Suite>;
}

export function isSuite(program: Command | Suite): program is Suite {
  return 'commands' in program;
}

/** What the first words ask for: a command and the words that are left for it, or a text for stdout. */
export type Choice =
  | { readonly command: Command; readonly context: Context }
  | { readonly name: string; readonly text: string };

/** Follows the first words down to a command. */
export async function choose(program: Command | Suite, context: Context): Promise<Choice> {
  if (!isSuite(program)) return { command: program, context };
  const [word, ...rest] = context.argv;
  if (word === undefined) throw withoutCommand(program);
  if (word === 'help' && rest.length > 0) return choose(program, { ...context, argv: [...rest, '--help'] });
  if (word === '--help' || word === '-h' || word === 'help') return { name: program.name, text: helpOf(program) };
  if (word === '--version') return { name: program.name, text: `${context.version()}\n` };
  const entry = Object.hasOwn(program.commands, word) ? program.commands[word] : undefined;
  if (entry === undefined) {
    const near = didYouMean(word, [...Object.keys(program.commands), '--help', '--version']);
    const fix = near ?? `${program.name} --help lists the commands`;
    throw new PipelineError(
      'usage',
      'unknown-command',
      word.startsWith('-')
        ? `${program.name} has no flag ${word} before a command`
        : `${program.name} has no command "${word}"`,
      { fix },
    );
  }
  return choose(await entry.load(), { ...context, argv: rest });
}

function withoutCommand(suite: Suite): PipelineError {
  return new PipelineError('usage', 'missing-command', `${suite.name} needs to be told what to do`, {
    detail: `it has: ${Object.keys(suite.commands).join(', ')}`,
    fix: `${suite.name} --help`,
  });
}

function helpOf({ name, summary, examples, commands }: Suite): string {
  const width = Math.max(...Object.keys(commands).map((command) => command.length));
  const lines = Object.entries(commands).map(([command, entry]) => `  ${command.padEnd(width)}  ${entry.summary}`);
  return `${examples.join('\n')}\n\n${summary}\n\nCommands:\n${lines.join('\n')}\n\n${name} COMMAND --help says more.\n`;
}
