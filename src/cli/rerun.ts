import { hideSecrets } from '../definition/secrets.ts';

const SELECTING = /^--?(?:from|only|source-execution|request-token)(=|$)/;
const RESUMING = /^--?resume(=|$)/;

/** The command that runs a step of an execution, and what comes after it, again: the words that started it, and which step. */
export function rerunCommand(
  command: string,
  argv: readonly string[],
  secrets: readonly string[],
): (step: string, run: string) => string {
  const words = hideSecrets(without(SELECTING, argv), secrets);
  return (step, run) => `${command} ${[...words, '--from', step, '--source-execution', run].map(quote).join(' ')}`;
}

/** The command that goes on with a run of this machine where it failed. */
export function resumeCommand(
  command: string,
  argv: readonly string[],
  secrets: readonly string[],
): (step: string, run: string) => string {
  const words = hideSecrets(without(RESUMING, argv), secrets);
  return (_, run) => `${command} ${[...words, '--resume', run].map(quote).join(' ')}`;
}

/** The words without those flags and their values. */
function without(flags: RegExp, argv: readonly string[]): string[] {
  const words: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const [found, equals] = flags.exec(argv[at]!) ?? [];
    if (found === undefined) words.push(argv[at]!);
    else if (equals === '') at++;
  }
  return words;
}

/** A word as a shell takes it for itself. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
